import RealModule

/// Purchases expected of a customer who is alive: the purchase rate is gamma, the drop-out probability beta distributed.
///
/// With s = r+x the mean over p ~ Beta(a, b) of (1 − (1 + p·H/(α+T))^−s)/p. Fader, Hardie, Lee (2005) write it with ₂F₁;
/// Euler's transformation of that cannot overflow:
/// C/(a−1) · [1 − (1−z)^(a−1) · ₂F₁(C−s, a−1; C; z)], C = a+b−1, z = H/(α+T+H).
struct ExpectedPurchases {
    /// r + x.
    var shape: Double
    var a: Double
    /// b + x, one more where a customer can drop out after the first purchase already.
    var b: Double
    /// α + T.
    var reach: Double
    var horizon: Double

    /// Beyond this z the series has too many terms.
    private static let seriesReach = 0.98
    /// Beyond this the terms of the series grow before they fall.
    private static let steepest = 100.0
    private static let seriesTerms = 20_000

    var value: Double {
        let z = horizon / (reach + horizon)
        let log = -Double.log(onePlus: horizon / reach)
        if z <= Self.seriesReach, -log * (a - 1) < Self.steepest, let sum = series(z, log) { return max(sum, 0) }
        return integral
    }

    /// C·(1 − (1−z)^ε)/ε − (1−z)^ε · Σ (A)ₙ (1+ε)ₙ₋₁ / ((1+C)ₙ₋₁ n!) zⁿ with ε = a−1 and A = C−s: smooth at ε = 0 and
    /// at C = 0. Nil if it does not converge.
    func series(_ z: Double, _ log: Double) -> Double? {
        let epsilon = a - 1
        let c = epsilon + b
        let first = c - shape
        var term = first * z
        var sum = term
        var n = 1.0
        while abs(term) > 1e-17 * abs(sum) {
            term *= (first + n) * (epsilon + n) / ((c + n) * (n + 1)) * z
            sum += term
            n += 1
            guard n < Double(Self.seriesTerms) else { return nil }
        }
        let decay = epsilon == 0 ? -log : -Double.expMinusOne(epsilon * log) / epsilon
        return c * decay - Double.exp(epsilon * log) * sum
    }

    /// The mean over p by the double-exponential rule (Takahasi, Mori 1974), halving the step until it settles.
    var integral: Double {
        var step = 0.125
        var last = quadrature(step: step)
        for _ in 0..<Self.halvings {
            step /= 2
            let finer = quadrature(step: step)
            if abs(finer - last) <= 1e-13 * abs(finer) { return finer }
            last = finer
        }
        return last
    }

    private static let halvings = 8
    /// |ln(p/(1−p))| up to which p and 1−p are numbers of full precision.
    private static let widest = 700.0

    /// p = 1/(1 + e^−w), w = π·sinh u, u in equal steps; what lies beyond `widest` is added in closed form.
    private func quadrature(step: Double) -> Double {
        let (logMode, logRest) = (-Double.log(onePlus: b / a), -Double.log(onePlus: a / b))
        let peak = a * logMode + b * logRest
        let atZero = shape * horizon / reach
        let atOne = -Double.expMinusOne(-shape * Double.log(onePlus: horizon / reach))
        let lowTail = Double.exp(-a * Self.widest - peak) / a
        let highTail = Double.exp(-b * Self.widest - peak) / b
        var weights = lowTail + highTail
        var sum = lowTail * atZero + highTail * atOne
        let end = Double.asinh(Self.widest / .pi)
        let count = (end / step).rounded(.up)
        // The grid ends where the tails begin.
        let spacing = end / count
        for index in -Int(count)...Int(count) {
            let u = Double(index) * spacing
            let w = Double.pi * Double.sinh(u)
            let logP = -LogOdds.softplus(-w)
            let density = Double.exp(a * logP - b * LogOdds.softplus(w) - peak)
            let isEnd = abs(index) == Int(count)
            let weight = density * Double.pi * Double.cosh(u) * spacing * (isEnd ? 0.5 : 1)
            let p = Double.exp(logP)
            weights += weight
            sum += weight * -Double.expMinusOne(-shape * Double.log(onePlus: p * horizon / reach)) / p
        }
        return sum / weights
    }
}
