import CRDKafka

/// Owns an `rd_kafka_t`. Every queue and batch holds the handle, so the client is destroyed when the last of them lets
/// go, on that thread. Safe from any thread, as `rd_kafka_t` is.
@safe final class ClientHandle: @unchecked Sendable {
    let pointer: OpaquePointer
    /// Written by librdkafka until the client is destroyed; freed after that. Nil for consumers.
    private let deliveries: UnsafeMutablePointer<crd_deliveries_t>?

    /// A consumer: its rebalances, errors, statistics and log lines all arrive on the consumer queue.
    init(consumer configuration: consuming Configuration) throws(SettingsError) {
        configuration.enable(
            events: RD_KAFKA_EVENT_FETCH | RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG
                | RD_KAFKA_EVENT_STATS)
        unsafe deliveries = nil
        unsafe pointer = try configuration.makeClient(RD_KAFKA_CONSUMER)
        _ = unsafe rd_kafka_poll_set_consumer(pointer)
        _ = unsafe rd_kafka_set_log_queue(pointer, nil)
    }

    /// A producer or admin client, whose delivery reports are counted.
    init(producer configuration: consuming Configuration) throws(SettingsError) {
        configuration.enable(events: RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG | RD_KAFKA_EVENT_STATS)
        let counts = UnsafeMutablePointer<crd_deliveries_t>.allocate(capacity: 1)
        unsafe counts.initialize(to: crd_deliveries_t())
        unsafe configuration.count(into: counts)
        do {
            unsafe pointer = try configuration.makeClient(RD_KAFKA_PRODUCER)
        } catch {
            unsafe counts.deallocate()
            throw error
        }
        unsafe deliveries = counts
    }

    /// Never waits for the group: leaving it in good order is `Consumer.beginClose`'s work.
    deinit {
        unsafe rd_kafka_destroy_flags(pointer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
        unsafe deliveries?.deallocate()
    }

    /// Counts the delivery reports of an event.
    func count(_ reports: borrowing QueueEvent) {
        if let deliveries = unsafe deliveries { unsafe crd_count_reports(reports.pointer, deliveries) }
    }

    var deliveryCounts: DeliveryCounts {
        guard let deliveries = unsafe deliveries else { return DeliveryCounts() }
        return DeliveryCounts(unsafe crd_deliveries_read(deliveries))
    }

    /// The error that ended this client, if one did.
    var fatalError: KafkaError? {
        var message = [CChar](repeating: 0, count: 512)
        let code = unsafe rd_kafka_fatal_error(pointer, &message, message.count)
        return code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(code, text(of: message), isFatal: true)
    }
}
