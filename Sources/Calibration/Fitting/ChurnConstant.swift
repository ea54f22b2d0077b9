import Scoring

/// Finds the constant of the combined churn score: no labels are needed.
package enum ChurnConstant {
    private static let widest = 200.0

    /// c for which the mean of the combined risk over the customers is the mean of p0.
    ///
    /// The mean rises with c, so halving the interval finds it; it ends when no number lies between.
    package static func find(_ score: CombinedChurnScore, _ model: ChurnModel, _ evidence: [ChurnEvidence]) -> Double {
        var plain = model
        plain.score = .p0
        let wanted = evidence.reduce(0) { $0 + plain.risk($1) }
        let bases = evidence.map { one in
            score.logOdds(
                p0: model.purchases.logOddsOfNoPurchase(one.history, horizon: model.horizonDays),
                purchaseEWMA: model.purchaseEWMA(one)) - score.constant
        }
        var (low, high) = (-widest, widest)
        while true {
            let middle = (low + high) / 2
            guard middle > low, middle < high else { return middle }
            let found = bases.reduce(0) { $0 + LogOdds.probability($1 + middle) }
            if found < wanted { low = middle } else { high = middle }
        }
    }
}
