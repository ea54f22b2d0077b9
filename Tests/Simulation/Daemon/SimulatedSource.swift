import KafkaClient
import Runtime

/// One input partition of a simulated member.
final class SimulatedSource: PartitionSource {
    let topicPartition: TopicPartition
    private let consumer: SimulatedConsumer

    init(_ partition: TopicPartition, _ consumer: SimulatedConsumer) {
        topicPartition = partition
        self.consumer = consumer
    }

    func consume(maximum: Int) throws(KafkaError) -> RecordBatch {
        let entries = consumer.consume(topicPartition, maximum: maximum)
        let copies = RecordCopies(capacity: entries.reduce(0) { $0 + Self.bytes(of: $1) })
        for entry in entries {
            switch entry {
            case .record(let stored):
                copies.append(
                    offset: stored.offset, timestamp: stored.record.timestamp, key: stored.record.key,
                    value: stored.record.value)
            case .endOfPartition(let offset): copies.append(endOfPartition: offset)
            case .failure(let error): copies.append(error.asKafkaError)
            }
        }
        return RecordBatch(copies, of: topicPartition)
    }

    private static func bytes(of entry: FetchedEntry) -> Int {
        guard case .record(let stored) = entry else { return 0 }
        return (stored.record.key?.count ?? 0) + (stored.record.value?.count ?? 0)
    }
}
