import RealModule

/// s = p0 · logit(p0) + ewma · ln(E + 0.01) + constant; the risk is 1/(1 + e^−s).
package struct CombinedChurnScore: Hashable, Sendable {
    /// Weight of logit(p0); 0 or more.
    package var p0: Double
    /// Weight of ln(E + 0.01); 0 or less.
    package var ewma: Double
    /// Found in calibration: the mean risk over customers equals the mean of p0.
    package var constant: Double

    /// Keeps the logarithm finite where no purchase is recent.
    package static let offset = 0.01

    package init(p0: Double = 0.4, ewma: Double = -0.7, constant: Double) {
        self.p0 = p0
        self.ewma = ewma
        self.constant = constant
    }

    package var risesWithSilence: Bool { p0 >= 0 && ewma <= 0 }

    package func logOdds(p0 logOdds: Double, purchaseEWMA: Double) -> Double {
        p0 * logOdds + ewma * Double.log(purchaseEWMA + Self.offset) + constant
    }
}
