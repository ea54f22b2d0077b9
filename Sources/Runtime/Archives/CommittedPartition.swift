import KafkaClient
import Synchronization

/// One partition of a client that reads committed records: unlike a shard's input it is waited for. One thread at a time.
final class CommittedPartition: PartitionSource, Sendable {
    private let queue: PartitionQueue
    private let client: CommittedClient
    /// `SteadyClock` when it first had nothing; nil while it has.
    private let waitingSince = Mutex<Double?>(nil)

    private static let pollMilliseconds: Int32 = 200

    init(_ partition: TopicPartition, of client: CommittedClient) throws(KafkaError) {
        queue = try client.consumer.partitionQueue(partition)
        self.client = client
    }

    var topicPartition: TopicPartition { queue.topicPartition }

    /// Takes up to `maximum` entries; an empty batch when none came within a moment, a retriable error once none has come for
    /// as long as the client's patience.
    func consume(maximum: Int) throws(KafkaError) -> RecordBatch {
        // Whatever ends this, but for an empty batch, ends the waiting too.
        let since = waitingSince.withLock { $0.take() } ?? SteadyClock.now
        try client.listen()
        let batch = try queue.consume(maximum: maximum, timeoutMilliseconds: Self.pollMilliseconds)
        guard batch.isEmpty else { return batch }
        if SteadyClock.now - since >= client.patienceSeconds { throw client.stalled(topicPartition) }
        waitingSince.withLock { $0 = since }
        return batch
    }
}
