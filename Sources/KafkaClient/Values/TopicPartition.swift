/// One partition of one topic. Ordered by topic name, then by partition.
package struct TopicPartition: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let topic: String
    package let partition: Int32

    package init(topic: String, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    package var description: String { "\(topic)[\(partition)]" }

    package static func < (left: TopicPartition, right: TopicPartition) -> Bool {
        (left.topic, left.partition) < (right.topic, right.partition)
    }
}

/// A position in a partition: the offset of the next record, with the text stored beside it.
package struct PartitionOffset: Hashable, Sendable {
    package let topicPartition: TopicPartition
    /// Nil when the group has committed nothing; given to `Consumer.assign`, nil is the oldest record kept.
    package let offset: Int64?
    /// Free text that a commit stores beside the offset; empty for none.
    package let metadata: String

    package init(topicPartition: TopicPartition, offset: Int64?, metadata: String = "") {
        self.topicPartition = topicPartition
        self.offset = offset
        self.metadata = metadata
    }
}

/// The offsets that a partition holds: `low` is the oldest record kept, `high` the offset the next record will get.
/// Asked through a `read_committed` consumer, `high` is the last stable offset.
package struct Watermarks: Hashable, Sendable {
    package let low: Int64
    package let high: Int64

    package init(low: Int64, high: Int64) {
        self.low = low
        self.high = high
    }
}
