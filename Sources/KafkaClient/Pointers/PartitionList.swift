import CRDKafka
import Foundation

/// Owns an `rd_kafka_topic_partition_list_t`; librdkafka copies what it keeps of it.
@safe struct PartitionList: ~Copyable {
    let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    /// Offsets that are nil become `missing`.
    init(_ offsets: [PartitionOffset], missing: Int64 = Int64(RD_KAFKA_OFFSET_INVALID)) {
        unsafe pointer = rd_kafka_topic_partition_list_new(Int32(offsets.count))
        for offset in offsets { add(offset, missing: missing) }
    }

    init(_ partitions: [TopicPartition]) {
        self.init(partitions.map { PartitionOffset(topicPartition: $0, offset: nil) })
    }

    deinit { unsafe rd_kafka_topic_partition_list_destroy(pointer) }

    var offsets: [PartitionOffset] { unsafe Self.offsets(in: pointer) }

    /// The first error that librdkafka has noted at a partition.
    var firstError: KafkaError? {
        for index in 0..<Int(unsafe pointer.pointee.cnt) {
            let element = unsafe pointer.pointee.elems[index]
            guard unsafe element.err != RD_KAFKA_RESP_ERR_NO_ERROR else { continue }
            let place = unsafe "\(String(cString: element.topic))[\(element.partition)]"
            return unsafe KafkaError(element.err, "\(place): \(String(cString: rd_kafka_err2str(element.err)))")
        }
        return nil
    }

    private func add(_ offset: PartitionOffset, missing: Int64) {
        let element = unsafe rd_kafka_topic_partition_list_add(
            pointer, offset.topicPartition.topic, offset.topicPartition.partition)
        unsafe element?.pointee.offset = offset.offset ?? missing
        guard !offset.metadata.isEmpty else { return }
        // From malloc, because the list frees it.
        unsafe element?.pointee.metadata = unsafe UnsafeMutableRawPointer(strdup(offset.metadata))
        unsafe element?.pointee.metadata_size = offset.metadata.utf8.count
    }

    /// Copies a list that someone else owns. Logical offsets (such as "none stored") become nil.
    static func offsets(in list: UnsafePointer<rd_kafka_topic_partition_list_t>) -> [PartitionOffset] {
        (0..<Int(unsafe list.pointee.cnt)).map { index in
            let element = unsafe list.pointee.elems[index]
            let metadata = unsafe UnsafeRawBufferPointer(start: element.metadata, count: element.metadata_size)
            return unsafe PartitionOffset(
                topicPartition: TopicPartition(topic: String(cString: element.topic), partition: element.partition),
                offset: element.offset >= 0 ? element.offset : nil,
                metadata: element.metadata == nil ? "" : String(decoding: metadata, as: UTF8.self))
        }
    }
}
