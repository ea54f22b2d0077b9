import KafkaClient
import Logging
import Runtime
import Scoring
import Snapshots
import Telemetry
import TestSupport
import WireFormat

/// One run of the daemon: the real ownership, shard, lane and snapshot code, driven in virtual time instead of by threads.
package final class SimulatedDaemon: @unchecked Sendable {
    package let process: SimulatedProcess
    private let world: SimulatedWorld
    private let plan: DaemonPlan
    private let host: SimulatedHost
    private let consumer: SimulatedConsumer
    private let board = StatusBoard()
    package let metrics: Metrics
    package private(set) var snapshotsLoaded = 0
    private var ownership: Ownership
    private let policies: PolicyShelf
    private var context: ShardContext?
    private var decoder: RecordDecoder
    private var tasks: [ShardTask] = []
    /// Of all tasks that there have been.
    private var lanes: [SimulatedLane] = []
    private let places = ReadingPlaces()
    /// What ownership wants done; a drain or an assignment holds up what follows, and the control thread with it.
    private var actions: [Ownership.Action] = []
    private var draining: (left: Int, number: Int)?
    private var drains = 0
    private var isAssigning = false
    /// Shards that were taken anew while others went on.
    package private(set) var retaken = 0
    /// What shards have told the control thread since it last looked.
    private var starts: [(Int32, ShardStart)] = []
    private var retaking: [(Int32, Double)] = []
    /// What the worker has been told since its last turn.
    private var inbox: [() -> Void] = []
    /// How far the two threads are apart.
    private var random: SeededRandom
    private var isStopping = false
    package private(set) var hasStopped = false

    private static let poll = TimeSpan.milliseconds(100)
    /// The longest that an idle worker sleeps.
    private static let idle = 50
    /// One turn in so many takes as long as a turn ever will.
    private static let turnsUntilStall = 8_000
    private static let longestTurn = 25_000
    private static let longestCall = 400
    private static let drainTimeout = TimeSpan.seconds(20)

    package init(_ world: SimulatedWorld, _ plan: DaemonPlan, _ host: SimulatedHost) throws {
        self.world = world
        self.plan = plan
        self.host = host
        process = world.start(host.name)
        random = SeededRandom(seed: world.seed ^ process.name.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) })
        var settings = SimulatedConsumer.Settings(group: plan.application, instance: host.instance)
        settings.sessionTimeout = .seconds(6)
        settings.heartbeat = .seconds(2)
        consumer = world.consumer(settings, of: process)
        ownership = Ownership(inputTopics: plan.inputs.count, shards: plan.partitions)
        decoder = try RecordDecoder(maximumBytes: DaemonPlan.recordBytes)
        nonisolated(unsafe) let clock = world.clock
        let options = plan.options(clock: .reading { host.clock.date(at: clock.now) })
        metrics = Metrics(labels: options.metricLabels, version: "simulated", startSeconds: 0)
        policies = PolicyShelf(host.policy ?? KeptPolicy(plan.policy))
        policies.offer(shadow: host.shadow)
        context = ShardContext(
            options, policies, steady: { Double(clock.now.milliseconds) / 1000 }, board: board,
            places: places, metrics: metrics,
            log: RuntimeLog(TraceLog.logger(process.name, world.trace)),
            announce: { [self] shard, start in starts.append((shard, start)) },
            requestRetaking: { [self] shard, live in retaking.append((shard, live)) },
            watchShadow: { [self] note in self.world.shadowNotes.append(note) })
    }

    package func start() {
        consumer.subscribe(plan.inputs.map(\.topic))
        process.run { [self] in control() }
        process.run { [self] in work() }
    }

    /// A clean stop: everything committed, a last snapshot, the group left.
    package func stop() {
        world.trace.note(process.name, "is asked to stop")
        isStopping = true
    }

    /// Lets go of all that refers back to it: the world has ended.
    package func letGo() {
        for lane in lanes { lane.letGo() }
        (tasks, lanes, inbox, starts, actions) = ([], [], [], [], [])
        context = nil
    }

    /// The host's policy files have been read again.
    package func readPolicy() {
        policies.offer(shadow: host.shadow)
        if let policy = host.policy { policies.offer(policy) }
    }

    /// Whether all of this member's shards decide by `policy`, every customer settled under it.
    package func hasSettled(under policy: PolicyHash) -> Bool { unsettledShards(under: policy).isEmpty }

    /// Which shards have not, in words.
    package func unsettledShards(under policy: PolicyHash) -> [String] {
        board.shards.filter { $0.policyHash != policy || $0.retierRemaining > 0 }.map { status in
            let left = "\(status.retierRemaining) customers to settle"
            let decidedBy = status.policyHash?.short ?? "no policy"
            return "shard \(status.shard) of \(process.name): \(status.stage), under \(decidedBy), \(left)"
        }
    }

    /// All shards that this member has are live and have nothing left to do.
    package var liveShards: [Int32] { board.shards.filter { $0.stage == .live }.map(\.shard) }

    /// The shadow runs that go on in live shards.
    package var shadowRuns: [String] { board.shards.filter { $0.stage == .live }.compactMap(\.shadow?.run) }

    /// Why shards need a person.
    package var stoppedShards: [String] {
        board.shards.filter { $0.stage == .stopped }.map { "shard \($0.shard): \($0.detail)" }
    }

    // MARK: - The control thread

    private func control() {
        if hasStopped { return }
        if actions.isEmpty, !isAssigning {
            handle(consumer.poll())
            hear()
            if !isStopping { add(ownership.tick(at: seconds)) }
            if isStopping, !isClosing {
                isClosing = true
                consumer.beginClose()
            }
            if isStopping, actions.isEmpty, !isAssigning, consumer.isClosed { return finish() }
        }
        process.run(after: Self.poll) { [self] in control() }
    }

    private var isClosing = false

    private func hear() {
        let heard = (starts, retaking)
        (starts, retaking) = ([], [])
        for (shard, start) in heard.0 { add(ownership.announced(shard, start)) }
        for (shard, live) in heard.1 { ownership.wantsRetaking(shard, afterLive: live, at: seconds) }
    }

    private func finish() {
        hasStopped = true
        tasks = []
        world.trace.note(process.name, "has stopped")
        process.crash()
    }

    private var seconds: Double { Double(world.clock.now.milliseconds) / 1000 }

    private func handle(_ event: SimulatedConsumer.Event) {
        switch event {
        case .none: break
        case .assigned(let partitions): add(ownership.assigned(partitions))
        case .revoked(_, let isLost): add(ownership.revoked(isLost: isLost))
        // The real consumer is lost, too: the process ends and is started again by its supervisor.
        case .failed(let error):
            world.trace.note(process.name, "the consumer is lost: \(error)")
            isStopping = true
        }
    }

    private func add(_ more: [Ownership.Action]) {
        actions += more
        perform()
    }

    private func perform() {
        while draining == nil, !isAssigning, !actions.isEmpty {
            switch actions.removeFirst() {
            case .adopt(let shards):
                // What earlier owners here announced says nothing of the new ones.
                starts.removeAll { shards.contains($0.0) }
                retaking.removeAll { shards.contains($0.0) }
                for shard in shards { adopt(shard) }
            case .drain(let shards, let isLost): drain(shards, isLost: isLost)
            case .assign(let starts, let going): assign(starts, going: going)
            case .unassign: consumer.unassign()
            case .refuse: world.trace.note(process.name, "refuses its assignment")
            }
        }
    }

    private func assign(_ starts: [PartitionOffset], going: [Int32]) {
        guard !consumer.isAssignmentLost else { return }
        if !going.isEmpty { retaken += 1 }
        let assignment = places.assignment(starts, going: going).sorted { $0.key < $1.key }
        isAssigning = true
        // Shards go on taking what was fetched before until the assignment takes effect.
        process.run(after: .milliseconds(random.below(Self.longestCall))) { [self] in
            consumer.assign(assignment.flatMap(\.value))
            for (shard, offsets) in assignment {
                inbox.append { [self] in for task in tasks where task.shard == shard { task.reads(from: offsets) } }
            }
            isAssigning = false
            perform()
        }
    }

    private func adopt(_ shard: Int32) {
        guard let context else { return }
        let sources = plan.inputs.map { input -> (InputKind, any PartitionSource) in
            (input.kind, SimulatedSource(TopicPartition(topic: input.topic, partition: shard), consumer))
        }
        let identity = plan.identity(of: shard)
        let restorer = SnapshotRestorer(policies: policies, identity: identity) { [self] in store(of: shard) }
        let lane = SimulatedLane(
            world, process, consumer, plan, shard: shard, restorer: restorer
        ) { [self] lane, event in
            inbox.append { [self] in
                if case .taken(let takeover) = event, takeover.restored != nil { snapshotsLoaded += 1 }
                for task in tasks where task.laneIdentity == ObjectIdentifier(lane) { task.receive(event) }
            }
        }
        let snapshots = SimulatedSnapshotLane(store(of: shard), process) { [self] lane, event in
            inbox.append { [self] in
                for task in tasks where task.snapshotIdentifier == ObjectIdentifier(lane) { task.receive(event) }
            }
        }
        lanes.append(lane)
        inbox.append { [self] in
            world.ownership.begin(shard, process.name, at: world.clock.now)
            tasks.append(
                ShardTask(
                    shard, context,
                    ShardTask.Surroundings(sources: sources, lane: lane, snapshots: (snapshots, identity))))
        }
    }

    private func store(of shard: Int32) -> any SnapshotStore {
        DirectoryStore(root: "/snapshots", shard: shard, writer: process.name, files: host.disk)
    }

    private func drain(_ shards: [Int32], isLost: Bool) {
        if shards.isEmpty { return }
        drains += 1
        let (number, isStopping) = (drains, isStopping)
        draining = (shards.count, number)
        for shard in shards {
            inbox.append { [self] in
                guard let task = tasks.first(where: { $0.shard == shard && !$0.isDraining }) else {
                    return hasDrained(number)
                }
                world.ownership.end(shard, process.name, at: world.clock.now)
                task.drain(isLost: isLost, isStopping: isStopping) { [self] in hasDrained(number) }
            }
        }
        process.run(after: Self.drainTimeout) { [self] in
            guard draining?.number == number else { return }
            world.trace.note(process.name, "shards did not let go in time")
            goOn(after: number)
        }
    }

    private func hasDrained(_ number: Int) {
        guard let current = draining, current.number == number else { return }
        draining = (current.left - 1, number)
        if current.left == 1 { process.run { [self] in goOn(after: number) } }
    }

    /// The control thread, after waiting for shards.
    private func goOn(after number: Int) {
        guard draining?.number == number else { return }
        draining = nil
        perform()
    }

    // MARK: - The worker thread

    private func work() {
        if hasStopped { return }
        deliver()
        var worked = false
        for task in tasks where task.step(&decoder) { worked = true }
        tasks.removeAll { $0.isGone }
        process.run(after: .milliseconds(pause(worked))) { [self] in work() }
    }

    private func pause(_ hasWorked: Bool) -> Int {
        if random.below(Self.turnsUntilStall) == 0 { return random.below(Self.longestTurn) }
        return 1 + (hasWorked ? 0 : random.below(Self.idle))
    }

    private func deliver() {
        while !inbox.isEmpty {
            inbox.removeFirst()()
            // Who is gone hears nothing more.
            tasks.removeAll { $0.isGone }
        }
    }
}

/// Where a daemon runs: a clock that may be wrong, and a disk that outlives it.
package final class SimulatedHost: @unchecked Sendable {
    package let name: String
    /// `group.instance.id`.
    package let instance: String?
    package var clock: HostClock
    package let disk: SimulatedDisk
    /// What the policy file holds; nil while it is as it was at the beginning.
    package var policy: KeptPolicy?
    /// What the shadow policy's file holds; nil without one.
    package var shadow: KeptPolicy?

    package init(_ name: String, instance: String?, clock: HostClock, disk: SimulatedDisk) {
        self.name = name
        self.instance = instance
        self.clock = clock
        self.disk = disk
    }
}
