import KafkaClient

/// The records of one input partition in offset order: a partition of a cluster, or of a simulated one.
package protocol PartitionSource: AnyObject {
    var topicPartition: TopicPartition { get }

    /// Takes up to `maximum` entries that are here already; an empty batch when none is. Never waits.
    func consume(maximum: Int) throws(KafkaError) -> RecordBatch
}

extension PartitionQueue: PartitionSource {
    package func consume(maximum: Int) throws(KafkaError) -> RecordBatch {
        try consume(maximum: maximum, timeoutMilliseconds: 0)
    }
}
