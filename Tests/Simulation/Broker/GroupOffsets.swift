import KafkaClient

/// What one group has committed, and what open transactions would have it commit.
package struct GroupOffsets: Sendable {
    package private(set) var committed: [TopicPartition: PartitionOffset] = [:]
    private var pending: [Int64: [TopicPartition: PartitionOffset]] = [:]
    private var epochs: [Int64: Int16] = [:]

    package init() {}

    /// Keeps `offsets` for the producer's open transaction; visible with its commit.
    package mutating func prepare(
        _ offsets: [PartitionOffset], by producer: ProducerIdentity
    ) -> Result<Void, SimulatedError> {
        guard producer.epoch >= epochs[producer.id] ?? producer.epoch else { return .failure(.producerFenced) }
        epochs[producer.id] = producer.epoch
        for offset in offsets { pending[producer.id, default: [:]][offset.topicPartition] = offset }
        return .success(())
    }

    package mutating func mark(_ outcome: TransactionOutcome, by producer: ProducerIdentity) {
        guard producer.epoch >= epochs[producer.id] ?? producer.epoch else { return }
        epochs[producer.id] = producer.epoch
        guard let offsets = pending.removeValue(forKey: producer.id), outcome == .commit else { return }
        committed.merge(offsets) { $1 }
    }

    /// Stable offsets only: refused while an open transaction touches one of them.
    package func read(_ partitions: [TopicPartition]) -> Result<[PartitionOffset], SimulatedError> {
        let isOpen = pending.values.contains { offsets in partitions.contains { offsets[$0] != nil } }
        guard !isOpen else { return .failure(.unstableOffsets) }
        return .success(partitions.map { committed[$0] ?? PartitionOffset(topicPartition: $0, offset: nil) })
    }
}
