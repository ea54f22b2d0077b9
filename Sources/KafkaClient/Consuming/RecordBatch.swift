import CRDKafka

/// Records of one partition in offset order, and what else the library reports there. Owns the messages until it goes,
/// on whichever thread that is; each pins the fetch response that it came in, so keep batches briefly.
@safe package struct RecordBatch: ~Copyable, @unchecked Sendable {
    package let topicPartition: TopicPartition
    private let messages: UnsafeMutableBufferPointer<UnsafeMutablePointer<rd_kafka_message_t>>
    /// The messages' memory belongs to the client.
    private let client: ClientHandle

    init(empty topicPartition: TopicPartition, client: ClientHandle) {
        unsafe self.init(taking: [], of: topicPartition, client: client)
    }

    init(
        taking taken: ArraySlice<UnsafeMutablePointer<rd_kafka_message_t>?>, of topicPartition: TopicPartition,
        client: ClientHandle
    ) {
        self.topicPartition = topicPartition
        self.client = client
        unsafe messages = .allocate(capacity: taken.count)
        _ = unsafe messages.initialize(from: taken.lazy.map { unsafe $0! })
    }

    deinit {
        unsafe messages.forEach { unsafe rd_kafka_message_destroy($0) }
        unsafe messages.deallocate()
    }

    package var count: Int { unsafe messages.count }

    package var isEmpty: Bool { unsafe messages.isEmpty }

    /// The `index`th entry. A record points into this batch and must not be used after it.
    package subscript(index: Int) -> RecordKind {
        let message = unsafe messages[index]
        switch unsafe message.pointee.err {
        case RD_KAFKA_RESP_ERR_NO_ERROR: return unsafe .record(Record(message))
        case RD_KAFKA_RESP_ERR__PARTITION_EOF: return .endOfPartition(offset: unsafe message.pointee.offset)
        case let response:
            let message = unsafe rd_kafka_message_errstr(message).map { unsafe String(cString: $0) }
            return .failure(KafkaError(response, message))
        }
    }
}
