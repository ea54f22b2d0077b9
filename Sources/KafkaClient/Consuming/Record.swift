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
    private let message: UnsafeMutablePointer<rd_kafka_message_t>

    init(_ message: UnsafeMutablePointer<rd_kafka_message_t>) { unsafe self.message = unsafe message }

    package var offset: Int64 { unsafe message.pointee.offset }

    /// Milliseconds since the epoch, by the producer's or the broker's clock as the topic says; -1 for none.
    package var timestamp: Int64 {
        var type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        return unsafe rd_kafka_message_timestamp(message, &type)
    }

    package var key: UnsafeRawBufferPointer? {
        guard let start = unsafe message.pointee.key else { return nil }
        return unsafe UnsafeRawBufferPointer(start: start, count: message.pointee.key_len)
    }

    /// Nil is a tombstone, which is a valid record; empty is something else.
    package var value: UnsafeRawBufferPointer? {
        guard let start = unsafe message.pointee.payload else { return nil }
        return unsafe UnsafeRawBufferPointer(start: start, count: message.pointee.len)
    }

    /// Copies of the headers in their order; names may repeat.
    package var headers: [RecordHeader] {
        var list: OpaquePointer?
        guard unsafe rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list = unsafe list
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
