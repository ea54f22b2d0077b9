import Synchronization

/// Observations counted in buckets that are fixed from the start. Any thread may observe.
package final class Histogram: Sendable {
    /// Inclusive upper bounds, ascending; one more bucket holds what exceeds the last.
    package let bounds: [Double]
    private let buckets: [Counter]
    private let sumBits = Atomic<UInt64>(Double.zero.bitPattern)

    /// `bounds` must be finite and ascending.
    package init(bounds: [Double]) {
        precondition(bounds.allSatisfy(\.isFinite), "bucket bounds must be finite")
        precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "bucket bounds must ascend")
        self.bounds = bounds
        buckets = (0...bounds.count).map { _ in Counter() }
    }

    /// Counts one finite `value`; another one is ignored, since it would spoil the sum for good.
    package func observe(_ value: Double) {
        guard value.isFinite else { return }
        buckets[bounds.firstIndex { value <= $0 } ?? bounds.count].add()
        addToSum(value)
    }

    package func observe(_ value: Int) { observe(Double(value)) }

    /// Counts at or below each bound, then all of them. The sum can be ahead of or behind the counts by the
    /// observations that other threads are making.
    package var snapshot: Snapshot {
        var cumulative: [UInt64] = []
        var count: UInt64 = 0
        for bucket in buckets {
            count += bucket.value
            cumulative.append(count)
        }
        return Snapshot(cumulative: cumulative, sum: Double(bitPattern: sumBits.load(ordering: .relaxed)))
    }

    package struct Snapshot: Hashable, Sendable {
        /// One count per bound, and the count of all observations last.
        package let cumulative: [UInt64]
        package let sum: Double

        package var count: UInt64 { cumulative.last ?? 0 }
    }

    private func addToSum(_ value: Double) {
        var seen = sumBits.load(ordering: .relaxed)
        while true {
            let sum = Double(bitPattern: seen) + value
            let (exchanged, original) = sumBits.weakCompareExchange(
                expected: seen, desired: sum.bitPattern, ordering: .relaxed)
            if exchanged { return }
            seen = original
        }
    }
}
