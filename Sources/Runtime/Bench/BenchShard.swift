import KafkaClient
import Logging
import Scoring
import Telemetry
import WireFormat

/// One shard at work on the calling thread, its topics in memory: the daemon's own code for everything but sockets. What a
/// broker adds in time is not in it.
final class BenchShard {
    let cluster: BenchCluster
    let task: ShardTask
    private let partitions: [BenchPartition]
    private let lane: BenchLane
    private let starts: Mailbox<ShardStart>
    private var machine = LaneMachine()
    private var decoder: RecordDecoder

    /// Begins to take the shard over.
    init(_ cluster: BenchCluster, _ policies: PolicyShelf, retiersPerSecond: Int = 1_000) throws(WireFormatError) {
        var options = cluster.population.options
        options.retiersPerSecond = retiersPerSecond
        let starts = Mailbox<ShardStart> {}
        let lane = BenchLane()
        let partitions = options.inputs.indices.map { BenchPartition(cluster, $0) }
        let context = ShardContext(
            options, policies, steady: { SteadyClock.now }, board: StatusBoard(),
            places: ReadingPlaces(),
            metrics: Metrics(labels: options.metricLabels, version: Version.tierd, startSeconds: 0),
            log: RuntimeLog(Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }),
            announce: { _, start in starts.send(start) }, requestRetaking: { _, _ in })
        task = ShardTask(
            0, context,
            ShardTask.Surroundings(
                sources: zip(options.inputs, partitions).map { ($0.kind, $1 as any PartitionSource) }, lane: lane))
        decoder = try RecordDecoder(maximumBytes: options.recordBytes)
        self.cluster = cluster
        self.partitions = partitions
        self.lane = lane
        self.starts = starts
    }

    /// Records worked on since the start, rejected ones too.
    var worked: Int { Int(task.status.eventsApplied + task.status.rejected) }

    /// One turn of the worker, and what it has asked of its lane; returns whether there was anything to do.
    @discardableResult
    func turn() throws -> Bool {
        let commands = lane.commands.drain()
        for command in commands { carryOut(command) }
        for case .ready(let offsets) in starts.drain() {
            for (partition, start) in zip(partitions, offsets) { partition.seek(to: start.offset ?? 0) }
            task.reads(from: offsets)
        }
        let hasWorked = task.step(&decoder)
        guard task.status.stage != .stopped else {
            throw BenchError.unexpected("the shard stopped: \(task.status.detail)")
        }
        return hasWorked || !commands.isEmpty
    }

    /// Takes turns until `isReached`; what is not reached within half a minute of idling never will be.
    func run(until isReached: () -> Bool) throws {
        let pause = ThreadSignal()
        var idleSince: Double?
        while !isReached() {
            if try turn() {
                idleSince = nil
                continue
            }
            let now = SteadyClock.now
            guard now - (idleSince ?? now) < 30 else { throw BenchError.unexpected("the shard has nothing to do") }
            idleSince = idleSince ?? now
            _ = pause.wait(seconds: 0.000_2)
        }
    }

    private func carryOut(_ command: LaneMachine.Command) {
        machine.start(command, at: SteadyClock.now)
        while true {
            switch machine.next(isCancelled: false) {
            case .rest: return
            case .wait: continue
            case .call(let call): machine.answered(.success(cluster.answer(call)), at: SteadyClock.now)
            case .report(let event): task.receive(event)
            }
        }
    }
}

/// Keeps what the shard asks for until its next turn.
private final class BenchLane: ShardLane {
    let commands = Mailbox<LaneMachine.Command> {}

    func send(_ command: LaneMachine.Command) { commands.send(command) }
    func cancel() {}
    func close() {}
}
