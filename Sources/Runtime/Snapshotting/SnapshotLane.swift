import Snapshots
import ShardEngine

/// Where a shard sends the portions of a snapshot: a thread of its own, or a simulated one. Commands are worked in order.
package protocol SnapshotLane: AnyObject, Sendable {
    func send(_ command: SnapshotWriter.Command)
}

/// Writes one shard's snapshots to its store, command by command. After a failure it takes nothing until the next `begin`.
package struct SnapshotWriter {
    package enum Command: Sendable {
        case begin(SnapshotHeader)
        case append(CapturedImages)
        case finish
        case publish(keep: Int)
        case discard
        /// Nothing comes after it.
        case close
    }

    package enum Event: Hashable, Sendable {
        case wrotePortion
        /// Whole; `bytes` long.
        case finished(bytes: Int)
        case published
        case failed(SnapshotStoreError)
    }

    private let store: any SnapshotStore
    private var encoder = SnapshotEncoder()
    private var hasFailed = true
    private var bytes = 0

    package init(_ store: any SnapshotStore) { self.store = store }

    /// Carries out one command; returns what the shard has to know.
    package mutating func perform(_ command: Command) -> Event? {
        do throws(SnapshotStoreError) {
            switch command {
            case .begin(let header): try begin(header)
            case .append(let images): return try write { $0.encode(images) } ? .wrotePortion : nil
            case .finish: return try write { $0.encodeFooter() } ? .finished(bytes: bytes) : nil
            case .publish(let keep): return try publish(keep)
            case .discard, .close:
                hasFailed = true
                store.discard()
            }
            return nil
        } catch {
            hasFailed = true
            store.discard()
            return .failed(error)
        }
    }

    private mutating func begin(_ header: SnapshotHeader) throws(SnapshotStoreError) {
        encoder = SnapshotEncoder()
        bytes = 0
        try store.begin(header.journalSequence)
        hasFailed = false
        _ = try write { $0.encode(header) }
    }

    /// False after a failure, which has been reported.
    private mutating func write(_ encode: (inout SnapshotEncoder) -> [UInt8]) throws(SnapshotStoreError) -> Bool {
        guard !hasFailed else { return false }
        let encoded = encode(&encoder)
        bytes += encoded.count
        try store.append(encoded)
        return true
    }

    private mutating func publish(_ keep: Int) throws(SnapshotStoreError) -> Event? {
        guard !hasFailed else { return nil }
        hasFailed = true
        try store.publish()
        // The new one is safe: that an old one could not be removed is tried again after the next.
        try? store.prune(keeping: keep)
        return .published
    }
}
