import RealModule
import Scoring

/// The Gamma-Gamma model fitted to repeat buyers by maximum likelihood.
package struct OrderValueFit: Hashable, Sendable {
    package var model: OrderValueModel
    package var parameters: [FittedParameter]
    package var quality: FitQuality

    /// A repeat buyer's purchase days after the first, and their mean total.
    package struct Sample: Hashable, Sendable {
        package var purchases: Double
        package var meanAmount: Double
        package init(purchases: Double, meanAmount: Double) {
            self.purchases = purchases
            self.meanAmount = meanAmount
        }
    }

    /// Searches ln p, ln(q − 1) and ln v: with q up to 1 the mean amount of all customers would be infinite.
    ///
    /// - Parameter samples: those without an amount above 0 are left out, a gamma distribution has none.
    package init(_ samples: [Sample]) throws(CalibrationError) {
        // Sorted, so that the order of the customers changes no bit of the sums.
        let samples = samples.filter { $0.purchases > 0 && $0.meanAmount > 0 }
            .sorted { ($0.purchases, $0.meanAmount) < ($1.purchases, $1.meanAmount) }
        guard samples.count >= PurchaseFit.leastRepeatBuyers else {
            throw .tooFewRepeatBuyers(found: samples.count, needed: PurchaseFit.leastRepeatBuyers)
        }
        let mean = samples.reduce(0) { $0 + $1.meanAmount } / Double(samples.count)
        let starts = [(6, 3, mean / 2), (1, 1, mean), (20, 2, mean / 10)].map { p, rest, v in
            [Double.log(p), Double.log(rest), Double.log(v)]
        }
        let top = Maximizer().maximize(from: starts) { logs in
            let model = OrderValueModel(p: Double.exp(logs[0]), q: 1 + Double.exp(logs[1]), v: Double.exp(logs[2]))
            return Self.logLikelihood(model, samples)
        }
        let values = top.point.map { Double.exp($0) }
        model = OrderValueModel(p: values[0], q: 1 + values[1], v: values[2])
        parameters = zip(["p", "q", "v"], [model.p, model.q, model.v]).enumerated().map { index, pair in
            let error = top.standardErrors.isEmpty ? nil : top.standardErrors[index] * values[index]
            return FittedParameter(name: pair.0, value: pair.1, standardError: error)
        }
        quality = FitQuality(
            logLikelihood: top.value, isConverged: top.isConverged, evaluations: top.evaluations,
            customers: samples.count)
    }

    /// Fader, Hardie (2013), summed over the customers.
    package static func logLikelihood(_ model: OrderValueModel, _ samples: [Sample]) -> Double {
        let (p, q, v) = (model.p, model.q, model.v)
        let shared = q * Double.log(v) - Double.logGamma(q)
        return samples.reduce(0) { sum, sample in
            let (x, mean) = (sample.purchases, sample.meanAmount)
            return sum + shared + Double.logGamma(p * x + q) - Double.logGamma(p * x)
                + (p * x - 1) * Double.log(mean) + p * x * Double.log(x)
                - (p * x + q) * Double.log(v + x * mean)
        }
    }
}
