/// Which snapshots a stretch of a topic up to its end holds, and which chunks belong to none.
///
/// Takes the stretch's records in their order. One owner at a time writes manifests, so the newest names every snapshot
/// of before; what a later tombstone names is gone.
package struct TopicCatalog: Hashable, Sendable {
    private var known: [UInt64: SnapshotManifest] = [:]
    /// Whether a manifest was seen: then everything older is known as well.
    package private(set) var isComplete = false
    /// Keys of chunks since the last manifest: what a writer left behind without finishing.
    package private(set) var leftovers: [SnapshotRecordKey] = []

    package init() {}

    /// Nil for a tombstone's value.
    package mutating func take(key: String, value: [UInt8]?) {
        guard let key = SnapshotRecordKey(key) else { return }
        switch key {
        case .chunk:
            leftovers.removeAll { $0 == key }
            if value != nil { leftovers.append(key) }
        case .manifest(let sequence):
            known[sequence] = nil
            guard let value, let found = SnapshotManifests(bytes: value), found.own.sequence == sequence else { return }
            known = [:]
            for manifest in found.others + [found.own] { known[manifest.sequence] = manifest }
            isComplete = true
            leftovers = []
        }
    }

    /// Newest first.
    package var snapshots: [SnapshotManifest] { known.values.sorted { $0.sequence > $1.sequence } }
}
