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
    /// Below this C−s the terms of the series alternate, and what is left of them is lost in their size.
    private static let mostNegative = -20.0

    /// Whether the series loses no digits at this z, `log` being ln(1−z).
    private func isTame(_ z: Double, _ log: Double) -> Bool {
        z <= Self.seriesReach && -log * (a - 1) < Self.steepest && a + b - 1 - shape > Self.mostNegative
    }

    var value: Double {
        let z = horizon / (reach + horizon)
        let log = -Double.log(onePlus: horizon / reach)
        if isTame(z, log), let sum = series(z, log) { return max(sum, 0) }
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
        while !Self.isSettled(term, sum) {
            term *= (first + n) * (epsilon + n) / ((c + n) * (n + 1)) * z
            sum += term
            n += 1
            guard n < Double(Self.seriesTerms) else { return nil }
        }
        return scaled(sum, log)
    }

    /// The values at the first `count` of sixteen horizons, all > 0; those behind them must not be longer than the longest.
    /// The series differ by the powers of z alone: each coefficient is worked out once, and the sums do not wait for each
    /// other.
    func values(_ horizons: SIMD16<Double>, count: Int) -> SIMD16<Double> {
        var (logs, values) = (SIMD16<Double>.zero, SIMD16<Double>.zero)
        var longest = 0.0
        for lane in 0..<count {
            logs[lane] = -Double.log(onePlus: horizons[lane] / reach)
            longest = max(longest, horizons[lane])
        }
        let farthest = longest / (reach + longest)
        if isTame(farthest, -Double.log(onePlus: longest / reach)),
            let sums = sharedSeries(horizons / (reach + horizons), farthest: farthest)
        {
            for lane in 0..<count { values[lane] = max(scaled(sums[lane], logs[lane]), 0) }
            return values
        }
        for lane in 0..<count {
            var one = self
            one.horizon = horizons[lane]
            values[lane] = one.value
        }
        return values
    }

    /// Terms that sums at several horizons have at most. With the default parameters a year ahead needs up to 262, three
    /// years 708.
    private static let sharedTerms = 2_048
    /// Of the value: what the last term of its sum may be. All that follow are, at the farthest z, fifty times as much.
    private static let sharedPrecision = 1e-12

    /// The sums of the series at each `z`, as many terms of each as at the farthest; nil if those are too many.
    private func sharedSeries(_ z: SIMD16<Double>, farthest: Double) -> SIMD16<Double>? {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: Self.sharedTerms) { terms in
            let epsilon = a - 1
            let c = epsilon + b
            let first = c - shape
            // The value is about `shape` where the sum is about C.
            let precision = Self.sharedPrecision * min(shape / abs(c), 1)
            var (term, sum, n) = (first * farthest, 0.0, 0.0)
            var count = 0
            while true {
                // In pairs, for two chains of sums.
                for _ in 0..<2 {
                    terms.initializeElement(at: count, to: term)
                    sum += term
                    count += 1
                    n += 1
                    term *= (first + n) * (epsilon + n) / ((c + n) * (n + 1)) * farthest
                }
                if abs(term) <= precision * abs(sum) { break }
                guard count < Self.sharedTerms else { return nil }
            }
            guard sum.isFinite else { return nil }
            // Horner's rule in z as a part of the farthest, from the last terms on, of the odd powers and the even ones.
            let parts = z / farthest
            let squares = parts * parts
            var (odd, even) = (SIMD16<Double>.zero, SIMD16<Double>.zero)
            for index in stride(from: count - 2, through: 0, by: -2) {
                odd = odd * squares + terms[index]
                even = even * squares + terms[index + 1]
            }
            return odd * parts + even * squares
        }
    }

    @inline(__always) private static func isSettled(_ term: Double, _ sum: Double) -> Bool {
        abs(term) <= 1e-17 * abs(sum)
    }

    /// From the sum of the series to the value.
    private func scaled(_ sum: Double, _ log: Double) -> Double {
        let epsilon = a - 1
        let change = Double.expMinusOne(epsilon * log)
        let decay = epsilon == 0 ? -log : -change / epsilon
        // Above a half the sum is as exact as the exponential.
        let left = change > -0.5 ? 1 + change : Double.exp(epsilon * log)
        return (epsilon + b) * decay - left * sum
    }

    /// The mean over p by the trapezoidal rule, the step halved until the mean settles.
    ///
    /// With w = ln(p/(1−p)) = centre + width·sinh u the density is smooth and falls off double-exponentially (Takahasi,
    /// Mori 1974): a few hundred points do, whether the drop-out probabilities are all alike or all extreme.
    var integral: Double {
        var step = Self.firstStep
        var last = quadrature(step: step)
        for _ in 0..<Self.halvings {
            step /= 2
            let finer = quadrature(step: step)
            if abs(finer - last) <= Self.settled * abs(finer) { return finer }
            last = finer
        }
        return last
    }

    private static let firstStep = 0.25
    private static let halvings = 5
    private static let settled = 1e-10
    /// |w| up to which p and 1−p are numbers of full precision; what lies beyond is added in closed form.
    private static let widest = 700.0

    private func quadrature(step: Double) -> Double {
        let centre = Double.log(a / b)
        let width = Double.sqrt(1 / a + 1 / b)
        let peak = -a * LogOdds.softplus(-centre) - b * LogOdds.softplus(centre)
        let lowTail = Double.exp(-a * Self.widest - peak) / a
        let highTail = Double.exp(-b * Self.widest - peak) / b
        var weights = lowTail + highTail
        var sum = lowTail * shape * horizon / reach
        sum -= highTail * Double.expMinusOne(-shape * Double.log(onePlus: horizon / reach))
        let low = Double.asinh((-Self.widest - centre) / width)
        let high = Double.asinh((Self.widest - centre) / width)
        // The grid ends where the tails begin.
        let count = Int(((high - low) / step).rounded(.up))
        let spacing = (high - low) / Double(count)
        for index in 0...count {
            let u = low + Double(index) * spacing
            let w = centre + width * Double.sinh(u)
            let logP = -LogOdds.softplus(-w)
            let density = Double.exp(a * logP - b * LogOdds.softplus(w) - peak)
            let isEnd = index == 0 || index == count
            let weight = density * width * Double.cosh(u) * spacing * (isEnd ? 0.5 : 1)
            let p = Double.exp(logP)
            weights += weight
            sum -= weight * Double.expMinusOne(-shape * Double.log(onePlus: p * horizon / reach)) / p
        }
        return sum / weights
    }
}
