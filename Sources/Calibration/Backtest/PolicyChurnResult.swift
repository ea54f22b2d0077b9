import Scoring

/// How well a policy's own churn score, as its engine had it at the end of the calibration, foretold who would not buy
/// within the policy's own horizon.
package struct PolicyChurnResult: Hashable, Sendable {
    package var score: ChurnScoreName
    package var model: PurchaseModel.Kind
    /// False while the parameters are another shop's.
    package var isCalibrated: Bool
    /// In whole days.
    package var horizonDays: Int
    /// Nil where the horizon reaches beyond the history.
    package var judgement: Judgement?

    package struct Judgement: Hashable, Sendable {
        /// Those to whom the policy gives a risk, and those of them who bought nothing within the horizon.
        package var customers: Int
        package var churned: Int
        /// Nil unless some bought and some did not.
        package var areaUnderCurve: Double?
        package var reliability: Reliability
    }

    /// - Parameters:
    ///   - purchases: of those who had bought until `day`.
    ///   - last: the day on which the history ends.
    init(_ survey: PolicySurvey, _ purchases: [CustomerPurchases], at day: DayIndex, last: DayIndex) {
        let rule = survey.policy.churn
        score = ChurnScoreName(rule.scoring.score)
        model = rule.model.kind
        isCalibrated = rule.isCalibrated
        horizonDays = max(Int(rule.horizonDays.rounded()), 1)
        guard day + horizonDays <= last else { return }
        var (risks, churned): ([Double], [Bool]) = ([], [])
        for customer in purchases {
            guard let risk = survey[customer.id]?.risk else { continue }
            risks.append(risk)
            churned.append(customer.after(day, days: horizonDays).isEmpty)
        }
        judgement = Judgement(
            customers: risks.count, churned: churned.count { $0 },
            areaUnderCurve: Ranking.areaUnderCurve(risks, churned: churned),
            reliability: Reliability(risks, churned: churned))
    }

    /// For people: `combined on bg_nbd`.
    package var title: String {
        let name = score == .logistic ? "logistic" : "\(score.rawValue) on \(model.rawValue)"
        return isCalibrated ? name : name + ", not fitted here"
    }
}

extension ChurnScoreName {
    init(_ score: ChurnModel.Score) {
        switch score {
        case .p0: self = .p0
        case .combined: self = .combined
        case .logistic: self = .logistic
        }
    }
}
