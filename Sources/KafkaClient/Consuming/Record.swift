import CRDKafka

/// One entry of a batch.
@safe package enum RecordKind {
    case record(Record)
    /// Every record so far has been handed out; `offset` is the one that the next record will get or exceed.
    case endOfPartition(offset: Int64)
    /// This partition cannot be read on: most often its position is out of range, or access was taken away.
    case failure(KafkaError)
}

/// A view of one record inside a `RecordBatch`: valid while the batch is. One thread reads it at a time, since the
/// library parses headers when they are first asked for.
@unsafe package struct Record {
    package let offset: Int64
    /// Milliseconds since the epoch, by the producer's or the broker's clock as the topic says; -1 for none.
    package let timestamp: Int64
    package let key: UnsafeRawBufferPointer?
    /// Nil is a tombstone, which is a valid record; empty is something else.
    package let value: UnsafeRawBufferPointer?
    /// Nil for a record that did not come from the library; those have no headers.
    private let message: UnsafeMutablePointer<rd_kafka_message_t>?

    init(_ message: UnsafeMutablePointer<rd_kafka_message_t>) {
        unsafe self.message = unsafe message
        unsafe offset = message.pointee.offset
        var type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        unsafe timestamp = rd_kafka_message_timestamp(message, &type)
        unsafe key = Self.bytes(message.pointee.key, message.pointee.key_len)
        unsafe value = Self.bytes(message.pointee.payload, message.pointee.len)
    }

    init(offset: Int64, timestamp: Int64, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?) {
        unsafe self.offset = offset
        unsafe self.timestamp = timestamp
        unsafe self.key = unsafe key
        unsafe self.value = unsafe value
        unsafe message = nil
    }

    private static func bytes(_ start: UnsafeMutableRawPointer?, _ count: Int) -> UnsafeRawBufferPointer? {
        guard let start = unsafe start else { return nil }
        return unsafe UnsafeRawBufferPointer(start: start, count: count)
    }

    /// Copies of the headers in their order; names may repeat.
    package var headers: [RecordHeader] {
        var list: OpaquePointer?
        guard let message = unsafe message,
            unsafe rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list = unsafe list
        else {
            return []
        }
        return (0..<(unsafe rd_kafka_header_cnt(list))).compactMap { unsafe Self.header(at: $0, in: list) }
    }

    private static func header(at index: Int, in list: OpaquePointer) -> RecordHeader? {
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        guard unsafe rd_kafka_header_get_all(list, index, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR,
            let name = unsafe name
        else { return nil }
        let bytes = unsafe value.map { unsafe Array(UnsafeRawBufferPointer(start: $0, count: size)) }
        return RecordHeader(name: unsafe String(cString: name), value: bytes)
    }
}
