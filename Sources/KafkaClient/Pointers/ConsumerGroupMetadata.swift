import CRDKafka

/// Who a consumer is to its group at one moment: what a transaction's offsets are checked against. Owns an
/// `rd_kafka_consumer_group_metadata_t`, which is never changed, so it may be shared between threads.
@safe package final class ConsumerGroupMetadata: @unchecked Sendable {
    let pointer: OpaquePointer
    /// Counts the group's rebalances; never negative.
    package let generation: Int32

    /// Takes `pointer` over. Fails when the consumer is not a member: coordinators skip the check for generation -1.
    init(taking pointer: OpaquePointer) throws(KafkaError) {
        let generation = unsafe Self.generation(of: pointer)
        guard let generation, generation >= 0 else {
            unsafe rd_kafka_consumer_group_metadata_destroy(pointer)
            let reason =
                generation == nil
                ? "this version of librdkafka writes group metadata in an unknown form"
                : "the consumer is not a member of its group"
            throw KafkaError(
                RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION,
                "\(reason), so the broker could not check who commits the offsets")
        }
        unsafe self.pointer = pointer
        self.generation = generation
    }

    /// A membership as a test wants it.
    package convenience init(
        group: String, generation: Int32, memberID: String, instanceID: String? = nil
    ) throws(KafkaError) {
        let pointer = unsafe rd_kafka_consumer_group_metadata_new_with_genid(group, generation, memberID, instanceID)
        guard let pointer = unsafe pointer else { throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG) }
        try unsafe self.init(taking: pointer)
    }

    deinit { unsafe rd_kafka_consumer_group_metadata_destroy(pointer) }

    /// librdkafka 2.0 has no accessor; its serialised form is `CGMDv2:`, the generation as a native `Int32`, strings.
    private static func generation(of pointer: OpaquePointer) -> Int32? {
        var bytes: UnsafeMutableRawPointer?
        var size = 0
        if let error = unsafe rd_kafka_consumer_group_metadata_write(pointer, &bytes, &size) {
            unsafe rd_kafka_error_destroy(error)
            return nil
        }
        defer { unsafe rd_kafka_mem_free(nil, bytes) }
        let form = unsafe UnsafeRawBufferPointer(start: bytes, count: size)
        let magic = "CGMDv2:".utf8
        guard unsafe form.starts(with: magic), size >= magic.count + 4 else { return nil }
        return unsafe form.loadUnaligned(fromByteOffset: magic.count, as: Int32.self)
    }
}
