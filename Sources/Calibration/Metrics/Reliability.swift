/// Whether probabilities mean what they say.
package struct Reliability: Hashable, Sendable {
    /// The mean square of probability minus outcome.
    package var brier: Double
    /// Ten bins of equal width, 0…0.1 to 0.9…1; the last includes 1.
    package var bins: [Bin]

    package struct Bin: Hashable, Sendable {
        package var customers: Int
        /// The mean probability in the bin, and the share to whom it happened; nil where the bin is empty.
        package var predicted: Double?
        package var observed: Double?
    }

    static let binCount = 10

    package init(_ probabilities: [Double], churned: [Bool]) {
        var sums = Array(repeating: (customers: 0, predicted: 0.0, churned: 0), count: Self.binCount)
        var squares = 0.0
        for (probability, hasChurned) in zip(probabilities, churned) {
            let miss = probability - (hasChurned ? 1 : 0)
            squares += miss * miss
            let bin = min(max(Int(probability * Double(Self.binCount)), 0), Self.binCount - 1)
            sums[bin].customers += 1
            sums[bin].predicted += probability
            sums[bin].churned += hasChurned ? 1 : 0
        }
        brier = squares / Double(max(probabilities.count, 1))
        bins = sums.map { sum in
            guard sum.customers > 0 else { return Bin(customers: 0, predicted: nil, observed: nil) }
            let count = Double(sum.customers)
            return Bin(
                customers: sum.customers, predicted: sum.predicted / count, observed: Double(sum.churned) / count)
        }
    }

    /// The mean distance of predicted and observed over the customers (expected calibration error).
    package var error: Double {
        let total = bins.reduce(0) { $0 + $1.customers }
        return bins.reduce(0) { sum, bin in
            guard let predicted = bin.predicted, let observed = bin.observed else { return sum }
            return sum + abs(predicted - observed) * Double(bin.customers) / Double(total)
        }
    }
}
