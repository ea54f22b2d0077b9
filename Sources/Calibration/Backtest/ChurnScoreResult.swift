import Scoring

/// How well one number foretells who will not buy.
package struct ChurnScoreResult: Hashable, Sendable {
    /// The name in reports, such as `combined`.
    package var name: String
    package var title: String
    /// Nil unless some bought and some did not.
    package var areaUnderCurve: Double?
    /// Nil for a score that is no probability.
    package var reliability: Reliability?

    static func all(_ known: [CustomerAsOf], _ outcomes: [HoldoutOutcome], _ fit: HistoryFit) -> [ChurnScoreResult] {
        let churned = outcomes.map(\.hasChurned)
        func ranked(_ name: String, _ title: String, _ score: (CustomerAsOf) -> Double) -> ChurnScoreResult {
            let area = Ranking.areaUnderCurve(known.map(score), churned: churned)
            return ChurnScoreResult(name: name, title: title, areaUnderCurve: area, reliability: nil)
        }
        func risk(_ name: String, _ title: String, _ model: ChurnModel) -> ChurnScoreResult {
            var result = ranked(name, title) { model.risk($0.evidence) }
            result.reliability = Reliability(known.map { model.risk($0.evidence) }, churned: churned)
            return result
        }
        let combined = fit.combined
        var results = [
            risk("combined", "combined (default)", combined), risk("p0", "p0", fit.model(.p0)),
        ]
        if let logistic = fit.logistic, logistic.quality.isConverged {
            results.append(risk("logistic", "logistic regression", fit.model(.logistic(logistic.score))))
        }
        return results + [
            ranked("purchase_ewma", "purchase EWMA") { -combined.purchaseEWMA($0.evidence) },
            ranked("recency", "recency") { $0.evidence.recency },
            ranked("p_alive_mbg_nbd", "1 − P(alive), MBG/NBD") { 1 - fit.mbgNBD.model.pAlive($0.history) },
            ranked("p_alive_bg_nbd", "1 − P(alive), BG/NBD") { 1 - fit.bgNBD.model.pAlive($0.history) },
        ]
    }
}
