import KafkaClient
import Logging
import Scoring
import Synchronization
import Telemetry
import WireFormat

/// A running `tierd`: the group's member, its workers and their shards.
///
///     starting ─► joining ─► assigned ◄─► revoked ─► closing ─► stopped
package final class Daemon: Sendable {
    package let board = StatusBoard()
    package let metrics: Metrics
    package let options: DaemonOptions
    /// What the shards are to decide by.
    package let policies: PolicyShelf
    let consumer: Consumer
    let places = ReadingPlaces()
    let workers: [Worker]
    let log: RuntimeLog
    let state = Mutex(ControlState())
    let partitionCount: Int
    private let finished = Mutex<ThreadSignal?>(nil)

    /// What the control thread knows; read by health probes.
    struct ControlState {
        var partitions: [TopicPartition]?
        var isStopping = false
        var hasStopped = false
        /// Shards that have asked to be taken anew since the control thread last looked.
        var retaking: [(Int32, Double)] = []
        var wantsPolicyRead = false
        /// Announced since the control thread last looked.
        var starts: [(Int32, ShardStart)] = []
        var lastPoll = SteadyClock.now
        var failure: String?
        /// No orderly leave is possible any more.
        var isConsumerLost = false
    }

    /// Checks the cluster and makes ready; nothing runs yet.
    package init(_ options: DaemonOptions, version: String, logger: Logger) throws(StartupError) {
        self.options = options
        policies = PolicyShelf(KeptPolicy(options.policy))
        let check = try StartupCheck.run(options)
        partitionCount = check.partitionCount
        log = RuntimeLog(logger)
        for warning in check.warnings { logger.warning("\(warning)") }
        metrics = Metrics(
            labels: options.metricLabels,
            version: version, startSeconds: Double(WallClock.now.milliseconds) / 1000)
        do {
            consumer = try Consumer(
                settings: options.consumerSettings(partitions: check.partitionCount * options.inputs.count),
                groupID: options.group, instanceID: options.instance)
        } catch {
            throw .settings(error)
        }
        do {
            var made: [Worker] = []
            for _ in 0..<max(1, min(options.workers, check.partitionCount)) { made.append(try Worker()) }
            workers = made
        } catch {
            throw .outOfResources("cannot start a worker: \(error)")
        }
    }

    /// Joins the group and works until `stop`. Returns at once.
    package func start() throws(StartupError) {
        let context = makeContext()
        for (number, worker) in workers.enumerated() {
            worker.start(number: number, context: context, recordBytes: options.recordBytes)
        }
        do {
            try consumer.subscribe(options.inputs.map(\.topic))
        } catch {
            throw .unreachable(bootstrap: options.bootstrap, error)
        }
        log.started(options.application)
        let thread = DedicatedThread.start("control") { [self] in runControl() }
        finished.withLock { $0 = thread }
    }

    /// Asks for a clean stop: batches finished and committed, group left. Returns at once.
    package func stop() { state.withLock { $0.isStopping = true } }

    /// Asks for the policy file to be read at once. Returns at once.
    package func readPolicy() { state.withLock { $0.wantsPolicyRead = true } }

    /// True once everything has ended.
    package var hasStopped: Bool { state.withLock { $0.hasStopped } }

    /// Blocks until the daemon has stopped; returns why, if not because it was asked to.
    package func join() -> String? {
        finished.withLock { $0 }?.wait()
        return state.withLock { $0.failure }
    }

    private func makeContext() -> ShardContext {
        ShardContext(
            options, policies, steady: { SteadyClock.now }, board: board, places: places, metrics: metrics,
            log: log,
            announce: { [self] shard, start in state.withLock { $0.starts.append((shard, start)) } },
            requestRetaking: { [self] shard, seconds in state.withLock { $0.retaking.append((shard, seconds)) } })
    }

    /// Asks the shards about a customer; `answer` is called once, on a worker's thread or this one.
    package func look(up id: [UInt8], answer: @escaping @Sendable (ShardAnswer) -> Void) {
        guard let partitions = state.withLock({ $0.partitions }) else { return answer(.restoring) }
        let isAlone = Set(partitions.map(\.partition)).count == partitionCount
        let answer: @Sendable (ShardAnswer) -> Void = { found in
            if case .unknown = found, !isAlone { answer(.elsewhere) } else { answer(found) }
        }
        let collected = CollectedAnswers(expected: workers.count, answer)
        for worker in workers { worker.send(.query(id, answer: collected.add)) }
    }

    // MARK: - Health

    /// Nil while the process does its work; else why it should be restarted.
    package var livenessProblem: String? {
        let (lastPoll, failure) = state.withLock { ($0.lastPoll, $0.failure) }
        if let failure { return failure }
        let now = SteadyClock.now
        if now - lastPoll > Self.livenessSeconds {
            return "the control loop has not turned for \(Int(now - lastPoll)) s"
        }
        let stuck = workers.enumerated().first { now - $0.element.lastTurn > Self.workerSeconds }
        return stuck.map { "worker \($0.offset) has not turned for \(Int(now - $0.element.lastTurn)) s" }
    }

    /// Empty when every assigned shard is live.
    package var readinessProblems: [String] {
        guard state.withLock({ $0.partitions }) != nil else { return ["waiting for the group to assign partitions"] }
        return board.shards.compactMap { status in
            if status.stage == .live {
                guard status.commitWaiting > Self.commitSeconds else { return nil }
                let reason = status.detail.isEmpty ? "no answer yet" : status.detail
                return
                    "shard \(status.shard) has not been able to commit for \(Int(status.commitWaiting)) s: \(reason)"
            }
            let progress = status.stage == .restoring ? " \(Int(status.restoreProgress * 100)) %" : ""
            return
                "shard \(status.shard) is \(status.stage.rawValue)\(progress)\(status.detail.isEmpty ? "" : ": " + status.detail)"
        }
    }

    private static let livenessSeconds = 60.0
    /// A batch takes milliseconds; a shadow's fork or a large capture may take seconds.
    private static let workerSeconds = 120.0
    /// A commit that takes so long has met more than a slow broker.
    private static let commitSeconds = 30.0
}

/// Gathers the workers' answers to one question: the first find wins, else the least certain "no".
private final class CollectedAnswers: Sendable {
    private struct Progress {
        var left: Int
        var isRestoring = false
        var isAnswered = false
    }
    private let progress: Mutex<Progress>
    private let answer: @Sendable (ShardAnswer) -> Void

    init(expected: Int, _ answer: @escaping @Sendable (ShardAnswer) -> Void) {
        progress = Mutex(Progress(left: expected))
        self.answer = answer
    }

    @Sendable func add(_ one: ShardAnswer) {
        let final: ShardAnswer? = progress.withLock { progress in
            progress.left -= 1
            if case .restoring = one { progress.isRestoring = true }
            guard !progress.isAnswered else { return nil }
            if case .found = one {
                progress.isAnswered = true
                return one
            }
            guard progress.left == 0 else { return nil }
            progress.isAnswered = true
            return progress.isRestoring ? .restoring : .unknown
        }
        if let final { answer(final) }
    }
}
