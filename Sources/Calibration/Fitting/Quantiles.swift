import Scoring

/// Thresholds that cut customers into shares.
package enum Quantiles {
    /// The least value that at least `share` (0…1) of the values do not exceed (nearest rank); `values` must not be empty.
    package static func value(at share: Double, ofSorted values: [Double]) -> Double {
        let rank = Int((share * Double(values.count)).rounded(.up))
        return values[min(max(rank - 1, 0), values.count - 1)]
    }

    /// The four thresholds between fifths, each above the one before: where many values are alike, the next larger value
    /// that there is, and beyond the largest one more.
    package static func fifths(_ values: [Double]) -> [Double] {
        let sorted = values.sorted()
        var thresholds: [Double] = []
        for share in [0.2, 0.4, 0.6, 0.8] {
            let quantile = value(at: share, ofSorted: sorted)
            thresholds.append(thresholds.last.map { risen(quantile, above: $0, ofSorted: sorted) } ?? quantile)
        }
        return thresholds
    }

    /// `threshold` if it is above `floor`, else the least value above `floor`; without one, `step` above `floor`.
    static func risen(
        _ threshold: Double, above floor: Double, ofSorted values: [Double], step: Double = 1
    ) -> Double {
        guard threshold <= floor else { return threshold }
        return values.first { $0 > floor } ?? max(floor + step, floor.nextUp)
    }
}

extension RFMRule {
    /// The three scores of 1…5 added up, 3…15: one more for every threshold passed, which for recency means days below it
    /// or at it.
    package func sum(recency days: Double, frequency: Double, monetary: Double) -> Int {
        1 + self.recency.count { days <= $0 } + 1 + self.frequency.count { frequency > $0 } + 1
            + self.monetary.count { monetary > $0 }
    }
}
