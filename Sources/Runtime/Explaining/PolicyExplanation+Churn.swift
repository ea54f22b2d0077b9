import Scoring

extension PolicyExplanation {
    var churn: [String] {
        let rule = policy.churn
        var lines = ["The churn risk is the probability of no order in the next \(rule.horizonDays.plain) days."]
        lines.append(score)
        if !rule.isCalibrated {
            lines.append("  Its parameters are another shop's, so that every output says low confidence.")
        }
        for (index, level) in rule.levels.enumerated() {
            let until = index + 1 < rule.levels.count ? " below \(rule.levels[index + 1].from.percent)" : ""
            let range = index == 0 ? until : " from \(level.from.percent)\(until.isEmpty ? "" : " and\(until)")"
            lines.append("\(titled(level.name, level.label)): a risk\(range.isEmpty ? " of any size" : range).")
            lines += actions(level.actions)
        }
        if rule.levels.count > 1 {
            lines.append(
                "Silence alone raises a level, to the second. It is left downwards once the risk is \((rule.margin * 100).brief) percentage points below its beginning."
            )
        }
        return lines + adjustment
    }

    private var score: String {
        let rule = policy.churn
        let model = rule.model.kind == .bgNBD ? "BG/NBD" : "MBG/NBD"
        let parameters =
            "r \(rule.model.r.plain), alpha \(rule.model.alpha.plain) days, a \(rule.model.a.plain), b \(rule.model.b.plain)"
        switch rule.scoring.score {
        case .p0:
            return "It is what the \(model) model gives (\(parameters)): it knows on which days a customer bought."
        case .combined(let score):
            return
                "Its log-odds are \(score.p0.plain) of those of the \(model) model (\(parameters)), \(score.ewma.plain) times the logarithm of recent purchases (half counted after \(rule.scoring.ewmaHalfLifeDays.plain) days), and \(score.constant.plain)."
        case .logistic:
            return
                "It is a logistic regression on recency, frequency, spend, age and recent purchases; the \(model) model (\(parameters)) gives the forecasts."
        }
    }

    private var adjustment: [String] {
        let rule = policy.churn.adjustment
        guard rule != .none else { return [] }
        var parts: [String] = []
        if rule.perOpenComplaint != 0 { parts.append("\(rule.perOpenComplaint.plain) for each open complaint") }
        if rule.dissatisfaction != 0 { parts.append("up to \(rule.dissatisfaction.plain) for dissatisfaction") }
        if rule.browseDrop != 0 { parts.append("up to \(rule.browseDrop.plain) when browsing ceases") }
        guard !parts.isEmpty else { return [] }
        return ["The log-odds are moved by \(parts.joined(separator: ", ")); by \(rule.limit.plain) at most."]
    }

    var value: [String] {
        guard let rule = policy.value else {
            return ["Not said: no amounts have been fitted, and outputs hold no expected values."]
        }
        let (amounts, horizon) = (rule.amounts, policy.churn.horizonDays.plain)
        let mean = amounts.expectedAmount(purchases: 0, meanAmount: 0)
        return [
            "A day with an order is worth \(mean.brief) \(policy.currency.text) on average, and for a customer who has bought before something between that and the own average (Gamma-Gamma: p \(amounts.p.plain), q \(amounts.q.plain), v \(amounts.v.plain)).",
            "Outputs say the value expected in \(horizon) days, the value at risk, and a lifetime value over \(rule.months.counted("month")), discounted by \(rule.discountPerMonth.percent) a month.",
        ]
    }
}
