import KafkaClient

/// A shard's calls to a real cluster: its transactional producer, the group's consumer, and a reader of the journal.
///
/// Used by one thread, the shard's lane.
package struct TransactionBroker: Sendable {
    private let settings: ClientSettings
    private let transactionalID: String
    private let consumer: Consumer
    private let topics: OutputTopics
    /// The shard's partition of each input, in their order.
    private let inputs: [TopicPartition]
    private let shard: Int32
    private let restorer: SnapshotRestorer
    private var producer: TransactionalProducer?
    private var reader: JournalReader?

    private static let initialiseTimeout: Int32 = 30_000
    private static let commitTimeout: Int32 = 30_000
    private static let questionTimeout: Int32 = 10_000

    package init(
        settings: ClientSettings, application: String, shard: Int32, inputs: [TopicPartition], topics: OutputTopics,
        consumer: Consumer, restorer: SnapshotRestorer
    ) {
        self.settings = settings
        transactionalID = "\(application)-\(shard)"
        self.shard = shard
        self.inputs = inputs
        self.consumer = consumer
        self.restorer = restorer
        self.topics = topics
    }

    /// Makes one call and waits for its answer.
    mutating func answer(_ call: BrokerCall) -> Result<BrokerAnswer, KafkaError> {
        var answer = BrokerAnswer()
        do throws(KafkaError) {
            switch call {
            case .fence: try fence()
            case .begin: try current.begin()
            case .produce(let transaction): try produce(transaction)
            case .sendOffsets(let offsets):
                try current.sendOffsets(
                    offsets, group: consumer.groupMetadata(), timeoutMilliseconds: Self.questionTimeout)
            case .commit: try current.commit(timeoutMilliseconds: Self.commitTimeout)
            case .abort: try current.abort(timeoutMilliseconds: Self.commitTimeout)
            case .committed:
                answer.offsets = try consumer.committed(inputs, timeoutMilliseconds: Self.questionTimeout)
            case .inputBounds: for input in inputs { answer.bounds.append(try bounds(of: input)) }
            case .journalBounds: answer.bounds = [try bounds(of: journal)]
            case .readJournal(let from, let to): answer.records = try readJournal(from: from, to: to)
            case .restoreSnapshot: answer.snapshot = restorer.restoreNewest()
            case .lastJournalOffset: answer.offset = producer?.deliveries.markedOffset
            }
            return .success(answer)
        } catch {
            return .failure(error)
        }
    }

    private mutating func fence() throws(KafkaError) {
        producer = nil
        let fresh: TransactionalProducer
        do {
            fresh = try TransactionalProducer(settings: settings, transactionalID: transactionalID)
        } catch {
            throw Self.unusable(error)
        }
        try fresh.initTransactions(timeoutMilliseconds: Self.initialiseTimeout)
        producer = fresh
    }

    private func bounds(of partition: TopicPartition) throws(KafkaError) -> Watermarks {
        try consumer.watermarks(partition, timeoutMilliseconds: Self.questionTimeout)
    }

    private mutating func readJournal(from offset: Int64, to end: Int64) throws(KafkaError) -> JournalRecords {
        guard offset < end else { return JournalRecords(records: [], next: end) }
        let reader: JournalReader
        do {
            reader = try self.reader ?? JournalReader(journal, settings: settings)
        } catch {
            throw Self.unusable(error)
        }
        self.reader = reader
        do {
            let read = try reader.read(from: offset, to: end, maximum: LaneMachine.chunkEntries)
            // A reader holds connections and threads: it goes when it is not needed any more.
            if read.next >= end { self.reader = nil }
            return read
        } catch {
            self.reader = nil
            throw error
        }
    }

    /// The settings were checked at the start, so that what is left passes: threads or files have run out.
    private static func unusable(_ error: any Error) -> KafkaError {
        KafkaError(
            code: KafkaError.Code.state, name: "_FAIL", message: "no client can be made now: \(error)",
            isRetriable: true)
    }

    // MARK: - Producing

    private var journal: TopicPartition { TopicPartition(topic: topics.journal, partition: shard) }

    private var current: TransactionalProducer {
        guard let producer else { preconditionFailure("a batch is committed only after the shard was taken") }
        return producer
    }

    private func produce(_ transaction: EncodedTransaction) throws(KafkaError) {
        let producer = current
        try transaction.forEachRecord(shard: shard, topics) { record throws(KafkaError) in
            try producer.produce(
                topic: record.topic, partition: record.partition, key: record.key, value: record.value,
                headers: record.headers, isMarked: record.isEntry)
        }
    }
}
