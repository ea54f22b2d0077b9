import RealModule

/// Purchases expected of customers alive with one and the same number of repeats, as a Chebyshev series over their age.
///
/// Both sums of `LifetimeValue.purchasesIfAlive` are means over the drop-out probability p of terms
/// (1 − (1 + p·h/(α+T))^−(r+x))/p, h ≤ H. In v = ln(1 + H/(α+T)) these are singular where e^v = 1 − 1/p·H/h ≤ 0 only: never
/// nearer to the real axis than π. So a few dozen polynomials give all digits for all ages (Trefethen 2013, theorem 8.2).
package struct ExpectationSeries: Sendable {
    /// r + x.
    private let shape: Double
    private let alpha: Double
    /// H, the longest of the horizons, days.
    private let longest: Double
    /// v of the age 0, the largest there is.
    private let widest: Double
    /// Of the sum of the steps and of the horizon alone, both divided by (r+x)·H/(α+T+H).
    private let coefficients: ContiguousArray<SIMD2<Double>>

    private static let nodes = 32
    /// Of the sums, between the nodes; what does not come so near is not interpolated.
    private static let precision = 1e-11
    /// Of the largest, a coefficient that adds nothing.
    private static let negligible = 0x1p-56

    /// Nil where the series does not give at least ten digits: then the models are asked themselves.
    package init?(_ value: LifetimeValue, repeats: Double, within horizon: Double) {
        shape = value.purchases.r + repeats
        alpha = value.purchases.alpha
        longest = max(value.step * Double(max(value.steps, 1)), horizon)
        widest = Double.log(onePlus: longest / alpha)
        // With an alpha next to nothing all places would be the age 0.
        guard widest.isFinite else { return nil }
        let count = Self.nodes
        let (shape, alpha, longest, widest) = (shape, alpha, longest, widest)
        func sample(_ place: Double) -> SIMD2<Double> {
            let age = max(longest / Double.expMinusOne(widest * (place + 1) / 2) - alpha, 0)
            let history = PurchaseHistory(repeats: repeats, ageAtLast: 0, age: age)
            let found = value.purchasesIfAlive(history, within: horizon)
            return SIMD2(found.discounted, found.within) / (shape * (longest / (alpha + age + longest)))
        }
        let samples = (0..<count).map { sample(Double.cos(.pi * (Double($0) + 0.5) / Double(count))) }
        var coefficients = ContiguousArray<SIMD2<Double>>()
        for order in 0..<count {
            var sum = SIMD2<Double>.zero
            for (index, sample) in samples.enumerated() {
                sum += sample * Double.cos(.pi * Double(order) * (Double(index) + 0.5) / Double(count))
            }
            coefficients.append(sum * ((order == 0 ? 1 : 2) / Double(count)))
        }
        let least = SIMD2(abs(coefficients[0][0]), abs(coefficients[0][1])) * Self.negligible
        while let last = coefficients.last, coefficients.count > 1, abs(last[0]) <= least[0], abs(last[1]) <= least[1] {
            coefficients.removeLast()
        }
        self.coefficients = coefficients
        // Between the nodes, and at the age 0.
        for index in 0..<count {
            let place = Double.cos(.pi * Double(index) / Double(count))
            let (found, wanted) = (sum(at: place), sample(place))
            for lane in 0..<2 {
                guard abs(found[lane] - wanted[lane]) <= Self.precision * abs(wanted[lane]) else { return nil }
            }
        }
    }

    /// As `LifetimeValue.purchasesIfAlive`, at `age` ≥ 0 in days.
    package func purchasesIfAlive(age: Double) -> (discounted: Double, within: Double) {
        let reach = alpha + age
        let place = 2 * Double.log(onePlus: longest / reach) / widest - 1
        let sums = sum(at: place) * (shape * (longest / (reach + longest)))
        return (sums[0], sums[1])
    }

    /// Clenshaw's recurrence.
    private func sum(at place: Double) -> SIMD2<Double> {
        var (next, afterNext) = (SIMD2<Double>.zero, SIMD2<Double>.zero)
        for index in stride(from: coefficients.count - 1, to: 0, by: -1) {
            (next, afterNext) = (coefficients[index] + 2 * place * next - afterNext, next)
        }
        return coefficients[0] + place * next - afterNext
    }
}
