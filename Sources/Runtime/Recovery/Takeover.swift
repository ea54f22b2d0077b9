import KafkaClient
import Scoring
import ShardEngine
import Snapshots

/// What a lane found out after fencing: everything that recovery starts from.
package struct Takeover: Sendable {
    /// What the group has committed for the shard's inputs, in their order; empty when it could not be learnt.
    package var committed: [PartitionOffset] = []
    /// Oldest offset and last stable offset of each input.
    package var inputs: [Watermarks] = []
    package var journal = Watermarks(low: 0, high: 0)
    package var restored: RestoredState?
    package var skipped: [SkippedSnapshot] = []
    package var storeProblem: SnapshotStoreError?
    /// The first stretch of the journal that has an entry, or its end.
    package var entries = JournalRecords(records: [], next: 0)

    package init() {}

    mutating func take(_ search: SnapshotSearch) {
        restored = search.found
        skipped = search.skipped
        storeProblem = search.problem
    }

    /// Neither a snapshot nor a journal: the shard has never been worked on, unless the group says so.
    var isEmpty: Bool { restored == nil && entries.records.isEmpty }

    /// From the snapshot's own entry on, so that it is seen to be the journal's; from the oldest entry without one.
    var firstJournalOffset: Int64 { max(journal.low, restored?.journalOffset ?? journal.low) }
}

/// What looking for a snapshot gave.
package struct SnapshotSearch: Sendable {
    package var found: RestoredState?
    package var skipped: [SkippedSnapshot] = []
    /// Why the store could not be looked through, if it could not.
    package var problem: SnapshotStoreError?

    package init(
        found: RestoredState? = nil, skipped: [SkippedSnapshot] = [], problem: SnapshotStoreError? = nil
    ) {
        self.found = found
        self.skipped = skipped
        self.problem = problem
    }
}

/// Looks for the newest valid snapshot of one shard and makes an engine from it. Blocks.
package struct SnapshotRestorer: Sendable {
    package var restoreNewest: @Sendable () -> SnapshotSearch

    package init(restoreNewest: @escaping @Sendable () -> SnapshotSearch) { self.restoreNewest = restoreNewest }

    /// Finds nothing: there are no snapshots.
    package static let none = SnapshotRestorer { SnapshotSearch() }

    /// Looks in a store that is opened when it is needed, on the thread that looks.
    package init(
        policies: PolicyShelf, identity: SnapshotIdentity, opening store: @escaping @Sendable () -> any SnapshotStore
    ) {
        restoreNewest = { Self.search(store(), policies, identity) }
    }

    private static func search(
        _ store: some SnapshotStore, _ policies: PolicyShelf, _ identity: SnapshotIdentity
    ) -> SnapshotSearch {
        do throws(SnapshotStoreError) {
            let choice = try SnapshotCatalog.restoreNewest(in: store, expecting: identity) { header in
                policies.find(header)?.policy
            }
            let skipped = choice.skipped
            guard let shard = choice.takeShard() else { return SnapshotSearch(skipped: skipped) }
            return SnapshotSearch(found: RestoredState(shard), skipped: skipped)
        } catch {
            return SnapshotSearch(problem: error)
        }
    }
}

/// An engine made from a snapshot, on its way from the lane's thread to the worker's, and where it stands.
package final class RestoredState: @unchecked Sendable {
    package let header: SnapshotHeader
    /// Made by one thread and taken by another, once, with a mailbox between them.
    private var engine: ShardEngine?

    package init(_ shard: consuming RestoredShard) {
        header = shard.header
        engine = shard.takeEngine()
    }

    package var position: JournalPosition {
        JournalPosition(sequence: header.journalSequence, digest: header.journalDigest)
    }
    /// Where the entry at `position` lies in the journal's partition, or a place before it.
    package var journalOffset: Int64 { header.journalOffset }

    /// The next offset to read of each input.
    package var positions: [InputKind: Int64] {
        Dictionary(header.positions.map { ($0.input, $0.offset) }) { $1 }
    }

    /// The engine; may be asked for once.
    func take() -> ShardEngine {
        guard let engine = engine.take() else { preconditionFailure("the engine was taken already") }
        return engine
    }
}
