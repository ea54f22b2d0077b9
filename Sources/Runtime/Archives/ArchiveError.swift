import KafkaClient
import Scoring
import Snapshots

/// Why a journal or snapshots cannot be looked at.
package enum ArchiveError: Error, Hashable, Sendable, CustomStringConvertible {
    case settings(SettingsError)
    case unreachable(bootstrap: String, KafkaError)
    case noTopic(String)
    case noShard(Int32, topic: String, count: Int32)
    case noEntry(shard: Int32, sequence: UInt64)
    case noSnapshot(shard: Int32?, sequence: UInt64?, place: String)
    case store(SnapshotStoreError)
    case invalid(SkippedSnapshot)
    case otherPolicy(SnapshotName, PolicyHash, ours: PolicyHash)
    case reading(KafkaError)

    package var description: String {
        switch self {
        case .settings(let error): error.description
        case .unreachable(let bootstrap, let error):
            "no broker answers at \(bootstrap): \(error.message); check the address, the network and the broker's advertised address"
        case .noTopic(let topic):
            "the cluster has no topic \(topic); check `application` and `topics` of the configuration, or --topic"
        case .noShard(let shard, let topic, let count):
            "there is no shard \(shard): \(topic) has \(count) partitions, 0 to \(count - 1)"
        case .noEntry(let shard, let sequence):
            "the journal of shard \(shard) has no entry \(sequence); `tierd journal list --shard \(shard)` shows those it has"
        case .noSnapshot(let shard, let sequence, let place):
            "no snapshot\(sequence.map { " of sequence \($0)" } ?? "")\(shard.map { " of shard \($0)" } ?? "") in \(place)"
        case .store(let error): error.description
        case .invalid(let snapshot): snapshot.description
        case .otherPolicy(let name, let hash, let ours):
            "\(name) was made under policy \(hash.short)…, this is \(ours.short)…: give the former policy file with --policy"
        case .reading(let error): "reading failed: \(error)"
        }
    }
}
