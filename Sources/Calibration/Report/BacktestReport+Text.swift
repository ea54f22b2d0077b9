import Scoring

extension BacktestReport {
    /// Tables for a terminal; ends in a line feed.
    package var text: String {
        """
        Fitted to \(Figures.count(customers)) customers until \(until.date), judged by the \(holdoutDays) days after it: \
        \(Figures.percent(Double(churned) / Double(customers))) bought nothing, the others spent \
        \(Figures.amount(revenue, minorPerMajor)) \(currency.text).

        Who will not buy (AUC: 0.5 = by chance, 1 = all pairs in order)
        \(churnTable)
        The policies' own churn risks at the end of \(until.date): who bought nothing within the horizon
        \(policyChurnTable)
        \(policyBins)\
        Who will spend (Gini ratio: 0 = by chance, 1 = the perfect order)
        \(valueTable)
        Policies (tiers at the end of \(until.date), changes over the whole history)
        \(policyTables)
        """
    }

    private var churnTable: String {
        var table = TextTable(["score", "AUC", "Brier", "calibration error"])
        for score in churnScores {
            table.add(
                [
                    score.title, Figures.decimal(score.areaUnderCurve, 4),
                    Figures.decimal(score.reliability?.brier, 4), Figures.decimal(score.reliability?.error, 4),
                ])
        }
        return table.text
    }

    private var policyChurnTable: String {
        var table = TextTable(["policy", "AUC", "Brier", "calibration error", "horizon", "score"])
        for policy in policies {
            let (churn, judged) = (policy.churn, policy.churn.judgement)
            let horizon = "\(churn.horizonDays) d" + (judged == nil ? ", beyond the history" : "")
            table.add(
                [
                    policy.title, Figures.decimal(judged?.areaUnderCurve, 4),
                    Figures.decimal(judged?.reliability.brier, 4), Figures.decimal(judged?.reliability.error, 4),
                    horizon, churn.title,
                ])
        }
        return table.text
    }

    /// Nothing where every horizon reaches beyond the history.
    private var policyBins: String {
        let judged = policies.filter { $0.churn.judgement != nil }
        guard !judged.isEmpty else { return "" }
        var table = TextTable(["risk"] + judged.map(\.title))
        for bin in 0..<Reliability.binCount {
            let cells = judged.map { policy in
                policy.churn.judgement.map { Self.cell($0.reliability.bins[bin]) } ?? "–"
            }
            table.add(["\(bin * 10)–\(bin * 10 + 10) %"] + cells)
        }
        return "What the risks said → what came true (customers), by tenths of the risk\n\(table.text)\n"
    }

    private static func cell(_ bin: Reliability.Bin) -> String {
        guard bin.customers > 0 else { return "–" }
        return
            "\(Figures.percent(bin.predicted)) → \(Figures.percent(bin.observed)) (\(Figures.count(bin.customers)))"
    }

    private var valueTable: String {
        var table = TextTable(["score", "Gini ratio", "best 10 %", "best 20 %"])
        for score in valueScores {
            table.add(
                [
                    score.title, Figures.decimal(score.giniRatio, 4), Figures.percent(score.capturedByTenth),
                    Figures.percent(score.capturedByFifth),
                ])
        }
        return table.text
    }

    private var policyTables: String {
        policies.map { policy in
            var table = TextTable(["  tier", "customers", "revenue", "of revenue"])
            for tier in policy.tiers.reversed() {
                table.add(
                    [
                        "  " + tier.name, Figures.count(tier.customers), Figures.amount(tier.revenue, minorPerMajor),
                        Figures.percent(Double(tier.revenue) / Double(revenue)),
                    ])
            }
            let movement = policy.movement
            return """
                  \(policy.title): Gini ratio \(Figures.decimal(policy.giniRatio, 4)), \
                \(Figures.decimal(movement.rate, 3)) changes per customer and quarter \
                (\(Figures.count(movement.upgrades)) up, \(Figures.count(movement.downgrades)) down, \
                \(Figures.count(movement.corrections)) corrections; \(Figures.count(movement.reversals)) undo the one before)
                \(table.text)
                """
        }
        .joined(separator: "\n") + moves.map(moveTable).joined()
    }

    private func moveTable(_ moves: PolicyMoves) -> String {
        var table = TextTable(["  \(moves.from)"] + moves.toTiers)
        for (tier, row) in zip(moves.fromTiers, moves.customers) {
            table.add(["  " + tier] + row.map { Figures.count($0) })
        }
        return "\n  Customers by tier: \(moves.from) down, \(moves.to) across\n" + table.text
    }
}
