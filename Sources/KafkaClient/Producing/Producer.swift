import CRDKafka

/// An idempotent producer without transactions.
///
/// Thread contract: `produce` and the counters from any thread; `poll` and `flush` from one. Calls may block.
package final class Producer: Sendable {
    private let connection: ProducerConnection

    package init(settings: ClientSettings) throws(SettingsError) {
        connection = try ProducerConnection(settings.configuration(for: .producer))
    }

    /// Queues a copy of one record; nil `partition` goes by the key, nil `value` is a tombstone, nil `timestamp` (in
    /// milliseconds since the epoch) is now. A queue that stays full for a second throws a retriable error.
    package func produce(
        topic: String, partition: Int32? = nil, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: [RecordHeader] = [], timestamp: Int64? = nil
    ) throws(KafkaError) {
        try unsafe connection.produce(
            topic: topic, partition: partition, key: key, value: value, headers: headers, timestamp: timestamp,
            patience: 1000)
    }

    /// Waits until every record was delivered or has failed, up to `timeoutMilliseconds`.
    package func flush(timeoutMilliseconds: Int32) throws(KafkaError) {
        try connection.flush(timeoutMilliseconds: timeoutMilliseconds)
    }

    /// Counts deliveries that have come in and waits up to `timeoutMilliseconds` for an event.
    package func poll(timeoutMilliseconds: Int32) -> ProducerEvent {
        connection.poll(timeoutMilliseconds: timeoutMilliseconds)
    }

    package var deliveries: DeliveryCounts { connection.client.deliveryCounts }

    /// The number of partitions of an existing topic.
    package func partitionCount(of topic: String, timeoutMilliseconds: Int32) throws(KafkaError) -> Int {
        let description = try connection.describe(only: topic, timeoutMilliseconds: timeoutMilliseconds)
        guard let found = description.topics[topic] else { throw KafkaError(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC) }
        if let error = found.error { throw error }
        return found.partitionCount
    }
}
