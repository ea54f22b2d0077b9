import CRDKafka

/// The fetched records of one partition. The library fetches ahead until this queue is full, then leaves this partition
/// alone for a second; other partitions go on.
///
/// Thread contract: one thread consumes at a time; it need not be the consumer's.
@safe package final class PartitionQueue: @unchecked Sendable {
    package let topicPartition: TopicPartition
    private let client: ClientHandle
    private let queue: EventQueue
    /// Reused from call to call; a batch keeps an exact copy, so that it can be held while the next one is consumed.
    private var scratch: [UnsafeMutablePointer<rd_kafka_message_t>?] = unsafe []
    /// Held for as long as the library may write to it.
    private var signal: WakeSignal?

    init(_ queue: consuming EventQueue, of topicPartition: TopicPartition, client: ClientHandle) {
        self.queue = queue
        self.topicPartition = topicPartition
        self.client = client
    }

    deinit { if signal != nil { unsafe rd_kafka_queue_io_event_enable(queue.pointer, -1, nil, 0) } }

    /// Takes up to `maximum` entries in offset order; waits up to `timeoutMilliseconds` for the first, never for more.
    package func consume(maximum: Int, timeoutMilliseconds: Int32) throws(KafkaError) -> RecordBatch {
        if unsafe scratch.count < maximum { unsafe scratch = Array(repeating: nil, count: maximum) }
        var count = try take(from: 0, maximum: maximum)
        if count == 0, timeoutMilliseconds > 0, maximum > 0 {
            // The batch call would wait for a full batch.
            guard let first = unsafe rd_kafka_consume_queue(queue.pointer, timeoutMilliseconds) else {
                return RecordBatch(empty: topicPartition, client: client)
            }
            unsafe scratch[0] = first
            count = try take(from: 1, maximum: maximum)
        }
        return unsafe RecordBatch(taking: scratch[0..<count], of: topicPartition, client: client)
    }

    /// Has the library raise `signal` when the queue stops being empty, so that one thread can wait for many queues.
    /// Consume until empty before waiting, or a wake-up is missed.
    package func raise(_ signal: WakeSignal) {
        self.signal = signal
        unsafe signal.withPayload { payload in
            unsafe rd_kafka_queue_io_event_enable(
                queue.pointer, signal.writeDescriptor, payload.baseAddress, payload.count)
        }
    }

    /// Entries waiting here, ends of the partition included; for gauges.
    package var count: Int { unsafe rd_kafka_queue_length(queue.pointer) }

    /// Fills `scratch` from `start` with what is there already; returns the number of messages from 0.
    private func take(from start: Int, maximum: Int) throws(KafkaError) -> Int {
        let taken = unsafe scratch.withUnsafeMutableBufferPointer { buffer in
            unsafe rd_kafka_consume_batch_queue(queue.pointer, 0, buffer.baseAddress! + start, maximum - start)
        }
        guard taken >= 0 else { throw KafkaError(rd_kafka_last_error()) }
        return start + taken
    }
}
