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
