import KafkaClient
import Logging
import Scoring

/// (d) Draining the same topics with the client library alone and with the whole daemon.
package struct BrokerFigures: Sendable {
    package var records: Int
    package var partitions: Int
    package var topics: [String]
    /// Producing them, for the record.
    package var produced: Timing
    /// From the assignment until every record was counted; processor time is of the whole process.
    package var raw: [Timing] = []
    /// From the assignment until every record was scored and its offset committed with the outputs.
    package var daemon: [Timing] = []
    /// From the first shard's take-over at a second start until all had replayed the journal and were live.
    package var replay: [Timing] = []
}

struct BrokerBench {
    private let bootstrap: String
    private let policy: Policy
    private let records: Int
    private let shape: WorkloadShape
    private let name: String
    private let inputs: [(kind: InputKind, topic: String)]
    private let outputs: OutputTopics

    private static let partitions: Int32 = 4
    /// Without any progress for this long the bench gives up.
    private static let patience = 60.0

    init(bootstrap: String, policy: Policy, records: Int, shape: WorkloadShape) {
        self.bootstrap = bootstrap
        self.policy = policy
        self.records = records
        self.shape = shape
        let name = "tierd-bench-" + String(UInt32.random(in: 0...UInt32.max), radix: 16)
        self.name = name
        inputs = [InputKind.orders, .browse, .feedback].map { ($0, "\(name)-\($0.defaultTopic)") }
        outputs = OutputTopics(prefix: "\(name)-", journal: "\(name)-journal")
    }

    func run(rounds: Int, note: (String) -> Void) throws -> BrokerFigures {
        try createTopics()
        note("producing \(records) records to \(inputs.map(\.topic).joined(separator: ", "))")
        var figures = BrokerFigures(
            records: records, partitions: Int(Self.partitions), topics: inputs.map(\.topic) + outputs.all,
            produced: try produce())
        for round in 1...rounds {
            note("client library alone, round \(round) of \(rounds)")
            figures.raw.append(try drainRaw())
            note("whole daemon, round \(round) of \(rounds)")
            figures.daemon.append(try drainWithDaemon(round))
            note("start again and replay the journal, round \(round) of \(rounds)")
            figures.replay.append(try replayWithDaemon(round))
        }
        return figures
    }

    private func options(_ round: Int) -> DaemonOptions {
        var outputs = outputs
        outputs.journal += "-\(round)"
        return DaemonOptions(
            application: "\(name)-\(round)", bootstrap: bootstrap, group: "\(name)-\(round)", inputs: inputs,
            outputs: outputs, policy: policy, clock: .event(until: nil))
    }

    private func createTopics() throws {
        let admin = try Admin(settings: options(0).clientSettings)
        try admin.createTopics(
            (inputs.map(\.topic) + outputs.all).map { NewTopic(name: $0, partitions: Self.partitions) })
        let deadline = SteadyClock.now + Self.patience
        while !(inputs.map(\.topic) + outputs.all).allSatisfy({ isThere($0, admin) }) {
            guard SteadyClock.now < deadline else { throw BenchError.unexpected("the new topics do not appear") }
        }
    }

    private func isThere(_ topic: String, _ admin: Admin) -> Bool {
        (try? admin.describe())?.topics[topic]?.partitionCount == Int(Self.partitions)
    }

    private func produce() throws -> Timing {
        let (wall, cpu) = (SteadyClock.now, Stopwatch.processSeconds)
        let feeder = try EventFeeder(
            source: WorkloadSource(shape, count: records), topics: inputs, bootstrap: bootstrap)
        feeder.start()
        if let error = feeder.join() { throw error }
        guard feeder.progress.delivered == records else {
            throw BenchError.unexpected("\(records - feeder.progress.delivered) records were not delivered")
        }
        return Timing(wall: SteadyClock.now - wall, cpu: Stopwatch.processSeconds - cpu)
    }

    // MARK: - The client library alone

    private func drainRaw() throws -> Timing {
        let partitions = inputs.flatMap { input in
            (0..<Self.partitions).map { TopicPartition(topic: input.topic, partition: $0) }
        }
        let consumer = try Consumer(
            settings: options(0).consumerSettings(partitions: partitions.count), groupID: "\(name)-raw")
        let signal = try WakeSignal()
        let (wall, cpu) = (SteadyClock.now, Stopwatch.processSeconds)
        try consumer.assign(partitions.map { PartitionOffset(topicPartition: $0, offset: nil) })
        let queues = try partitions.map { try consumer.partitionQueue($0) }
        for queue in queues { queue.raise(signal) }
        try count(queues, consumer, signal)
        return Timing(wall: SteadyClock.now - wall, cpu: Stopwatch.processSeconds - cpu)
    }

    private func count(_ queues: [PartitionQueue], _ consumer: Consumer, _ signal: WakeSignal) throws {
        var counted = 0
        var complaint = "nothing came any more"
        var progressAt = SteadyClock.now
        while counted < records {
            var came = 0
            for queue in queues { came += try Self.countRecords(of: queue) }
            counted += came
            if case .error(let error) = consumer.poll(timeoutMilliseconds: 0) { complaint = error.description }
            if came > 0 { progressAt = SteadyClock.now } else { _ = signal.wait(timeoutMilliseconds: 50) }
            guard SteadyClock.now - progressAt < Self.patience else {
                throw BenchError.unexpected("the client library got \(counted) of \(records) records: \(complaint)")
            }
        }
    }

    private static func countRecords(of queue: PartitionQueue) throws -> Int {
        let batch = try queue.consume(maximum: ScoringBench.batchRecords, timeoutMilliseconds: 0)
        var count = 0
        for index in 0..<batch.count {
            switch batch[index] {
            case .record: count += 1
            case .endOfPartition: continue
            case .failure(let error): throw error
            }
        }
        return count
    }

    // MARK: - The daemon

    private func drainWithDaemon(_ round: Int) throws -> Timing {
        try time(round, "applied") { Self.committed($0) >= records }
    }

    /// A second start of the same application without a snapshot: everything is replayed from the journal.
    private func replayWithDaemon(_ round: Int) throws -> Timing {
        try time(round, "replayed") { board in
            board.shards.allSatisfy { $0.stage == .live } && board.shards.count == Int(Self.partitions)
        }
    }

    /// Runs a daemon until `isReached`; joining the group takes seconds by the broker's choice and is not counted.
    private func time(_ round: Int, _ verb: String, until isReached: (StatusBoard) -> Bool) throws -> Timing {
        let logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        let daemon = try Daemon(options(round), version: Version.tierd, logger: logger)
        try daemon.start()
        defer {
            daemon.stop()
            _ = daemon.join()
        }
        try wait(for: daemon) { !daemon.board.shards.isEmpty }
        let (wall, cpu) = (SteadyClock.now, Stopwatch.processSeconds)
        try wait(for: daemon) { isReached(daemon.board) }
        let timing = Timing(wall: SteadyClock.now - wall, cpu: Stopwatch.processSeconds - cpu)
        let applied = daemon.board.shards.reduce(0) { $0 + Int($1.eventsApplied) }
        guard applied == records else { throw BenchError.unexpected("\(applied) of \(records) records were \(verb)") }
        return timing
    }

    static func committed(_ board: StatusBoard) -> Int {
        board.shards.reduce(0) { $0 + $1.committed.values.reduce(0) { $0 + Int($1) } }
    }

    private func wait(for daemon: Daemon, until isReached: () -> Bool) throws {
        let pause = ThreadSignal()
        var best = -1
        var progressAt = SteadyClock.now
        while !isReached() {
            if let problem = daemon.livenessProblem { throw BenchError.unexpected("the daemon stopped: \(problem)") }
            let committed = Self.committed(daemon.board)
            if committed > best { (best, progressAt) = (committed, SteadyClock.now) }
            guard SteadyClock.now - progressAt < Self.patience else {
                throw BenchError.unexpected("the daemon committed \(best) of \(records) records, then nothing")
            }
            _ = pause.wait(seconds: 0.002)
        }
    }
}
