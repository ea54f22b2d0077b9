import Scoring

/// What keeps one tierd from going on with what another has left.
///
/// Two numbers, so that an upgrade has a way: the older tierd stops cleanly, the newer takes up its snapshot, and of the
/// journal nothing is left to be replayed.
package enum EngineVersion {
    /// What the state means; in snapshots. Raised when a reader would take a former state for another.
    package static let state: UInt16 = 2
    /// How events are decided; in the journal's entries. Raised when the same history would give other outputs.
    package static let decisions: UInt16 = 9
}

/// The part of a shard's state that belongs to no customer, at one instant between two batches.
package struct EngineMark: Hashable, Sendable {
    /// Nil before the first event or tick.
    package var clock: EventTime?
    package var digest: UInt64
    package var customerCount: Int
    /// How far the re-tiering after the last change of policy has come; nil when none is under way.
    package var retiering: Retiering?
    /// Of categories and channels, as `NameTable` lays them out; portraits refer to them by number.
    package var names: [UInt8]

    package init(
        clock: EventTime?, digest: UInt64, customerCount: Int, retiering: Retiering? = nil, names: [UInt8] = []
    ) {
        self.clock = clock
        self.digest = digest
        self.customerCount = customerCount
        self.retiering = retiering
        self.names = names
    }
}

/// Images of whole customers, one after another, as `capture` encoded them (`schemas/snapshot.v2.md`).
package struct CapturedImages: Hashable, Sendable {
    package var bytes: [UInt8]
    package var count: Int

    package init(bytes: [UInt8], count: Int) {
        self.bytes = bytes
        self.count = count
    }
}
