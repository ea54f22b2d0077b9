import Scoring

/// Which churn score a policy names.
package enum ChurnScoreName: String, CaseIterable, Sendable {
    case combined, p0, logistic
}

extension HistoryFit {
    /// The part of a policy file (YAML) that follows from the history; nil for a score that could not be fitted.
    ///
    /// - Parameters:
    ///   - tiers: nil where the source tells no scores.
    ///   - missing: inputs that the tiers ask for and that were not read.
    package func fragment(
        score: ChurnScoreName, tiers: TierThresholds? = nil, missing: [InputKind] = []
    ) -> String? {
        guard score != .logistic || logistic != nil else { return nil }
        var lines = [
            "# Fitted to \(customers) customers, \(repeatBuyers) of them repeat buyers, until \(settings.until.date).",
            "# Merge it into the policy and raise its version.",
            "churn:",
            "  score: \(score.rawValue)",
            "  model: \(settings.kind.rawValue)",
            "  horizon: \(settings.horizonDays)d",
            "  parameters: \(Self.mapping(purchases.parameters))",
        ]
        if let coefficients = coefficients(score) { lines.append("  coefficients: \(coefficients)") }
        lines += [
            "  ewma_half_life: \(Self.span(days: settings.ewmaHalfLifeDays))",
            "value:",
            "  gamma_gamma: \(Self.mapping(orderValue.parameters))",
            "# Thresholds between fifths of the customers: days since the last order, purchase days, money spent. Where many",
            "# are alike, a threshold is the next larger value.",
            "rfm:",
            "  recency: \(rfm.recency)",
            "  frequency: \(rfm.frequency)",
            "  monetary: \(rfm.monetary)",
        ]
        lines += tiers?.fragment(missing: missing) ?? spendLines
        return lines.joined(separator: "\n") + "\n"
    }

    /// What is left where nobody's score is told.
    private var spendLines: [String] {
        ["# A snapshot tells no scores: for thresholds of tiers fit from orders or topics. For comparison:"]
            + spendQuantiles.map { quantile in
                let share = Figures.decimal(quantile.topShare * 100, 0)
                let value = Figures.decimal(quantile.value, 2)
                return "# The best \(share) % of the customers have a spend_ewma of \(value) or more."
            }
    }

    private func coefficients(_ score: ChurnScoreName) -> String? {
        switch score {
        case .p0: return nil
        case .combined:
            let combined = CombinedChurnScore(constant: churnConstant)
            return "{p0: \(combined.p0), ewma: \(combined.ewma), constant: \(combined.constant)}"
        case .logistic: return logistic.map { Self.mapping($0.parameters) }
        }
    }

    /// As policies write a length of time: whole days where it is, else seconds.
    private static func span(days: Double) -> String {
        days == days.rounded() ? "\(Int(days))d" : "\(Int((days * 86_400).rounded()))s"
    }

    private static func mapping(_ parameters: [FittedParameter]) -> String {
        "{" + parameters.map { "\($0.name): \($0.value)" }.joined(separator: ", ") + "}"
    }
}
