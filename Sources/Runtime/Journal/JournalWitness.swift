import Synchronization

/// The last entry of each shard's journal that this process has seen committed.
///
/// Brokers that come back without it have lost what they had acknowledged, and between two snapshots nothing but this
/// remembers: the group's offsets went back with the journal.
package final class JournalWitness: Sendable {
    /// One per shard that this process has owned.
    private let entries = Mutex<[Int32: JournalPosition]>([:])

    package init() {}

    package func saw(_ position: JournalPosition, of shard: Int32) {
        entries.withLock { entries in
            if let known = entries[shard], known.sequence > position.sequence { return }
            entries[shard] = position
        }
    }

    package func last(of shard: Int32) -> JournalPosition? { entries.withLock { $0[shard] } }
}
