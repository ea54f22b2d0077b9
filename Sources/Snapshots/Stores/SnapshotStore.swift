/// Where the snapshots of one shard are kept.
///
/// Its calls block; they belong on a thread of their own. One snapshot is written at a time, and is not seen by anyone
/// before `publish` has returned or failed:
///
///     idle ──begin──► writing ──append──► … ──publish──► idle
///                        └────────discard──────────────► idle
package protocol SnapshotStore: AnyObject {
    /// Newest first.
    func list() throws(SnapshotStoreError) -> [SnapshotName]

    /// Starts writing the snapshot of this journal sequence; what an earlier writing left behind is removed.
    func begin(_ sequence: UInt64) throws(SnapshotStoreError)

    func append(_ bytes: [UInt8]) throws(SnapshotStoreError)

    /// Makes the snapshot durable and then visible, whole. One of this sequence gives way: both hold the same state, but
    /// the older may be damaged.
    func publish() throws(SnapshotStoreError)

    /// Gives up what is being written, if anything is; cannot fail, for leftovers are removed at the next beginning.
    func discard()

    /// Hands the bytes to `chunk` in order, until it returns false.
    func read(_ name: SnapshotName, into chunk: (UnsafeRawBufferPointer) -> Bool) throws(SnapshotStoreError)

    func remove(_ name: SnapshotName) throws(SnapshotStoreError)

    /// Removes all but the newest `count` (two at least) that look whole; the newest stays in any case.
    func prune(keeping count: Int) throws(SnapshotStoreError)
}

/// Why a store could not do what it was asked for.
package enum SnapshotStoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No space left, at this place.
    case full(String)
    case notFound(SnapshotName)
    /// A topic of snapshots cannot be read or written, in the client's words.
    case topic(String)
    /// Anything else, in the system's words.
    case failed(String)

    package var description: String {
        switch self {
        case .full(let place): "no space left for snapshots at \(place): free some, or keep fewer snapshots"
        case .notFound(let name): "snapshot \(name) is not there (any more)"
        case .topic(let text): "\(text); check that the brokers answer and that this user may read and write the topic"
        case .failed(let text): "\(text): check that the folder for snapshots exists and may be written"
        }
    }
}
