import KafkaClient
import Runtime
import Scoring
import TestSupport

/// One seed: input arrives while two hosts run daemons in bad weather, are killed, paused, cut off and restarted; then all
/// is calm until everything has been worked on, and the history is judged.
package final class SimulationRun {
    package let world: SimulatedWorld
    let plan: DaemonPlan
    let script: InputScript
    /// What was scripted, by where it came to lie.
    private(set) var placed: [String: ScriptedEvent] = [:]
    /// Whether the naive scorer judges as well: it knows one policy.
    var isJudgedNaively: Bool { switches == nil }
    /// What the policy files are changed to; nil in runs under one policy.
    private var switches: PolicySwitches?
    /// What is tried beside them; nil in runs where nothing is.
    private var trials: ShadowTrials?
    private var hosts: [Seat] = []
    private var deletedSnapshots = false
    /// The shadow runs that nothing but the clean stop at the end has ended.
    private(set) var lastShadowRuns: Set<String> = []

    /// A host with the daemons that have run there.
    private struct Seat {
        var host: SimulatedHost
        var daemons: [SimulatedDaemon] = []
    }

    /// What happened, for the summary.
    package struct Figures: Hashable, Sendable {
        package var kills = 0
        package var pauses = 0
        package var powerCuts = 0
        package var stops = 0
        package var fenced = 0
        package var retaken = 0
        package var outputs = 0
        package var entries = 0
        package var ticks = 0
        package var snapshotsLoaded = 0
        package var replayed = 0
        package var rebuilds = 0
        package var policyChanges = 0
        package var activations = 0
        package var shadowRuns = 0
        package var shadowRecords = 0
        /// Changes that nobody was told of.
        package var unheard = 0

        package init() {}

        package static func += (left: inout Figures, right: Figures) {
            left.kills += right.kills
            left.pauses += right.pauses
            left.powerCuts += right.powerCuts
            left.stops += right.stops
            left.fenced += right.fenced
            left.retaken += right.retaken
            left.outputs += right.outputs
            left.entries += right.entries
            left.ticks += right.ticks
            left.snapshotsLoaded += right.snapshotsLoaded
            left.replayed += right.replayed
            left.rebuilds += right.rebuilds
            left.policyChanges += right.policyChanges
            left.activations += right.activations
            left.shadowRuns += right.shadowRuns
            left.shadowRecords += right.shadowRecords
            left.unheard += right.unheard
        }
    }

    package private(set) var figures = Figures()

    private static let longestRun = TimeSpan.seconds(1_800)
    private static let longestDoubt = TimeSpan.seconds(45)

    /// `retail` is the policy of every other seed, now and then with profiles or in a hurry; the rest are drawn at random.
    package init(seed: UInt64, retail: Policy) {
        world = SimulatedWorld(seed: seed)
        let isRetail = seed % 2 == 0
        var policies = SeededRandom(seed: seed ^ 0x5eed)
        var policy = isRetail ? retail : RandomPolicy.draw(&policies)
        // A year is longer than any run.
        if seed % 8 == 4 { policy = policy.hurried }
        // Histories are long past: profiles must not wait for the present.
        if seed % 8 < 3 { policy.profiles = ProfileRule(catchUp: nil) }
        // A day goes by in a second: what a shard was away for is not always told. The naive scorer tells everything.
        if seed % 16 > 9, seed % 4 > 1 { policy.quietBeyond = .days(1 + Int(seed / 16 % 5)) }
        var plan = DaemonPlan(policy: policy, partitions: Int32(1 + world.random.below(4)))
        if seed % 4 > 1 {
            let switches = PolicySwitches(from: plan.policy, isRetail: isRetail, &policies)
            plan.activation = switches.activation
            plan.retiersPerSecond = switches.retiersPerSecond
            self.switches = switches
        }
        trials = ShadowTrials(seed: seed, from: plan.policy)
        self.plan = plan
        plan.createTopics(in: world.cluster)
        script = world.input(
            InputScript.Shape(
                customers: 4 + world.random.below(12), records: 60 + world.random.below(200),
                partitions: plan.partitions, span: .seconds(40 + world.random.below(80)),
                topics: plan.inputs.map(\.topic)))
    }

    /// Runs to the end; returns what is wrong, in words, nothing when all is well.
    package func run() throws -> [String] {
        // Or each of thousands of runs would stay in memory: what waits refers to its world, and its world to it.
        defer {
            for daemon in hosts.flatMap(\.daemons) { daemon.letGo() }
            world.cluster.letGo()
            world.clock.letGo()
        }
        scheduleInput()
        let shared = world.random.chance(0.5) ? world.makeDisk() : nil
        let isStatic = world.random.chance(0.7)
        for number in 0..<2 {
            let name = "host-\(number)"
            let clock = HostClock(start: script.shape.start, rate: script.shape.rate)
            let host = SimulatedHost(
                name, instance: isStatic ? name : nil, clock: clock, disk: shared ?? world.makeDisk())
            host.shadow = trials?.first
            hosts.append(Seat(host: host))
        }
        world.network.set(world.plan)
        try startDaemon(0)
        if world.random.chance(0.8) { try startDaemon(1) }
        while world.clock.now < script.end + .seconds(5) {
            world.clock.run(for: .milliseconds(500 + world.random.below(9_000)))
            try doHarm()
            changePolicy()
            changeShadow()
        }
        guard try recover() else {
            // What is there has to be right all the same; but an oracle may be lost in a journal that is wrong.
            let others = (try? SimulationVerdict(self).findings(isComplete: false)) ?? []
            return others + ["stuck: not everything was worked on in time"] + complaints()
        }
        let verdict = try SimulationVerdict(self).findings(isComplete: true)
        for daemon in hosts.flatMap(\.daemons) {
            figures.replayed += Int(daemon.metrics.totals.replayedBatches.value)
            figures.rebuilds += Int(daemon.metrics.totals.inDoubt.value)
            figures.shadowRuns += Int(daemon.metrics.totals.shadowRuns.value)
            figures.activations += Int(daemon.metrics.totals.policiesActivated.value)
            figures.snapshotsLoaded += daemon.snapshotsLoaded
            figures.retaken += daemon.retaken
        }
        figures.outputs = OutputHistory(world.cluster, topics: plan.decisionTopics).records.count
        figures.shadowRecords = OutputHistory(world.cluster, topics: [DaemonPlan.shadowTopic]).records.count
        return verdict
    }

    private func scheduleInput() {
        let inputs = Dictionary(uniqueKeysWithValues: plan.inputs.map { ($0.topic, $0.kind) })
        script.schedule(into: world.cluster, world.clock) { [self] record, offset in
            guard let input = inputs[record.partition.topic], let event = record.event else { return }
            placed[JournalOracle.place(input, record.partition.partition, offset)] = event
        }
    }

    private func startDaemon(_ seat: Int) throws {
        let daemon = try SimulatedDaemon(world, plan, hosts[seat].host)
        hosts[seat].daemons.append(daemon)
        daemon.start()
    }

    private func isRunning(_ seat: Int) -> Bool { hosts[seat].daemons.contains { !$0.process.isDead } }

    // MARK: - Harm

    private func doHarm() throws {
        let seat = world.random.below(2)
        guard isRunning(seat) else { return try startDaemon(seat) }
        guard let daemon = hosts[seat].daemons.last else { return }
        switch world.random.below(12) {
        case 0...3:
            figures.kills += 1
            daemon.process.crash()
            // Its supervisor starts it again, at once or later.
            if world.random.chance(0.6) { try startDaemon(seat) }
        case 4:
            figures.powerCuts += 1
            for each in hosts[seat].daemons { each.process.crash() }
            hosts[seat].host.disk.crash()
        case 5, 6:
            figures.pauses += 1
            daemon.process.pause(for: .milliseconds(world.random.below(30_000)))
            // Somebody takes it for dead.
            if world.random.chance(0.4) { try startDaemon(seat) }
        case 7:
            figures.stops += 1
            daemon.stop()
        case 8: hosts[seat].host.clock.jump(by: .milliseconds(world.random.below(200_000_000) - 100_000_000))
        case 9: try spoilSnapshots(of: hosts[seat].host)
        case 10: fenceShard()
        default: break
        }
    }

    /// Somebody initialises a shard's transactional id and writes nothing: whoever has the shard is fenced, and must take it
    /// anew.
    private func fenceShard() {
        figures.fenced += 1
        let shard = world.random.below(Int(plan.partitions))
        let stranger = world.start("stranger")
        world.producer("\(plan.application)-\(shard)", of: stranger).initTransactions(timeout: .seconds(4)) { _ in }
    }

    /// Somebody changes the policy file of one host, or of both.
    private func changePolicy() {
        guard let policy = switches?.next() else { return }
        figures.policyChanges += 1
        let isEverywhere = switches?.isEverywhere() ?? true
        for (number, seat) in hosts.enumerated() where isEverywhere || number == 0 {
            world.trace.note(seat.host.name, "the policy file becomes \(policy.hash.short)")
            set(policy, on: seat)
        }
    }

    /// Somebody changes the shadow policy's file, or takes it away.
    private func changeShadow() {
        guard let shadow = trials?.next() else { return }
        for seat in hosts {
            seat.host.shadow = shadow
            readPolicies(on: seat)
        }
    }

    private func set(_ policy: KeptPolicy, on seat: Seat) {
        seat.host.policy = policy
        readPolicies(on: seat)
    }

    private func readPolicies(on seat: Seat) {
        for daemon in seat.daemons where !daemon.process.isDead {
            daemon.process.run(after: .milliseconds(world.random.below(2_000))) { daemon.readPolicy() }
        }
    }

    private func spoilSnapshots(of host: SimulatedHost) throws {
        switch world.random.below(4) {
        case 0:
            host.disk.deleteDirectory("/snapshots")
            world.trace.note(host.name, "somebody deletes the snapshots")
        case 1:
            host.disk.capacity = world.random.below(4_000)
            world.trace.note(host.name, "the disk has \(host.disk.capacity) bytes now")
        case 2: host.disk.capacity = .max
        default:
            let folder = "/snapshots/0000\(world.random.below(Int(plan.partitions)))"
            guard let names = try? host.disk.list(folder), !names.isEmpty else { return }
            let path = folder + "/" + world.random.pick(names.sorted())
            _ = try? host.disk.rot(path)
            world.trace.note(host.name, "a bit of \(path) turns")
        }
    }

    // MARK: - Recovery

    /// Calms everything, lets the daemons finish and stops them; false when they do not finish.
    private func recover() throws -> Bool {
        world.network.set(.calm)
        for seat in hosts.indices { hosts[seat].host.disk.capacity = .max }
        if let last = switches?.last { for seat in hosts { set(last, on: seat) } }
        let end = world.clock.now + Self.longestRun
        while world.clock.now < end {
            world.clock.run(for: .seconds(5))
            for seat in hosts.indices where !isRunning(seat) { try startDaemon(seat) }
            if isWorkedOff { break }
        }
        guard isWorkedOff else { return false }
        if trials != nil { awaitShadowRuns() }
        for seat in hosts {
            for daemon in seat.daemons where !daemon.process.isDead { daemon.stop() }
        }
        // What is delayed arrives, what hangs runs out.
        world.clock.run(for: .seconds(120))
        return true
    }

    /// Goes on until no doubt is left of the bad weather, and nobody takes a shard for its own that it has lost.
    private func awaitShadowRuns() {
        world.clock.run(for: Self.longestDoubt)
        let running = hosts.flatMap(\.daemons).filter { !$0.process.isDead }
        lastShadowRuns = Set(running.flatMap(\.shadowRuns))
    }

    /// Every shard is live somewhere and its journal covers all input.
    private var isWorkedOff: Bool {
        let live = Set(hosts.flatMap(\.daemons).filter { !$0.process.isDead }.flatMap(\.liveShards))
        guard live == Set(0..<plan.partitions), isSettled else { return false }
        return (0..<plan.partitions).allSatisfy { shard in
            guard let positions = try? positions(of: shard) else { return false }
            return plan.inputs.allSatisfy { input in
                let log = world.cluster.log(TopicPartition(topic: input.topic, partition: shard))
                return log.committedRecords.allSatisfy { $0.offset < positions[input.kind] ?? 0 }
            }
        }
    }

    /// No customer waits for a re-tiering any more.
    private var isSettled: Bool {
        guard let last = switches?.last else { return true }
        let running = hosts.flatMap(\.daemons).filter { !$0.process.isDead }
        return running.allSatisfy { $0.hasSettled(under: last.hash) }
    }

    func positions(of shard: Int32) throws -> [InputKind: Int64] {
        var positions: [InputKind: Int64] = [:]
        for entry in try journal(of: shard) { for range in entry.ranges { positions[range.input] = range.to } }
        return positions
    }

    /// The committed entries of a shard.
    func journal(of shard: Int32) throws -> [JournalEntry] {
        try world.cluster.log(plan.journalPartition(of: shard)).committedRecords.map {
            try JournalEntry(bytes: $0.record.value ?? [])
        }
    }

    /// What holds a run up that does not end.
    private func complaints() -> [String] {
        let running = hosts.flatMap(\.daemons).filter { !$0.process.isDead }
        let live = Set(running.flatMap(\.liveShards))
        var found = hosts.flatMap(\.daemons).flatMap(\.stoppedShards)
        found += (0..<plan.partitions).filter { !live.contains($0) }.map { "shard \($0) is live nowhere" }
        if let last = switches?.last { found += running.flatMap { $0.unsettledShards(under: last.hash) } }
        return found
    }

    func count(unheard: Int) { figures.unheard += unheard }

    func count(entries: Int, ticks: Int) {
        figures.entries += entries
        figures.ticks += ticks
    }
}
