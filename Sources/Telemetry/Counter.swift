import Synchronization

/// A count that only grows, from zero at the start of the process. Any thread may add.
package final class Counter: Sendable {
    private let total = Atomic<UInt64>(0)

    package init() {}

    package func add() { add(1) }

    /// `amount` must not be negative.
    package func add(_ amount: Int) {
        precondition(amount >= 0, "a counter cannot fall")
        total.wrappingAdd(UInt64(amount), ordering: .relaxed)
    }

    package var value: UInt64 { total.load(ordering: .relaxed) }
}
