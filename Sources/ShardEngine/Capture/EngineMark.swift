import Scoring

/// What the engine's state means; raised when the same history would lead to another state or other outputs.
package enum EngineVersion {
    package static let state: UInt16 = 2
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
