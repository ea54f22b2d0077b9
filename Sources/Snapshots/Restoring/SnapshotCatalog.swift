import Scoring
import ShardEngine

/// Finds the newest snapshot of a store that is right in every byte, and says of each newer one why it is not.
package enum SnapshotCatalog {
    /// Builds the shard's state from the newest valid snapshot.
    package static func restoreNewest(
        in store: some SnapshotStore, policy: Policy, expecting identity: SnapshotIdentity
    ) throws(SnapshotStoreError) -> RestoredChoice {
        try restoreNewest(in: store, expecting: identity) { header in
            header.identity.policyHash == identity.policyHash ? policy : nil
        }
    }

    /// The same under whatever policy each was taken; `resolving` finds it, or knows none.
    package static func restoreNewest(
        in store: some SnapshotStore, expecting identity: SnapshotIdentity,
        resolving policy: @escaping (SnapshotHeader) -> Policy?
    ) throws(SnapshotStoreError) -> RestoredChoice {
        var skipped: [SkippedSnapshot] = []
        for name in try store.list() {
            do throws(SkippedSnapshot.Reason) {
                let shard = try restore(name, in: store, policy, identity)
                return RestoredChoice(name: name, shard: shard, skipped: skipped)
            } catch {
                skipped.append(SkippedSnapshot(name: name, reason: error))
            }
        }
        return RestoredChoice(name: nil, shard: nil, skipped: skipped)
    }

    /// Reads the snapshots from the newest on, up to the first that is valid; without `identity`, whosever they are.
    package static func newestValid(
        in store: some SnapshotStore, expecting identity: SnapshotIdentity?
    ) throws(SnapshotStoreError) -> SnapshotChoice {
        var skipped: [SkippedSnapshot] = []
        for name in try store.list() {
            do throws(SkippedSnapshot.Reason) {
                let header = try verify(name, in: store, expecting: identity)
                return SnapshotChoice(name: name, header: header, skipped: skipped)
            } catch {
                skipped.append(SkippedSnapshot(name: name, reason: error))
            }
        }
        return SnapshotChoice(name: nil, header: nil, skipped: skipped)
    }

    /// Reads one snapshot to its end and checks everything but the customers' own fields.
    package static func verify(
        _ name: SnapshotName, in store: some SnapshotStore, expecting identity: SnapshotIdentity?
    ) throws(SkippedSnapshot.Reason) -> SnapshotHeader {
        var check = SnapshotCheck(expecting: identity)
        try read(name, in: store) { (chunk) throws(SnapshotError) in try check.feed(chunk) }
        let header: SnapshotHeader
        do throws(SnapshotError) { header = try check.finish() } catch { throw .invalid(error) }
        guard header.journalSequence == name.sequence else { throw .misnamed(header.journalSequence) }
        return header
    }

    private static func restore(
        _ name: SnapshotName, in store: some SnapshotStore, _ policy: @escaping (SnapshotHeader) -> Policy?,
        _ identity: SnapshotIdentity
    ) throws(SkippedSnapshot.Reason) -> RestoredShard {
        var restoration = SnapshotRestoration(expecting: identity, resolving: policy)
        try read(name, in: store) { (chunk) throws(SnapshotError) in try restoration.feed(chunk) }
        let shard: RestoredShard
        do throws(SnapshotError) { shard = try restoration.finish() } catch { throw .invalid(error) }
        guard shard.header.journalSequence == name.sequence else { throw .misnamed(shard.header.journalSequence) }
        return shard
    }

    private static func read(
        _ name: SnapshotName, in store: some SnapshotStore,
        _ feed: (UnsafeRawBufferPointer) throws(SnapshotError) -> Void
    ) throws(SkippedSnapshot.Reason) {
        var failure: SnapshotError?
        do throws(SnapshotStoreError) {
            try store.read(name) { chunk in
                do throws(SnapshotError) { try feed(chunk) } catch { failure = error }
                return failure == nil
            }
        } catch {
            throw .unreadable(error)
        }
        if let failure { throw .invalid(failure) }
    }
}

/// A snapshot that was passed over.
package struct SkippedSnapshot: Hashable, Sendable, CustomStringConvertible {
    package var name: SnapshotName
    package var reason: Reason

    package init(name: SnapshotName, reason: Reason) {
        self.name = name
        self.reason = reason
    }

    package enum Reason: Error, Hashable, Sendable {
        case invalid(SnapshotError)
        case unreadable(SnapshotStoreError)
        /// It contains another journal sequence than its name says.
        case misnamed(UInt64)
    }

    package var description: String {
        switch reason {
        case .invalid(let error): "snapshot \(name): \(error)"
        case .unreadable(let error): "snapshot \(name): \(error)"
        case .misnamed(let sequence): "snapshot \(name): contains sequence \(sequence); somebody renamed it, remove it"
        }
    }
}

/// The newest valid snapshot, if there is one, and those that are newer and not valid.
package struct SnapshotChoice: Hashable, Sendable {
    package var name: SnapshotName?
    package var header: SnapshotHeader?
    package var skipped: [SkippedSnapshot]
}

/// The same, with the state that the snapshot held.
package struct RestoredChoice: ~Copyable {
    package let name: SnapshotName?
    private let shard: RestoredShard?
    package let skipped: [SkippedSnapshot]

    init(name: SnapshotName?, shard: consuming RestoredShard?, skipped: [SkippedSnapshot]) {
        self.name = name
        self.shard = shard
        self.skipped = skipped
    }

    /// The state, if there is a valid snapshot.
    package consuming func takeShard() -> RestoredShard? { shard }
}
