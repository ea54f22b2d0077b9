import KafkaClient
import Runtime
import Scoring
import Testing

@Suite(.timeLimit(.minutes(2)))
struct EventFeederTests {
    private let cluster: MockCluster
    private let topics: [(kind: InputKind, topic: String)] = [
        (.orders, "orders"), (.browse, "browse"), (.feedback, "feedback"),
    ]
    private let shape = WorkloadShape(
        seed: 3, customers: 20, start: EventTime(milliseconds: 1_767_225_600_000), eventsPerSecond: 10,
        currency: BenchPolicy.usd)

    init() throws {
        cluster = try MockCluster(brokers: 1)
        for topic in topics { try cluster.createTopic(topic.topic, partitions: 1) }
    }

    /// Keys and values of a topic's only partition, up to its end.
    private func read(_ topic: String) throws -> [[UInt8]] {
        let partition = TopicPartition(topic: topic, partition: 0)
        let consumer = try Consumer(
            settings: ClientSettings(["bootstrap.servers": cluster.bootstrapServers]), groupID: "reader")
        try consumer.assign([PartitionOffset(topicPartition: partition, offset: nil)])
        let queue = try consumer.partitionQueue(partition)
        var records: [[UInt8]] = []
        while true {
            let batch = try queue.consume(maximum: 1_000, timeoutMilliseconds: 1_000)
            for index in 0..<batch.count {
                switch batch[index] {
                case .record(let record):
                    records.append((record.key.map(Array.init) ?? []) + (record.value.map(Array.init) ?? []))
                case .endOfPartition: return records
                case .failure(let error): throw error
                }
            }
        }
    }

    /// What the workload makes for one input, as `read` gives it.
    private func expected(_ input: InputKind, of count: Int) -> [[UInt8]] {
        let source = WorkloadSource(shape, count: count)
        var records: [[UInt8]] = []
        while let record = source.next() {
            if record.input == input { records.append((record.key ?? []) + record.value) }
        }
        return records
    }

    @Test func `every record arrives once, in order, keyed by customer`() throws {
        let feeder = try EventFeeder(
            source: WorkloadSource(shape, count: 5_000), topics: topics, bootstrap: cluster.bootstrapServers)
        feeder.start()
        #expect(feeder.join() == nil)
        #expect(feeder.progress.sent == 5_000)
        #expect(feeder.progress.failed == 0)
        for topic in topics { #expect(try read(topic.topic) == expected(topic.kind, of: 5_000)) }
    }

    @Test func `every acknowledgement is counted`() throws {
        let feeder = try EventFeeder(
            source: WorkloadSource(shape, count: 5_000), topics: topics, bootstrap: cluster.bootstrapServers)
        feeder.start()
        #expect(feeder.join() == nil)
        #expect(feeder.progress.delivered == 5_000)
    }

    @Test func `in time-lapse only what is due is sent`() throws {
        // A clock that has not been started stands where it was put.
        let half = EventTime(milliseconds: shape.start.milliseconds + 10_000)
        let clock = LapseClock(from: half, factor: 1, until: nil, isStarted: false)
        let due = WorkloadSource(shape, count: 500).times.prefix { $0 <= half }.count
        let feeder = try EventFeeder(
            source: WorkloadSource(shape, count: 500), topics: topics, bootstrap: cluster.bootstrapServers,
            pace: .clock(clock))
        feeder.start()
        let deadline = SteadyClock.now + 30
        while feeder.progress.sent < due, SteadyClock.now < deadline {}
        feeder.stop()
        #expect(feeder.join() == nil)
        #expect(due > 10)
        #expect(feeder.progress.sent == due)
    }

    @Test func `records that do not decode are sent unless they are skipped`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file(
            "orders.jsonl", "nonsense\n" + EventLines.order("o-1", at: "2026-01-05T10:00:00Z") + "\n")
        for (skips, sent) in [(false, 2), (true, 1)] {
            let feeder = try EventFeeder(
                source: EventFileSource([EventFile(.orders, path: path)]), topics: topics,
                bootstrap: cluster.bootstrapServers,
                skipsInvalid: skips)
            feeder.start()
            #expect(feeder.join() == nil)
            #expect(feeder.progress.sent == sent)
            #expect(feeder.progress.undecodable == 1)
        }
    }

    @Test func `a damaged file ends the feeding with its reason`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("orders.gz", "not gzip")
        let feeder = try EventFeeder(
            source: EventFileSource([EventFile(.orders, path: path)]), topics: topics,
            bootstrap: cluster.bootstrapServers)
        feeder.start()
        #expect(feeder.join() == .source("\(EventFileError.damaged(path: path))"))
    }

    @Test func `a setting that contradicts exactly-once is refused`() throws {
        #expect(throws: FeedingError.self) {
            try EventFeeder(
                source: WorkloadSource(shape, count: 1), topics: topics, bootstrap: cluster.bootstrapServers,
                settings: ["enable.idempotence": "false"])
        }
    }
}

extension WorkloadSource {
    /// The event times of what is left.
    fileprivate var times: [EventTime] {
        var times: [EventTime] = []
        while let record = next() {
            if case .event(let time) = record.content { times.append(time) }
        }
        return times
    }
}
