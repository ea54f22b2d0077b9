import Synchronization

/// Where a shard is in its life, as operators see it. The raw value is its name in metrics and JSON.
package enum ShardPhase: String, CaseIterable, Encodable, Sendable {
    /// Taking the transactional id over from an earlier owner.
    case fencing
    /// Loading a snapshot and replaying the journal.
    case restoring
    case live
    /// Halted by a broken invariant or an error that needs a person.
    case stopped
}

/// A shard's phase: exactly one at any moment, whichever thread looks.
package final class PhaseGauge: Sendable {
    private let index = Atomic<Int>(0)

    package init() {}

    package func set(_ phase: ShardPhase) {
        index.store(ShardPhase.allCases.firstIndex(of: phase) ?? 0, ordering: .relaxed)
    }

    package var value: ShardPhase { ShardPhase.allCases[index.load(ordering: .relaxed)] }
}
