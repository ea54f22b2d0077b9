import KafkaClient
import WireFormat

/// Performs the steps of the transaction machine with a real producer and the group's consumer.
///
/// Used by one thread, the shard's lane.
package struct TransactionBroker: Sendable {
    private let settings: ClientSettings
    private let transactionalID: String
    private let consumer: Consumer
    private let topics: OutputTopics
    private var producer: TransactionalProducer?

    private static let initialiseTimeout: Int32 = 30_000
    private static let commitTimeout: Int32 = 30_000
    private static let offsetsTimeout: Int32 = 10_000

    package init(settings: ClientSettings, transactionalID: String, consumer: Consumer, topics: OutputTopics) {
        self.settings = settings
        self.transactionalID = transactionalID
        self.consumer = consumer
        self.topics = topics
    }

    /// A new producer with the shard's id: fences every older one and ends its transaction.
    mutating func rebuild() throws(KafkaError) {
        producer = nil
        let fresh: TransactionalProducer
        do {
            fresh = try TransactionalProducer(settings: settings, transactionalID: transactionalID)
        } catch {
            preconditionFailure("the settings were checked at the start: \(error)")
        }
        try fresh.initTransactions(timeoutMilliseconds: Self.initialiseTimeout)
        producer = fresh
    }

    func committed(_ partitions: [TopicPartition]) throws(KafkaError) -> [PartitionOffset] {
        try consumer.committed(partitions, timeoutMilliseconds: Self.offsetsTimeout)
    }

    mutating func close() { producer = nil }

    mutating func perform(
        _ action: TransactionMachine.Action, _ transaction: EncodedTransaction, _ machine: inout TransactionMachine
    ) -> TransactionMachine.Step {
        do throws(KafkaError) {
            switch action {
            case .begin: try current.begin()
            case .produce: try produce(transaction)
            case .sendOffsets:
                try current.sendOffsets(
                    transaction.offsets, group: consumer.groupMetadata(), timeoutMilliseconds: Self.offsetsTimeout)
            case .commit: try current.commit(timeoutMilliseconds: Self.commitTimeout)
            case .abort: try current.abort(timeoutMilliseconds: Self.commitTimeout)
            case .rebuild: try rebuild()
            case .resolve: return machine.resolved(isCommitted: try isCommitted(transaction))
            }
            return machine.succeeded(action)
        } catch {
            return machine.failed(action, error)
        }
    }

    /// Whether exactly this transaction's positions and clock are what the group has committed.
    private func isCommitted(_ transaction: EncodedTransaction) throws(KafkaError) -> Bool {
        let stored = try committed(transaction.offsets.map(\.topicPartition))
        return Set(stored) == Set(transaction.offsets)
    }

    private var current: TransactionalProducer {
        guard let producer else { preconditionFailure("a batch is committed only after the shard was taken") }
        return producer
    }

    private func produce(_ transaction: EncodedTransaction) throws(KafkaError) {
        let outputs = transaction.outputs
        try outputs.bytes.withUnsafeBufferPointer { buffer throws(KafkaError) in
            let bytes = UnsafeRawBufferPointer(buffer)
            for record in outputs.records {
                let headers = outputs.headers[record.headers].map { header in
                    KafkaClient.RecordHeader(name: "\(header.name)", value: Array(bytes[header.value.range]))
                }
                // No partition: the key decides, as for any other producer, so a customer's changes stay in order.
                try current.produce(
                    topic: topics.name(of: record.destination),
                    key: UnsafeRawBufferPointer(rebasing: bytes[record.key.range]),
                    value: UnsafeRawBufferPointer(rebasing: bytes[record.value.range]), headers: headers)
            }
        }
        for letter in transaction.deadLetters { try produce(letter) }
    }

    private func produce(_ letter: DeadLetter) throws(KafkaError) {
        let headers = letter.headers.map { KafkaClient.RecordHeader(name: $0.name, value: $0.value) }
        try withBytes(letter.key) { key throws(KafkaError) in
            try withBytes(letter.value) { value throws(KafkaError) in
                try current.produce(topic: topics.deadLetters, key: key, value: value, headers: headers)
            }
        }
    }

    private func withBytes(
        _ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) throws(KafkaError) -> Void
    ) throws(KafkaError) {
        guard let bytes else { return try body(nil) }
        try bytes.withUnsafeBufferPointer { buffer throws(KafkaError) in try body(UnsafeRawBufferPointer(buffer)) }
    }
}
