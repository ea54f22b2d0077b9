import KafkaClient
import Testing

/// Request numbers, as https://kafka.apache.org/protocol lists them.
enum Request {
    static let produce: Int16 = 0
    static let initProducerID: Int16 = 22
    static let addPartitions: Int16 = 24
    static let endTransaction: Int16 = 26
    static let commitOffsets: Int16 = 28
}

/// Error codes, as the same page lists them.
enum Code {
    static let messageTooLarge: Int32 = 10
    static let coordinatorLoading: Int32 = 14
    static let illegalGeneration: Int32 = 22
    static let unknownMember: Int32 = 25
    static let topicAuthorization: Int32 = 29
    static let producerEpoch: Int32 = 47
    static let invalidTransactionState: Int32 = 48
    static let transactionalAuthorization: Int32 = 53
    static let unknownProducerID: Int32 = 59
    static let fencedInstance: Int32 = 82
    static let producerFenced: Int32 = 90
}

struct TransactionErrorTests {
    @Test(arguments: [
        (Request.produce, Code.topicAuthorization, "abort"),
        (Request.produce, Code.messageTooLarge, "abort"),
        (Request.produce, Code.unknownProducerID, "abort"),
        (Request.produce, Code.producerEpoch, "fatal"),
        (Request.addPartitions, Code.topicAuthorization, "abort"),
        (Request.addPartitions, Code.producerEpoch, "fatal"),
        (Request.addPartitions, Code.producerFenced, "fatal"),
        (Request.addPartitions, Code.transactionalAuthorization, "fatal"),
        (Request.endTransaction, Code.producerEpoch, "fatal"),
        (Request.endTransaction, Code.producerFenced, "fatal"),
        (Request.endTransaction, Code.invalidTransactionState, "fatal"),
    ])
    func `an injected error is classified by commit`(request: Int16, code: Int32, expected: String) async throws {
        let error = try await onOwnThread {
            let mock = try MockFixture()
            let producer = try mock.transactionalProducer()
            mock.cluster.injectErrors(apiKey: request, [code])
            try producer.begin()
            try producer.produce(topic: mock.topic, partition: 0, value: "x")
            return #expect(throws: KafkaError.self) { try producer.commit() }
        }
        #expect(error?.disposition.rawValue == expected, "\(String(describing: error))")
        #expect(error?.isFenced == [Code.producerEpoch, Code.producerFenced].contains(code))
    }

    @Test(arguments: [
        (Code.illegalGeneration, "abort"), (Code.unknownMember, "abort"), (Code.fencedInstance, "abort"),
        (Code.producerEpoch, "fatal"),
        // The library repeats the request for a while, then gives the transaction up.
        (Code.coordinatorLoading, "abort"),
    ])
    func `an injected error is classified by sending offsets`(code: Int32, expected: String) async throws {
        let error = try await onOwnThread {
            let mock = try MockFixture()
            let producer = try mock.transactionalProducer()
            mock.cluster.injectErrors(apiKey: Request.commitOffsets, Array(repeating: code, count: 100))
            try producer.begin()
            return #expect(throws: KafkaError.self) {
                try producer.sendOffsets(
                    [PartitionOffset(topicPartition: mock.partition(0), offset: 1, metadata: "clock")],
                    group: ConsumerGroupMetadata(group: "tierd", generation: 1, memberID: "me"),
                    timeoutMilliseconds: 2000)
            }
        }
        #expect(error?.disposition.rawValue == expected, "\(String(describing: error))")
    }

    @Test(arguments: [
        (Code.transactionalAuthorization, "fatal"), (Code.coordinatorLoading, "retry"), (Code.producerFenced, "fatal"),
        (Code.producerEpoch, "fatal"),
    ])
    func `an injected error is classified by initialising`(code: Int32, expected: String) async throws {
        let error = try await onOwnThread {
            let mock = try MockFixture()
            let producer = try TransactionalProducer(settings: mock.settings(), transactionalID: "tierd-0")
            mock.cluster.injectErrors(apiKey: Request.initProducerID, Array(repeating: code, count: 100))
            return #expect(throws: KafkaError.self) { try producer.initTransactions(timeoutMilliseconds: 1500) }
        }
        #expect(error?.disposition.rawValue == expected, "\(String(describing: error))")
    }

    @Test func `aborting and sending the same batch again gets it through`() async throws {
        try await onOwnThread {
            let mock = try MockFixture()
            let producer = try mock.transactionalProducer()
            mock.cluster.injectErrors(apiKey: Request.produce, [Code.messageTooLarge])
            try producer.begin()
            try producer.produce(topic: mock.topic, partition: 0, value: "first try")
            try producer.flush(timeoutMilliseconds: 5000)
            #expect(producer.deliveries.failed == 1)
            #expect(producer.deliveries.lastFailure?.name == "MSG_SIZE_TOO_LARGE")
            let late = #expect(throws: KafkaError.self) {
                try producer.produce(topic: mock.topic, partition: 0, value: "too late")
            }
            #expect(late?.disposition == .abort, "\(String(describing: late))")
            try producer.abort()
            // The sequence numbers of the failed request can cost another abort before the library renews its epoch.
            let attempts = try (1...5).first { _ in
                try producer.begin()
                do {
                    try producer.produce(topic: mock.topic, partition: 0, value: "once more")
                    try producer.commit()
                    return true
                } catch let error as KafkaError where error.disposition == .abort {
                    try producer.abort()
                    return false
                }
            }
            #expect(attempts != nil)
            #expect(producer.deliveries.delivered == 1)
            #expect(producer.fatalError == nil)
        }
    }

    @Test func `a commit follows its coordinator to another broker`() async throws {
        try await onOwnThread {
            let mock = try MockFixture(brokers: 3)
            try mock.cluster.setCoordinator(.transaction, id: "tierd-0", broker: 1)
            let producer = try mock.transactionalProducer()
            try producer.begin()
            try producer.produce(topic: mock.topic, partition: 0, value: "x")
            try producer.flush(timeoutMilliseconds: 5000)
            try mock.cluster.setCoordinator(.transaction, id: "tierd-0", broker: 2)
            try producer.commit()
            #expect(producer.deliveries.delivered == 1)
            try producer.begin()
            try producer.abort()
            #expect(producer.fatalError == nil)
        }
    }

    @Test func `an abort throws away what was not sent`() async throws {
        try await onOwnThread {
            let mock = try MockFixture()
            let producer = try mock.transactionalProducer(["linger.ms": "10000"])
            try producer.begin()
            try producer.produce(topic: mock.topic, partition: 0, value: "never")
            try producer.abort()
            #expect(producer.deliveries.purged == 1)
            #expect(producer.deliveries.delivered == 0)
            let (consumer, queue) = try mock.reader()
            #expect(try withExtendedLifetime(consumer) { try ReadToEnd(queue) }.records.isEmpty)
        }
    }

    @Test func `a commit during a lost connection is retried by the library`() async throws {
        try await onOwnThread {
            let mock = try MockFixture()
            let producer = try mock.transactionalProducer()
            try producer.begin()
            try producer.produce(topic: mock.topic, partition: 0, value: "x")
            try producer.flush(timeoutMilliseconds: 5000)
            // Not a broker that goes down: it could not come back on a port that somebody else has taken meanwhile.
            mock.cluster.injectErrors(apiKey: Request.endTransaction, Array(repeating: -195, count: 1_000))
            let error = #expect(throws: KafkaError.self) { try producer.commit(timeoutMilliseconds: 500) }
            #expect(error?.disposition == .retry, "\(String(describing: error))")
            mock.cluster.clearErrors(apiKey: Request.endTransaction)
            try until("the resumed commit") {
                do {
                    return try producer.commit(timeoutMilliseconds: 5000)
                } catch let error as KafkaError where error.disposition == .retry {
                    return nil
                }
            }
            #expect(producer.deliveries.delivered == 1)
        }
    }
}
