import KafkaClient
import Testing

/// A simulated cluster with one topic, and the clients to use it.
struct MockFixture: Sendable {
    let cluster: MockCluster
    let topic = "orders"

    init(partitions: Int32 = 2, brokers: Int32 = 1) throws {
        cluster = try MockCluster(brokers: brokers)
        try cluster.createTopic(topic, partitions: partitions)
    }

    func settings(_ user: [String: String] = [:]) -> ClientSettings {
        ClientSettings(user.merging(["bootstrap.servers": cluster.bootstrapServers]) { $1 })
    }

    func partition(_ number: Int32) -> TopicPartition { TopicPartition(topic: topic, partition: number) }

    /// With a short session time-out, because later joins of the simulated group wait for that long.
    func consumer(group: String = "reader", _ user: [String: String] = [:]) throws -> Consumer {
        try Consumer(settings: settings(["session.timeout.ms": "6000"].merging(user) { $1 }), groupID: group)
    }

    /// A consumer that reads one partition from `offset` without a group, and that partition's queue.
    func reader(of partition: Int32 = 0, from offset: Int64? = nil) throws -> (Consumer, PartitionQueue) {
        let consumer = try consumer()
        try consumer.assign([PartitionOffset(topicPartition: self.partition(partition), offset: offset)])
        return (consumer, try consumer.partitionQueue(self.partition(partition)))
    }

    func transactionalProducer(_ user: [String: String] = [:]) throws -> TransactionalProducer {
        let producer = try TransactionalProducer(settings: settings(user), transactionalID: "tierd-0")
        try producer.initTransactions(timeoutMilliseconds: 10_000)
        return producer
    }

    /// Produces the texts into one partition and waits until the broker has them.
    func fill(partition: Int32 = 0, _ texts: [String]) throws {
        let producer = try Producer(settings: settings(["linger.ms": "0"]))
        for text in texts { try producer.produce(topic: topic, partition: partition, key: nil, value: text) }
        try producer.flush(timeoutMilliseconds: 10_000)
    }
}

/// A record, copied out of its batch.
struct CopiedRecord: Equatable, Sendable {
    let offset: Int64
    let timestamp: Int64
    let key: [UInt8]?
    let value: [UInt8]?
    let headers: [RecordHeader]

    init(_ record: Record) {
        offset = record.offset
        timestamp = record.timestamp
        key = record.key.map(Array.init)
        value = record.value.map(Array.init)
        headers = record.headers
    }

    var text: String? { value.map { String(decoding: $0, as: UTF8.self) } }
}

/// What a queue delivered up to the end of its partition.
struct ReadToEnd: Sendable {
    var records: [CopiedRecord] = []
    var end: Int64?
    var failures: [KafkaError] = []

    init(_ queue: PartitionQueue) throws {
        try until("the end of \(queue.topicPartition)") {
            take(try queue.consume(maximum: 100, timeoutMilliseconds: 100))
            return end == nil && failures.isEmpty ? nil : ()
        }
    }

    private mutating func take(_ batch: borrowing RecordBatch) {
        for index in 0..<batch.count {
            switch batch[index] {
            case .record(let record): records.append(CopiedRecord(record))
            case .endOfPartition(let offset): end = offset
            case .failure(let error): failures.append(error)
            }
        }
    }
}

extension Producer {
    func produce(topic: String, partition: Int32?, key: String?, value: String?) throws {
        try bytes(key) { keyBytes in
            try bytes(value) { valueBytes in
                try produce(topic: topic, partition: partition, key: keyBytes, value: valueBytes)
            }
        }
    }
}

extension TransactionalProducer {
    func produce(
        topic: String, partition: Int32?, key: String? = nil, value: String?, headers: [RecordHeader] = [],
        timestamp: Int64? = nil
    ) throws {
        try bytes(key) { keyBytes in
            try bytes(value) { valueBytes in
                try produce(
                    topic: topic, partition: partition, key: keyBytes, value: valueBytes, headers: headers,
                    timestamp: timestamp)
            }
        }
    }
}

private func bytes(
    _ text: String?, _ body: (UnsafeRawBufferPointer?) throws -> Void
) throws {
    guard let text else { return try body(nil) }
    try Array(text.utf8).withUnsafeBytes { try body($0) }
}
