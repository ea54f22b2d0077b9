import KafkaClient
import Logging
import Scoring
import Synchronization

/// (d) How soon a change follows its cause on a broker, at a steady rate.
package struct LatencyFigures: Sendable {
    package var eventsPerSecond = 0
    package var seconds = 0
    package var topics: [String] = []
    /// Of each output that an event caused: seconds from producing that event until a `read_committed` consumer had the output.
    package var latencies: [Double] = []
}

/// Produces events at a steady rate, scores them with a whole daemon, and reads tier changes and churn-risk changes, all in this
/// process, against a real broker.
struct LatencyBench {
    private let bootstrap: String
    private let policy: Policy
    private let shape: WorkloadShape
    private let name: String
    private let inputs: [(kind: InputKind, topic: String)]
    private let outputs: OutputTopics

    static let eventsPerSecond = 5_000
    /// Measured, after those in which the daemon warms up.
    private static let seconds = 20
    private static let warmUpSeconds = 5
    private static let partitions: Int32 = 4
    private static let patience = 60.0

    init(bootstrap: String, policy: Policy, shape: WorkloadShape) {
        self.bootstrap = bootstrap
        self.policy = policy
        self.shape = shape
        name = "tierd-bench-" + String(UInt32.random(in: 0...UInt32.max), radix: 16)
        let name = name
        inputs = [InputKind.orders, .browse, .feedback].map { ($0, "\(name)-\($0.defaultTopic)") }
        outputs = OutputTopics(prefix: "\(name)-", journal: "\(name)-journal")
    }

    private var options: DaemonOptions {
        DaemonOptions(
            application: name, bootstrap: bootstrap, group: name, inputs: inputs, outputs: outputs, policy: policy,
            clock: .event(until: nil))
    }

    func run() throws -> LatencyFigures {
        try createTopics()
        let reader = try ChangeReader([outputs.tierChanges, outputs.churnRisk], Self.partitions, options)
        let logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        let daemon = try Daemon(options, version: Version.tierd, logger: logger)
        try daemon.start()
        defer {
            daemon.stop()
            _ = daemon.join()
        }
        try wait("live") { daemon.board.shards.filter { $0.stage == .live }.count == Int(Self.partitions) }

        let count = (Self.warmUpSeconds + Self.seconds) * Self.eventsPerSecond
        let sender = try SteadySender(
            Producer(settings: options.clientSettings), inputs: inputs, source: WorkloadSource(shape, count: count),
            perSecond: Double(Self.eventsPerSecond), count: count)
        sender.start()
        try wait("scored") {
            if let error = sender.failure { throw error }
            try reader.read()
            return BrokerBench.committed(daemon.board) >= count
        }
        try reader.readRest()

        var figures = LatencyFigures(
            eventsPerSecond: Self.eventsPerSecond, seconds: Self.seconds, topics: inputs.map(\.topic) + outputs.all)
        let sent = sender.sentAt
        // A workload numbers its events from 1.
        let first = Self.warmUpSeconds * Self.eventsPerSecond
        for change in reader.changes where change.event > first && change.event <= sent.count {
            figures.latencies.append(change.readAt - sent[change.event - 1])
        }
        guard !figures.latencies.isEmpty else { throw BenchError.unexpected("no event changed anything") }
        return figures
    }

    private func createTopics() throws {
        let topics = inputs.map(\.topic) + outputs.all
        let admin = try Admin(settings: options.clientSettings)
        try admin.createTopics(topics.map { NewTopic(name: $0, partitions: Self.partitions) })
        try wait("there") {
            let found = try? admin.describe()
            return topics.allSatisfy { found?.topics[$0]?.partitionCount == Int(Self.partitions) }
        }
    }

    private func wait(_ what: String, until isReached: () throws -> Bool) throws {
        let pause = ThreadSignal()
        let deadline = SteadyClock.now + Double(Self.warmUpSeconds + Self.seconds) + Self.patience
        while try !isReached() {
            guard SteadyClock.now < deadline else { throw BenchError.unexpected("not everything was \(what) in time") }
            _ = pause.wait(seconds: 0.000_5)
        }
    }
}

/// Sends a workload's records at a steady rate on a thread of its own, and notes when.
private final class SteadySender: Sendable {
    private let producer: Producer
    private let inputs: [(kind: InputKind, topic: String)]
    private let perSecond: Double
    private let source: Mutex<WorkloadSource?>
    private let sentTimes: Mutex<[Double]>
    private let outcome = Mutex<KafkaError?>(nil)

    init(
        _ producer: Producer, inputs: [(kind: InputKind, topic: String)], source: sending WorkloadSource,
        perSecond: Double, count: Int
    ) {
        self.producer = producer
        self.inputs = inputs
        self.perSecond = perSecond
        self.source = Mutex(source)
        var times: [Double] = []
        times.reserveCapacity(count)
        sentTimes = Mutex(times)
    }

    /// Steady time at which each event, in the order of their numbers, was handed to the client.
    var sentAt: [Double] { sentTimes.withLock { $0 } }
    var failure: KafkaError? { outcome.withLock { $0 } }

    func start() {
        DedicatedThread.start("sender") { [self] in
            do throws(KafkaError) {
                try run()
            } catch {
                outcome.withLock { $0 = error }
            }
        }
    }

    private func run() throws(KafkaError) {
        guard let source = source.withLock({ $0.take() }) else { return }
        let (pause, started) = (ThreadSignal(), SteadyClock.now)
        var number = 0
        while let record = source.next() {
            while SteadyClock.now < started + Double(number) / perSecond { _ = pause.wait(seconds: 0.000_5) }
            number += 1
            guard let topic = inputs.first(where: { $0.kind == record.input })?.topic else { continue }
            let now = SteadyClock.now
            sentTimes.withLock { $0.append(now) }
            try (record.key ?? []).withUnsafeBufferPointer { key throws(KafkaError) in
                try record.value.withUnsafeBufferPointer { value throws(KafkaError) in
                    try producer.produce(
                        topic: topic, key: UnsafeRawBufferPointer(key), value: UnsafeRawBufferPointer(value))
                }
            }
            if number % 100 == 0 { _ = producer.poll(timeoutMilliseconds: 0) }
        }
        try producer.flush(timeoutMilliseconds: 30_000)
    }
}

/// Reads committed outputs as they come, and which event caused each.
private final class ChangeReader {
    struct Change {
        /// As a workload numbers its events.
        var event: Int
        var readAt: Double
    }

    private let consumer: Consumer
    private let queues: [PartitionQueue]
    private(set) var changes: [Change] = []
    private var lastAt = 0.0

    private static let cause = Array(#""cause":{"type":"event""#.utf8)
    private static let id = Array(#","id":""#.utf8)
    /// After the last commit nothing more comes than what is on its way.
    private static let restSeconds = 1.0

    init(_ topics: [String], _ partitions: Int32, _ options: DaemonOptions) throws {
        let places = topics.flatMap { topic in
            (0..<partitions).map { TopicPartition(topic: topic, partition: $0) }
        }
        let consumer = try Consumer(
            settings: options.consumerSettings(partitions: places.count), groupID: options.group + "-reader")
        self.consumer = consumer
        queues = try places.map { try consumer.partitionQueue($0) }
        try consumer.assign(places.map { PartitionOffset(topicPartition: $0, offset: nil) })
    }

    /// Takes what has come.
    func read() throws {
        for queue in queues {
            let batch = try queue.consume(maximum: 1_000, timeoutMilliseconds: 0)
            let now = SteadyClock.now
            for index in 0..<batch.count {
                switch batch[index] {
                case .endOfPartition: continue
                case .failure(let error): throw error
                case .record(let record):
                    lastAt = now
                    if let event = record.value.flatMap(Self.event) {
                        changes.append(Change(event: event, readAt: now))
                    }
                }
            }
        }
        _ = consumer.poll(timeoutMilliseconds: 0)
    }

    /// Takes what is still on its way.
    func readRest() throws {
        let (pause, started) = (ThreadSignal(), SteadyClock.now)
        while SteadyClock.now - max(lastAt, started) < Self.restSeconds {
            try read()
            _ = pause.wait(seconds: 0.000_5)
        }
    }

    /// The number of the event that an output names as its cause; nil for those that silence caused.
    private static func event(_ value: UnsafeRawBufferPointer) -> Int? {
        guard let cause = value.firstRange(of: Self.cause) else { return nil }
        guard let id = value[cause.upperBound...].firstRange(of: Self.id) else { return nil }
        // `o-17`, `b-18`, `f-19`
        let digits = value[id.upperBound...].dropFirst(2).prefix { $0 != UInt8(ascii: "\"") }
        return Int(String(decoding: digits, as: UTF8.self))
    }
}
