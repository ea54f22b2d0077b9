import CRDKafka
import Foundation

extension ProducerConnection {
    /// Queues a copy of one record. While the queue is full it serves delivery reports for up to `patience` ms,
    /// then throws the retriable "queue full".
    func produce(
        topic: String, partition: Int32?, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: [RecordHeader], timestamp: Int64?, isMarked: Bool = false, patience: Int32
    ) throws(KafkaError) {
        let deadline = DispatchTime.now() + .milliseconds(Int(patience))
        while true {
            do {
                return try unsafe enqueue(
                    topic: topic, partition: partition, key: key, value: value, headers: headers, timestamp: timestamp,
                    isMarked: isMarked)
            } catch {
                guard error.isQueueFull, DispatchTime.now() < deadline else { throw error }
                _ = unsafe rd_kafka_poll(client.pointer, 10)
            }
        }
    }

    private func enqueue(
        topic: String, partition: Int32?, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: [RecordHeader], timestamp: Int64?, isMarked: Bool
    ) throws(KafkaError) {
        let list = unsafe headers.isEmpty ? nil : Self.headerList(headers)
        let failure = unsafe topic.withCString { name in
            unsafe withUnsafeTemporaryAllocation(of: rd_kafka_vu_t.self, capacity: 8) { fields in
                unsafe fields.initialize(repeating: rd_kafka_vu_t())
                unsafe fields[0].set(RD_KAFKA_VTYPE_TOPIC) { unsafe $0.cstr = unsafe name }
                unsafe fields[1].set(RD_KAFKA_VTYPE_PARTITION) { unsafe $0.i32 = partition ?? RD_KAFKA_PARTITION_UA }
                unsafe fields[2].set(RD_KAFKA_VTYPE_MSGFLAGS) { unsafe $0.i = RD_KAFKA_MSG_F_COPY }
                unsafe fields[3].set(RD_KAFKA_VTYPE_TIMESTAMP) { unsafe $0.i64 = timestamp ?? 0 }
                unsafe fields[4].set(RD_KAFKA_VTYPE_KEY, key)
                unsafe fields[5].set(RD_KAFKA_VTYPE_VALUE, value)
                // Any address but null: the delivery callback only asks whether there is one.
                unsafe fields[6].set(RD_KAFKA_VTYPE_OPAQUE) {
                    unsafe $0.ptr = isMarked ? UnsafeMutableRawPointer(bitPattern: 1) : nil
                }
                unsafe fields[7].set(RD_KAFKA_VTYPE_HEADERS) { unsafe $0.headers = unsafe list }
                return unsafe rd_kafka_produceva(client.pointer, fields.baseAddress, list == nil ? 7 : 8)
            }
        }
        // The library takes the headers over only when it accepts the record.
        if unsafe failure != nil, let list = unsafe list { unsafe rd_kafka_headers_destroy(list) }
        try KafkaError.check(failure)
    }

    private static func headerList(_ headers: [RecordHeader]) -> OpaquePointer? {
        let list = unsafe rd_kafka_headers_new(headers.count)
        for header in headers {
            // A null pointer is "no value"; an empty one is not.
            guard let value = header.value else {
                _ = unsafe rd_kafka_header_add(list, header.name, -1, nil, 0)
                continue
            }
            _ = unsafe value.withUnsafeBytes {
                unsafe rd_kafka_header_add(list, header.name, -1, present($0), $0.count)
            }
        }
        return unsafe list
    }
}

extension rd_kafka_vu_t {
    fileprivate mutating func set(_ type: rd_kafka_vtype_t, _ write: (inout rd_kafka_vu_s.__Unnamed_union_u) -> Void) {
        unsafe vtype = type
        unsafe write(&u)
    }

    fileprivate mutating func set(_ type: rd_kafka_vtype_t, _ bytes: UnsafeRawBufferPointer?) {
        unsafe vtype = type
        unsafe u.mem = unsafe .init(
            ptr: unsafe bytes.flatMap { unsafe UnsafeMutableRawPointer(mutating: present($0)) }, size: bytes?.count ?? 0
        )
    }
}

/// The start of `bytes`, or for none at all some address other than null, which would mean "no value".
private func present(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawPointer? {
    unsafe bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1)
}
