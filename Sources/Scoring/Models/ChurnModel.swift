import RealModule

/// The churn risk: the probability of no purchase within the horizon, by one of three scores.
///
/// Every score rises with silence, so that the instant at which it reaches a threshold can be solved for and nothing
/// needs to be looked at before.
package struct ChurnModel: Hashable, Sendable {
    package var purchases: PurchaseModel
    /// Days ahead in which "no purchase" is the risk.
    package var horizonDays: Double
    /// After so many days a purchase day counts half in E.
    package var ewmaHalfLifeDays: Double
    package var score: Score

    package enum Score: Hashable, Sendable {
        /// p0 as the purchase model gives it.
        case p0
        /// p0 and recent purchases.
        case combined(CombinedChurnScore)
        /// Fitted to what happened.
        case logistic(LogisticChurnScore)
    }

    package init(purchases: PurchaseModel, horizonDays: Double, ewmaHalfLifeDays: Double = 60, score: Score) {
        self.purchases = purchases
        self.horizonDays = horizonDays
        self.ewmaHalfLifeDays = ewmaHalfLifeDays
        self.score = score
    }

    /// Whether the score can only rise with silence; a policy must not use one that cannot promise it.
    package var risesWithSilence: Bool {
        switch score {
        case .p0: true
        case .combined(let score): score.risesWithSilence
        case .logistic(let score): score.risesWithSilence
        }
    }

    /// E as of now: Σ 2^(−age / half-life) over the purchase days.
    package func purchaseEWMA(_ evidence: ChurnEvidence) -> Double {
        evidence.ewmaAtLast * Double.exp(-Double.log(2) * evidence.recency / ewmaHalfLifeDays)
    }

    /// 0…1.
    package func risk(_ evidence: ChurnEvidence) -> Double {
        if case .p0 = score, evidence.adjustment == 0 {
            return purchases.probabilityOfNoPurchase(evidence.history, horizon: horizonDays)
        }
        return LogOdds.probability(logOdds(evidence))
    }

    /// ln(risk/(1 − risk)), the adjustment included.
    package func logOdds(_ evidence: ChurnEvidence) -> Double {
        switch score {
        case .p0: purchases.logOddsOfNoPurchase(evidence.history, horizon: horizonDays) + evidence.adjustment
        case .combined(let score):
            score.logOdds(
                p0: purchases.logOddsOfNoPurchase(evidence.history, horizon: horizonDays),
                purchaseEWMA: purchaseEWMA(evidence)) + evidence.adjustment
        case .logistic(let score): score.logOdds(evidence, purchaseEWMA: purchaseEWMA(evidence)) + evidence.adjustment
        }
    }

    /// A bound on how fast the risk rises in silence, per day from now on.
    package func steepestRise(_ evidence: ChurnEvidence) -> Double {
        if case .p0 = score, evidence.adjustment == 0 {
            return purchases.steepestRise(evidence.history, horizon: horizonDays)
        }
        let risk = risk(evidence)
        // The slope of the logistic curve is p·(1 − p), and falls from one half on.
        return steepestRiseOfLogOdds(evidence) * (risk > 0.5 ? risk * (1 - risk) : 0.25)
    }

    /// Days of silence before which the risk cannot reach `threshold`; 0 if it is there, infinite for never.
    package func daysBefore(_ threshold: Double, _ evidence: ChurnEvidence) -> Double {
        let risk = risk(evidence)
        guard risk < threshold else { return 0 }
        if case .p0 = score, evidence.adjustment == 0 { return (threshold - risk) / steepestRise(evidence) }
        // Nearly equal log-odds may round to the wrong side.
        return max(LogOdds.of(threshold) - logOdds(evidence), 0) / steepestRiseOfLogOdds(evidence)
    }

    /// The age in days at which silence first brings the risk to `threshold`; nil beyond `limit` days of age.
    ///
    /// At most `resolution` days late and never early: `risk` at that age is at least the threshold.
    package func ageReaching(
        _ threshold: Double, _ evidence: ChurnEvidence, limit: Double, resolution: Double
    ) -> Double? {
        func excess(_ age: Double) -> Double {
            risk(evidence.aged(to: age)) - threshold
        }
        let age = evidence.history.age
        return Crossing(limit: limit, resolution: resolution)
            .first(from: age, notBefore: daysBefore(threshold, evidence), excessNow: excess(age), excess)
    }

    /// Of ln E's fall: at most ln 2 per half-life, and less where E is small beside the offset.
    private func steepestRiseOfLogOdds(_ evidence: ChurnEvidence) -> Double {
        let ewma = purchaseEWMA(evidence)
        let fallOfEWMA = Double.log(2) / ewmaHalfLifeDays * ewma / (ewma + CombinedChurnScore.offset)
        switch score {
        case .p0: return purchases.steepestRiseOfLogOdds(evidence.history, horizon: horizonDays)
        case .combined(let score):
            let rise = purchases.steepestRiseOfLogOdds(evidence.history, horizon: horizonDays)
            return score.p0 * rise - score.ewma * fallOfEWMA
        case .logistic(let score): return score.steepestRise(evidence, fallOfEWMA: fallOfEWMA)
        }
    }
}
