import CRDKafka

/// A producer whose records and input offsets become visible together or not at all.
///
///     init ─► initTransactions ─► begin ─► produce…, sendOffsets ─► commit ─┐
///                                   ▲                    └──► abort ────────┤
///                                   └───────────────────────────────────────┘
///
/// Thread contract: one thread at a time; `deliveries` and `fatalError` from any thread. Every call but `produce` and
/// `begin` waits for brokers. Errors say by their `disposition` what to do.
package final class TransactionalProducer: @unchecked Sendable {
    package let transactionalID: String
    private let connection: ProducerConnection
    private var isInTransaction = false

    package init(settings: ClientSettings, transactionalID: String) throws(SettingsError) {
        self.transactionalID = transactionalID
        connection = try ProducerConnection(settings.configuration(for: .transactionalProducer(id: transactionalID)))
    }

    /// Aborts what an earlier producer with this id left open, and fences it. Resumable: call again after a time-out.
    package func initTransactions(timeoutMilliseconds: Int32) throws(KafkaError) {
        try KafkaError.check(unsafe rd_kafka_init_transactions(connection.client.pointer, timeoutMilliseconds))
    }

    package func begin() throws(KafkaError) {
        try KafkaError.check(unsafe rd_kafka_begin_transaction(connection.client.pointer))
        isInTransaction = true
    }

    /// Queues a copy of one record; nil `partition` goes by the key, nil `value` is a tombstone, nil `timestamp` (in
    /// milliseconds since the epoch) is now. A queue that stays full for a second throws a retriable error. Where a
    /// marked record was written shows in `deliveries` once the transaction is committed.
    package func produce(
        topic: String, partition: Int32? = nil, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: [RecordHeader] = [], timestamp: Int64? = nil, isMarked: Bool = false
    ) throws(KafkaError) {
        do {
            try unsafe connection.produce(
                topic: topic, partition: partition, key: key, value: value, headers: headers, timestamp: timestamp,
                isMarked: isMarked, patience: 1000)
        } catch {
            // The library says no more than "wrong state" once the open transaction has failed.
            let hasFailed = isInTransaction && error.code == RD_KAFKA_RESP_ERR__STATE.rawValue && !error.isFatal
            throw hasFailed ? error.endingTransaction : error
        }
    }

    /// Commits input positions with the transaction, as the group member that `group` describes. After a retriable
    /// error repeat it with identical arguments: the call is not resumed but sent again.
    package func sendOffsets(
        _ offsets: [PartitionOffset], group: ConsumerGroupMetadata, timeoutMilliseconds: Int32
    ) throws(KafkaError) {
        let list = PartitionList(offsets)
        try KafkaError.check(
            unsafe rd_kafka_send_offsets_to_transaction(
                connection.client.pointer, list.pointer, group.pointer, timeoutMilliseconds))
    }

    /// Delivers what is queued and commits. -1 waits for the rest of the transaction's own time, which librdkafka
    /// recommends. Resumable: after a retriable error the outcome is open, so call it again.
    package func commit(timeoutMilliseconds: Int32 = -1) throws(KafkaError) {
        try KafkaError.check(unsafe rd_kafka_commit_transaction(connection.client.pointer, timeoutMilliseconds))
        isInTransaction = false
    }

    /// Throws the transaction's records away. Resumable, as `commit` is.
    package func abort(timeoutMilliseconds: Int32 = -1) throws(KafkaError) {
        try KafkaError.check(unsafe rd_kafka_abort_transaction(connection.client.pointer, timeoutMilliseconds))
        isInTransaction = false
    }

    /// Waits until every record was delivered or has failed, up to `timeoutMilliseconds`. `commit` does so by itself.
    package func flush(timeoutMilliseconds: Int32) throws(KafkaError) {
        try connection.flush(timeoutMilliseconds: timeoutMilliseconds)
    }

    /// Counts deliveries that have come in and waits up to `timeoutMilliseconds` for an event. What happens inside
    /// `commit`, `abort` and `flush` becomes a log line instead of an event; statistics are left out there.
    package func poll(timeoutMilliseconds: Int32) -> ProducerEvent {
        connection.poll(timeoutMilliseconds: timeoutMilliseconds)
    }

    package var deliveries: DeliveryCounts { connection.client.deliveryCounts }

    /// The error that ended this producer, if one did: it must be replaced by a new one with the same id.
    package var fatalError: KafkaError? { connection.client.fatalError }
}
