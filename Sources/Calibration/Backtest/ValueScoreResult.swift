import Scoring

/// How well one number foretells who will spend.
package struct ValueScoreResult: Hashable, Sendable {
    /// The name in reports, such as `spend_ewma_90d`.
    package var name: String
    package var title: String
    package var giniRatio: Double?
    /// The share of the holdout's revenue that the best tenth and fifth of the customers brought.
    package var capturedByTenth: Double
    package var capturedByFifth: Double
    package var gains: [GainsPoint]

    /// Months of a lifetime value, and what is taken off for each.
    private static let months = 12
    private static let monthDays = 365.25 / 12
    private static let discountPerMonth = 0.01

    static func all(_ known: [CustomerAsOf], _ outcomes: [HoldoutOutcome], _ fit: HistoryFit) -> [ValueScoreResult] {
        let revenue = outcomes.map(\.revenue)
        func ranked(_ name: String, _ title: String, _ score: (CustomerAsOf) -> Double) -> ValueScoreResult {
            ValueScoreResult(name, title, known.map(score), revenue)
        }
        let lifetime = LifetimeValue(
            purchases: fit.purchases.model, amounts: fit.orderValue.model, step: monthDays, steps: months,
            discountPerStep: discountPerMonth)
        return [
            ranked("spend_ewma_90d", "spend EWMA, half-life 90 d (default)") { $0.spendEWMA(halfLifeDays: 90) },
            ranked("spend_ewma_180d", "spend EWMA, half-life 180 d") { $0.spendEWMA(halfLifeDays: 180) },
            ranked("spend_365d", "spend in 365 days") { Double($0.spend(days: 365)) },
            ranked("clv_12m", "lifetime value, 12 months") {
                lifetime.value($0.history, meanAmount: $0.meanRepeatAmount)
            },
            ranked("rfm_sum", "RFM sum") { one in
                let sum = fit.rfm.sum(
                    recency: one.evidence.recency, frequency: Double(one.frequency), monetary: one.evidence.monetary)
                return Double(sum)
            },
            ranked("spend_90d", "spend in 90 days") { Double($0.spend(days: 90)) },
        ]
    }

    private init(_ name: String, _ title: String, _ scores: [Double], _ revenue: [Int64]) {
        self.name = name
        self.title = title
        giniRatio = Ranking.giniRatio(scores, amounts: revenue)
        gains = Ranking.gains(scores, amounts: revenue)
        capturedByTenth = Ranking.captured(by: 0.1, gains)
        capturedByFifth = Ranking.captured(by: 0.2, gains)
    }
}
