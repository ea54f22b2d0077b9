import Synchronization

/// A number that rises and falls; unknown until it is first set, and then left out of the text. Any thread may set it.
package final class Gauge: Sendable {
    private let bits = Atomic<UInt64>(Double.nan.bitPattern)

    package init() {}

    package init(_ value: Double) { set(value) }

    package func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

    package func set(_ value: Int) { set(Double(value)) }

    /// Back to unknown.
    package func clear() { set(.nan) }

    /// Nil while unknown.
    package var value: Double? {
        let value = Double(bitPattern: bits.load(ordering: .relaxed))
        return value.isNaN ? nil : value
    }
}
