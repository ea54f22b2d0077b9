import CRDKafka

/// Records of one partition in offset order, and what else the library reports there. Owns the messages until it goes,
/// on whichever thread that is; each pins the fetch response that it came in, so keep batches briefly.
@safe package struct RecordBatch: ~Copyable, @unchecked Sendable {
    package let topicPartition: TopicPartition
    private let messages: UnsafeMutableBufferPointer<UnsafeMutablePointer<rd_kafka_message_t>>
    /// The messages' memory belongs to the client; nil for a batch of copies.
    private let client: ClientHandle?
    private let copies: RecordCopies?

    init(empty topicPartition: TopicPartition, client: ClientHandle) {
        unsafe self.init(taking: [], of: topicPartition, client: client)
    }

    init(
        taking taken: ArraySlice<UnsafeMutablePointer<rd_kafka_message_t>?>, of topicPartition: TopicPartition,
        client: ClientHandle
    ) {
        self.topicPartition = topicPartition
        self.client = client
        copies = nil
        unsafe messages = .allocate(capacity: taken.count)
        _ = unsafe messages.initialize(from: taken.lazy.map { unsafe $0! })
    }

    /// A batch that comes from no client: what a partition gives that is not Kafka's.
    package init(_ copies: RecordCopies, of topicPartition: TopicPartition) {
        self.topicPartition = topicPartition
        self.copies = copies
        client = nil
        unsafe messages = .allocate(capacity: 0)
    }

    deinit {
        unsafe messages.forEach { unsafe rd_kafka_message_destroy($0) }
        unsafe messages.deallocate()
    }

    package var count: Int { unsafe copies?.count ?? messages.count }

    package var isEmpty: Bool { count == 0 }

    /// The `index`th entry. A record points into this batch and must not be used after it.
    package subscript(index: Int) -> RecordKind {
        if let copies { return copies[index] }
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

/// Entries of a batch whose bytes are held here rather than by the library.
@safe package final class RecordCopies: @unchecked Sendable {
    private enum Entry {
        case record(offset: Int64, timestamp: Int64, key: Range<Int>?, value: Range<Int>?)
        case endOfPartition(offset: Int64)
        case failure(KafkaError)
    }

    private var entries: [Entry] = []
    /// Never grows: records point into it.
    private let bytes: UnsafeMutableRawBufferPointer
    private var used = 0

    /// - Parameter capacity: Bytes of all keys and values together.
    package init(capacity: Int) { unsafe bytes = .allocate(byteCount: max(capacity, 1), alignment: 8) }

    deinit { unsafe bytes.deallocate() }

    package var count: Int { entries.count }

    package func append(offset: Int64, timestamp: Int64, key: [UInt8]?, value: [UInt8]?) {
        entries.append(.record(offset: offset, timestamp: timestamp, key: key.map(hold), value: value.map(hold)))
    }

    /// The same for bytes that the caller has somewhere; they are copied.
    package func append(
        offset: Int64, timestamp: Int64, copying key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) {
        entries.append(
            .record(offset: offset, timestamp: timestamp, key: unsafe hold(key), value: unsafe hold(value)))
    }

    package func append(endOfPartition offset: Int64) { entries.append(.endOfPartition(offset: offset)) }

    package func append(_ failure: KafkaError) { entries.append(.failure(failure)) }

    subscript(index: Int) -> RecordKind {
        switch entries[index] {
        case .record(let offset, let timestamp, let key, let value):
            return unsafe .record(
                Record(
                    offset: offset, timestamp: timestamp, key: key.map { unsafe span($0) },
                    value: value.map { unsafe span($0) }))
        case .endOfPartition(let offset): return .endOfPartition(offset: offset)
        case .failure(let error): return .failure(error)
        }
    }

    private func hold(_ copied: [UInt8]) -> Range<Int> { unsafe copied.withUnsafeBytes { unsafe hold($0) } }

    private func hold(_ copied: UnsafeRawBufferPointer) -> Range<Int> {
        let start = used
        used += copied.count
        precondition(unsafe used <= bytes.count, "more bytes than the batch was made for")
        unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[start..<used]).copyMemory(from: copied)
        return start..<used
    }

    private func span(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: bytes[range])
    }
}
