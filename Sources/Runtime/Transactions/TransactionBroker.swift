import KafkaClient
import Scoring
import WireFormat

/// A shard's calls to a real cluster: its transactional producer, the group's consumer, and a reader of the journal.
///
/// Used by one thread, the shard's lane.
package struct TransactionBroker: TransactionPort, Sendable {
    private let settings: ClientSettings
    private let transactionalID: String
    private let consumer: Consumer
    private let topics: OutputTopics
    /// The shard's partition of each input, in their order.
    private let inputs: [TopicPartition]
    private let shard: Int32
    private var producer: TransactionalProducer?
    private var reader: JournalReader?

    private static let initialiseTimeout: Int32 = 30_000
    private static let commitTimeout: Int32 = 30_000
    private static let questionTimeout: Int32 = 10_000

    package init(
        settings: ClientSettings, application: String, shard: Int32, inputs: [TopicPartition], topics: OutputTopics,
        consumer: Consumer
    ) {
        self.settings = settings
        transactionalID = "\(application)-\(shard)"
        self.shard = shard
        self.inputs = inputs
        self.consumer = consumer
        self.topics = topics
    }

    package mutating func fence() throws(KafkaError) {
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

    package mutating func begin() throws(KafkaError) { try current.begin() }

    package mutating func sendOffsets(_ transaction: EncodedTransaction) throws(KafkaError) {
        try current.sendOffsets(
            transaction.offsets, group: consumer.groupMetadata(), timeoutMilliseconds: Self.questionTimeout)
    }

    package mutating func commit() throws(KafkaError) { try current.commit(timeoutMilliseconds: Self.commitTimeout) }

    package mutating func abort() throws(KafkaError) { try current.abort(timeoutMilliseconds: Self.commitTimeout) }

    package mutating func lastJournalOffset() -> Int64? { producer?.deliveries.markedOffset }

    package mutating func close() {
        producer = nil
        reader = nil
    }

    // MARK: - Questions

    package mutating func committed() throws(KafkaError) -> [PartitionOffset] {
        try consumer.committed(inputs, timeoutMilliseconds: Self.questionTimeout)
    }

    package mutating func inputBounds() throws(KafkaError) -> [Watermarks] {
        try inputs.map { input throws(KafkaError) in
            try consumer.watermarks(input, timeoutMilliseconds: Self.questionTimeout)
        }
    }

    package mutating func journalBounds() throws(KafkaError) -> Watermarks {
        try consumer.watermarks(journal, timeoutMilliseconds: Self.questionTimeout)
    }

    package mutating func readJournal(
        from offset: Int64, to end: Int64, maximum: Int
    ) throws(KafkaError) -> JournalRecords {
        guard offset < end else { return JournalRecords(records: [], next: end) }
        let reader: JournalReader
        do {
            reader = try self.reader ?? JournalReader(journal, settings: settings)
        } catch {
            preconditionFailure("the settings were checked at the start: \(error)")
        }
        self.reader = reader
        do {
            let read = try reader.read(from: offset, to: end, maximum: maximum)
            // A reader holds connections and threads: it goes when it is not needed any more.
            if read.next >= end { self.reader = nil }
            return read
        } catch {
            self.reader = nil
            throw error
        }
    }

    // MARK: - Producing

    private var journal: TopicPartition { TopicPartition(topic: topics.journal, partition: shard) }

    private var current: TransactionalProducer {
        guard let producer else { preconditionFailure("a batch is committed only after the shard was taken") }
        return producer
    }

    package mutating func produce(_ transaction: EncodedTransaction) throws(KafkaError) {
        for batch in transaction.batches {
            try produce(batch, transaction.outputs)
            for (index, letter) in transaction.deadLetters[batch.deadLetters].enumerated() {
                try produce(letter, stamp: batch.stamp(shard: shard, index: batch.outputs.count + index))
            }
            try withBytes(batch.entry) { entry throws(KafkaError) in
                try current.produce(
                    topic: topics.journal, partition: shard, key: nil, value: entry, isMarked: true)
            }
        }
    }

    private func produce(_ batch: EncodedBatch, _ outputs: EncodedOutputs) throws(KafkaError) {
        try outputs.bytes.withUnsafeBufferPointer { buffer throws(KafkaError) in
            let bytes = UnsafeRawBufferPointer(buffer)
            for (index, record) in outputs.records[batch.outputs].enumerated() {
                var headers = outputs.headers[record.headers].map { header in
                    KafkaClient.RecordHeader(name: "\(header.name)", value: Array(bytes[header.value.range]))
                }
                headers.append(Self.stampHeader(batch.stamp(shard: shard, index: index)))
                // No partition: the key decides, as for any other producer, so a customer's changes stay in order.
                try current.produce(
                    topic: topics.name(of: record.destination),
                    key: UnsafeRawBufferPointer(rebasing: bytes[record.key.range]),
                    value: UnsafeRawBufferPointer(rebasing: bytes[record.value.range]), headers: headers)
            }
        }
    }

    private func produce(_ letter: DeadLetter, stamp: String) throws(KafkaError) {
        var headers = letter.headers.map { KafkaClient.RecordHeader(name: $0.name, value: $0.value) }
        headers.append(Self.stampHeader(stamp))
        try withBytes(letter.key) { key throws(KafkaError) in
            try withBytes(letter.value) { value throws(KafkaError) in
                try current.produce(topic: topics.deadLetters, key: key, value: value, headers: headers)
            }
        }
    }

    private static func stampHeader(_ stamp: String) -> KafkaClient.RecordHeader {
        KafkaClient.RecordHeader(name: EncodedBatch.header, value: Array(stamp.utf8))
    }

    private func withBytes(
        _ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) throws(KafkaError) -> Void
    ) throws(KafkaError) {
        guard let bytes else { return try body(nil) }
        try bytes.withUnsafeBufferPointer { buffer throws(KafkaError) in try body(UnsafeRawBufferPointer(buffer)) }
    }
}
