import KafkaClient
import Testing

struct RecordRoundTripTests {
    @Test func `a transaction's records come back with key, value, headers and timestamp`() async throws {
        let read = try await onOwnThread {
            let mock = try MockFixture()
            let producer = try mock.transactionalProducer()
            try producer.begin()
            try producer.produce(
                topic: mock.topic, partition: 1, key: "customer-1", value: "{}",
                headers: [
                    RecordHeader("ce_id", "7"), RecordHeader(name: "none", value: nil), RecordHeader("empty", ""),
                ],
                timestamp: 1_700_000_000_123)
            try producer.produce(topic: mock.topic, partition: 1, key: "客户", value: nil)
            try producer.produce(topic: mock.topic, partition: 1, key: nil, value: "")
            try producer.commit()
            #expect(producer.deliveries.delivered == 3)
            let (consumer, queue) = try mock.reader(of: 1)
            return try withExtendedLifetime(consumer) { try ReadToEnd(queue) }
        }
        try #require(read.records.count == 3)
        #expect(read.records.map(\.offset) == [0, 1, 2])
        #expect(read.records[0].key == Array("customer-1".utf8))
        #expect(read.records[0].text == "{}")
        #expect(read.records[0].timestamp == 1_700_000_000_123)
        #expect(
            read.records[0].headers == [
                RecordHeader("ce_id", "7"), RecordHeader(name: "none", value: nil), RecordHeader("empty", ""),
            ])
        #expect(read.records[1].value == nil, "a tombstone is a valid record")
        #expect(read.records[1].key == Array("客户".utf8))
        #expect(read.records[1].timestamp > 1_700_000_000_123, "no timestamp given is now")
        #expect(read.records[2].value == [], "empty is not a tombstone")
        #expect(read.records[2].key == nil)
        #expect(read.records[2].headers == [])
        #expect(read.end == 3)
    }

    @Test func `a batch outlives its queue and its consumer`() async throws {
        let text = try await onOwnThread {
            let mock = try MockFixture()
            try mock.fill(["kept"])
            let batch = try firstBatch(of: mock)
            guard case .record(let record) = batch[0] else { throw Unfinished(what: "a record") }
            return CopiedRecord(record).text
        }
        #expect(text == "kept")
    }

    private func firstBatch(of mock: MockFixture) throws -> RecordBatch {
        let (consumer, queue) = try mock.reader()
        defer { withExtendedLifetime(consumer) {} }
        for _ in 0..<150 {
            let batch = try queue.consume(maximum: 1, timeoutMilliseconds: 100)
            if !batch.isEmpty { return batch }
        }
        throw Unfinished(what: "the first record")
    }

    @Test func `without a partition, equal keys meet in the partition that the Java client would choose`() async throws
    {
        let counts = try await onOwnThread {
            let mock = try MockFixture(partitions: 8)
            let producer = try Producer(settings: mock.settings())
            #expect(try producer.partitionCount(of: mock.topic, timeoutMilliseconds: 5000) == 8)
            for _ in 0..<3 { try producer.produce(topic: mock.topic, partition: nil, key: "kafka", value: "x") }
            try producer.flush(timeoutMilliseconds: 10_000)
            #expect(producer.deliveries.delivered == 3)
            #expect(producer.deliveries.failed == 0)
            let consumer = try mock.consumer()
            return try (0..<8).map { number -> Int64 in
                try consumer.watermarks(mock.partition(number), timeoutMilliseconds: 5000).high
            }
        }
        // The Java client: toPositive(murmur2("kafka")) is 0x5067cf64, and that modulo 8 is 4.
        #expect(counts == [0, 0, 0, 0, 3, 0, 0, 0])
    }
}
