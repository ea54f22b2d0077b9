import RealModule

/// A "buy till you die" model of repeat purchases with its four parameters, time in days.
///
/// BG/NBD: Fader, Hardie, Lee, "Counting Your Customers" the Easy Way, Marketing Science 24 (2005).
/// MBG/NBD: Batislam, Denizel, Filiztekin, Empirical validation and comparison of models for customer base analysis,
/// International Journal of Research in Marketing 24 (2007). Everything is computed in logarithms and stays finite.
package struct PurchaseModel: Hashable, Sendable {
    package var kind: Kind
    /// Shape of the purchase rates over customers; > 0.
    package var r: Double
    /// Scale of the purchase rates, days; > 0.
    package var alpha: Double
    /// First parameter of the drop-out probabilities; > 0.
    package var a: Double
    /// Second parameter of the drop-out probabilities; > 0.
    package var b: Double

    /// Raw values are the names in policies and outputs.
    package enum Kind: String, Hashable, Sendable {
        case bgNBD = "bg_nbd"
        case mbgNBD = "mbg_nbd"
    }

    package init(kind: Kind, r: Double, alpha: Double, a: Double, b: Double) {
        self.kind = kind
        self.r = r
        self.alpha = alpha
        self.a = a
        self.b = b
    }

    /// The fit on the CDNOW sample in days (log-likelihood −14363.5304), in use until a shop fits its own.
    package static let defaultBGNBD = PurchaseModel(kind: .bgNBD, r: 0.242593, alpha: 30.8952, a: 0.792886, b: 2.425754)
    /// The MBG/NBD fit on the same data, its scale turned from weeks into days.
    package static let defaultMBGNBD = PurchaseModel(
        kind: .mbgNBD, r: 0.524838, alpha: 43.280944, a: 0.891356, b: 1.613999)

    /// P(alive): the probability that the customer has not dropped out, 0…1; 1 under BG/NBD without a repeat.
    package func pAlive(_ history: PurchaseHistory) -> Double {
        guard let logOdds = logOddsOfHavingLeft(history) else { return 1 }
        return LogOdds.probability(-logOdds)
    }

    /// p0: the probability of no purchase in the next `horizon` days, 0…1; rises with silence.
    package func probabilityOfNoPurchase(_ history: PurchaseHistory, horizon: Double) -> Double {
        let stillNone = noneIfAlive(history, horizon: horizon)
        guard let logOdds = logOddsOfHavingLeft(history) else { return stillNone }
        // A sum of two positive parts: 1 − P·(1 − q) would lose the digits of a small p0.
        return min(1, LogOdds.probability(logOdds) + LogOdds.probability(-logOdds) * stillNone)
    }

    /// A bound on dp0/dT per day from `history.age` on.
    ///
    /// p0′ = (r+x)/(α+T) · P · [(1−P)(1−q) + q·H/(α+T+H)], and the bracket times P is at most max(¼, H/(α+T+H)).
    package func steepestRise(_ history: PurchaseHistory, horizon: Double) -> Double {
        let reach = alpha + history.age
        return (r + history.repeats) / reach * max(0.25, horizon / (reach + horizon))
    }

    /// A bound on |dP(alive)/dT| per day from `history.age` on: P(1−P)(r+x)/(α+T) with P(1−P) at most ¼.
    package func steepestFall(_ history: PurchaseHistory) -> Double {
        0.25 * (r + history.repeats) / (alpha + history.age)
    }

    /// ln((1 − P)/P); nil where P is 1.
    func logOddsOfHavingLeft(_ history: PurchaseHistory) -> Double? {
        let x = history.repeats
        let dropouts: Double
        switch kind {
        case .bgNBD:
            guard x > 0 else { return nil }
            dropouts = b + x - 1
        case .mbgNBD:
            dropouts = b + x
        }
        let silence = (history.age - history.ageAtLast) / (alpha + history.ageAtLast)
        return Double.log(a / dropouts) + (r + x) * Double.log(onePlus: silence)
    }

    /// ((α+T)/(α+T+H))^(r+x): the probability of no purchase by a customer who is alive.
    private func noneIfAlive(_ history: PurchaseHistory, horizon: Double) -> Double {
        Double.exp(-hazard(history, horizon: horizon))
    }

    /// −ln of that probability.
    func hazard(_ history: PurchaseHistory, horizon: Double) -> Double {
        (r + history.repeats) * Double.log(onePlus: horizon / (alpha + history.age))
    }
}

extension PurchaseModel {
    /// The age in days at which p0 first reaches `threshold`, given that purchases stay as they are; nil beyond `limit` days.
    ///
    /// Bracketed secant steps (Illinois) on the monotone p0; ends when the bracket is narrower than `resolution` days.
    package func ageReaching(
        _ threshold: Double, _ history: PurchaseHistory, horizon: Double, limit: Double, resolution: Double
    ) -> Double? {
        func excess(_ age: Double) -> Double {
            let aged = PurchaseHistory(repeats: history.repeats, ageAtLast: history.ageAtLast, age: age)
            return probabilityOfNoPurchase(aged, horizon: horizon) - threshold
        }
        let now = excess(history.age)
        // Nothing can be reached earlier than the steepest rise allows.
        let earliest = -now / steepestRise(history, horizon: horizon)
        return Crossing(limit: limit, resolution: resolution)
            .first(from: history.age, notBefore: earliest, excessNow: now, excess)
    }
}
