import CRDKafka

/// Owns a reference to an `rd_kafka_queue_t`, given back before the client can be destroyed. One thread polls it.
@safe struct EventQueue: ~Copyable {
    let pointer: OpaquePointer
    private let client: ClientHandle

    /// Takes over one reference.
    init(taking pointer: OpaquePointer, of client: ClientHandle) {
        unsafe self.pointer = pointer
        self.client = client
    }

    deinit { unsafe rd_kafka_queue_destroy(pointer) }

    /// A new queue, such as one for the answer to one request.
    static func new(of client: ClientHandle) -> EventQueue {
        unsafe EventQueue(taking: rd_kafka_queue_new(client.pointer), of: client)
    }

    /// Waits up to `timeoutMilliseconds` for an event.
    func poll(timeoutMilliseconds: Int32) -> QueueEvent? {
        guard let event = unsafe rd_kafka_queue_poll(pointer, timeoutMilliseconds) else { return nil }
        return unsafe QueueEvent(taking: event)
    }
}

/// Owns an `rd_kafka_event_t`; everything read from it is copied before it goes.
@safe struct QueueEvent: ~Copyable {
    let pointer: OpaquePointer

    init(taking pointer: OpaquePointer) { unsafe self.pointer = pointer }

    deinit { unsafe rd_kafka_event_destroy(pointer) }

    var type: rd_kafka_event_type_t { unsafe rd_kafka_event_type(pointer) }

    var response: rd_kafka_resp_err_t { unsafe rd_kafka_event_error(pointer) }

    /// A fatal event says no more than "fatal"; the client knows the error that was the reason.
    func error(of client: ClientHandle) -> KafkaError {
        if response == RD_KAFKA_RESP_ERR__FATAL, let reason = client.fatalError { return reason }
        let message = unsafe rd_kafka_event_error_string(pointer).map { unsafe String(cString: $0) }
        return KafkaError(response, message, isFatal: unsafe rd_kafka_event_error_is_fatal(pointer) != 0)
    }

    var logLine: LogLine {
        var facility: UnsafePointer<CChar>?
        var message: UnsafePointer<CChar>?
        var level: Int32 = 0
        _ = unsafe rd_kafka_event_log(pointer, &facility, &message, &level)
        return LogLine(
            level: Int(level), facility: unsafe facility.map { unsafe String(cString: $0) } ?? "",
            message: unsafe message.map { unsafe String(cString: $0) } ?? "")
    }

    /// The statistics as librdkafka's JSON.
    var statistics: String { unsafe rd_kafka_event_stats(pointer).map { unsafe String(cString: $0) } ?? "{}" }

    var topicPartitions: [TopicPartition] {
        guard let list = unsafe rd_kafka_event_topic_partition_list(pointer) else { return [] }
        return unsafe PartitionList.offsets(in: list).map(\.topicPartition).sorted()
    }
}
