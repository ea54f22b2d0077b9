import KafkaClient
import Synchronization

/// Where the shards of an instance read on. A change of the assignment starts the client anew for every shard, so that it must
/// be known how far each has taken its input, at any moment and without waiting for its worker.
///
/// A worker says what it has taken after it has it: a place that is asked for never lies beyond that, and what is read again
/// because it lies before is passed over by the shard. The client's own positions are no such places: they count what was
/// fetched.
package final class ReadingPlaces: Sendable {
    private let offsets = Mutex<[Int32: [PartitionOffset]]>([:])

    package init() {}

    /// The shard has taken everything before these offsets, one for each of its inputs.
    package func set(_ shard: Int32, _ places: [PartitionOffset]) { offsets.withLock { $0[shard] = places } }

    /// What the client is to be assigned, by shard: the `starts` of those that begin, the places of those that are `going` on.
    package func assignment(_ starts: [PartitionOffset], going: [Int32]) -> [Int32: [PartitionOffset]] {
        let beginning = Dictionary(grouping: starts) { $0.topicPartition.partition }
        return offsets.withLock { offsets in
            for (shard, starts) in beginning { offsets[shard] = starts }
            let places = going.map { shard in
                guard let places = offsets[shard] else { preconditionFailure("shard \(shard) never began to read") }
                return (shard, places)
            }
            return beginning.merging(places) { start, _ in start }
        }
    }
}
