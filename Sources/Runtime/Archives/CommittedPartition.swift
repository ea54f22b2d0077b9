import KafkaClient

/// One partition of a `CommittedReader`: unlike a shard's input it is waited for. One thread at a time.
final class CommittedPartition: PartitionSource {
    private let queue: PartitionQueue
    private let consumer: Consumer
    /// `SteadyClock` when it first had nothing; nil while it has.
    private var waitingSince: Double?

    /// Without anything new for this long, reading fails with a retriable error.
    private static let patienceSeconds = 30.0
    private static let pollMilliseconds: Int32 = 200

    init(_ queue: PartitionQueue, of consumer: Consumer) {
        self.queue = queue
        self.consumer = consumer
    }

    var topicPartition: TopicPartition { queue.topicPartition }

    /// Takes up to `maximum` entries; an empty batch when none came within a moment.
    func consume(maximum: Int) throws(KafkaError) -> RecordBatch {
        while case .log = consumer.poll(timeoutMilliseconds: 0) {}
        let batch = try queue.consume(maximum: maximum, timeoutMilliseconds: Self.pollMilliseconds)
        let since = waitingSince ?? SteadyClock.now
        waitingSince = batch.isEmpty ? since : nil
        guard !batch.isEmpty || SteadyClock.now - since < Self.patienceSeconds else { throw stalled }
        return batch
    }

    private var stalled: KafkaError {
        KafkaError(
            code: KafkaError.Code.timedOut, name: "_TIMED_OUT",
            message: "\(topicPartition) gave nothing for \(Int(Self.patienceSeconds)) s", isRetriable: true)
    }
}
