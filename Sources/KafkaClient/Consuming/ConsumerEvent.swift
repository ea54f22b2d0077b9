/// What a consumer's own queue delivers; records arrive on partition queues instead.
package enum ConsumerEvent: Sendable {
    /// Nothing came within the time given.
    case none
    /// The group gave these partitions. The owner answers with `Consumer.assign`.
    case assigned([TopicPartition])
    /// The group takes these partitions away; the owner answers with `Consumer.unassign`. When `isLost`, another member
    /// may hold them already and nothing may be committed for them.
    case revoked([TopicPartition], isLost: Bool)
    case error(KafkaError)
    case statistics(ConsumerStatistics)
    case log(LogLine)
}
