import Foundation
import Runtime
import Testing

/// How much is killed, and the seed that every choice follows from; only the processes' own pace does not repeat.
struct CrashPlan {
    var kills: Int
    var seed: UInt64

    /// TIERD_CRASHES and TIERD_CRASH_SEED.
    static func fromEnvironment() -> CrashPlan {
        let environment = ProcessInfo.processInfo.environment
        return CrashPlan(
            kills: environment["TIERD_CRASHES"].flatMap { Int($0) } ?? 4,
            seed: environment["TIERD_CRASH_SEED"].flatMap { UInt64($0) } ?? .random(in: 0 ... .max))
    }
}

/// Kills both instances of a cluster at random moments, and starts them again, while orders are fed.
///
///     down ──start──► up ──kill──► down        each instance at its own moments, sometimes both at one
final class CrashStorm {
    private enum Life {
        /// Its session ends before, if it stays away for long.
        case down(until: Double, sessionEnd: Double)
        case up(since: Double, until: Double, isReady: Bool)
    }

    /// Often while an instance still joins, fences or restores.
    private static let lifeSeconds = 0.05...4.0
    /// Shorter than the session timeout of six seconds: the shards wait for their owner.
    private static let shortAbsence = 0.1...1.5
    /// Longer: the shards move to the other one, and half of them back.
    private static let longAbsence = 8.0...11.0
    /// From the beginning of a long absence the other one lives for so long: it dies at about the time it takes over.
    private static let heirSeconds = 6.0...11.0
    /// So often a kill takes the other one down as well.
    private static let bothShare = 0.2
    /// About what one kill takes; the orders are spread over three quarters of all, the silence after them fills the rest.
    private static let secondsPerKill = 3.0

    private let cluster: CrashCluster
    private let plan: CrashPlan
    private var random: SplitMix64
    private var lives: [Life]
    /// Whose first long absence lasts, and whose other one lives, until the other one has all shards: however slow the
    /// machine, shards move at least once.
    private var awaitsHeir: Int?
    private let started = SteadyClock.now
    private(set) var kills = 0
    private(set) var restarts = 0
    /// Seconds from each restart until /readyz said so; a kill may come first.
    private(set) var readySeconds: [Double] = []

    init(_ cluster: CrashCluster, _ plan: CrashPlan) {
        self.cluster = cluster
        self.plan = plan
        random = SplitMix64(seed: plan.seed)
        lives = cluster.instances.map { _ in .down(until: 0, sessionEnd: .infinity) }
    }

    private var isOver: Bool {
        kills >= plan.kills && cluster.isFed
            && lives.allSatisfy { if case .up(_, _, true) = $0 { true } else { false } }
    }

    /// Returns when all kills are done, everything is fed and both instances are ready.
    func run() throws {
        let deadline = started + 120 + Double(plan.kills) * Self.secondsPerKill * 4
        while !isOver {
            guard SteadyClock.now < deadline else {
                Issue.record(
                    "after \(kills) kills not both are ready: \(lives); \(cluster.errors(0) + cluster.errors(1))")
                return
            }
            if !cluster.isFed {
                try cluster.feed((SteadyClock.now - started) / (0.75 * Self.secondsPerKill * Double(plan.kills)))
                if cluster.isFed { try cluster.allowSilence() }
            }
            for index in lives.indices { try turn(index, SteadyClock.now) }
            if let absent = awaitsHeir, cluster.hasAllShards(1 - absent) { awaitsHeir = nil }
            DaemonProcess.pause(milliseconds: 20)
        }
    }

    private func turn(_ index: Int, _ now: Double) throws {
        let instance = cluster.instances[index]
        switch lives[index] {
        case .down(let until, _) where now >= until && awaitsHeir != index:
            try instance.start()
            if until > 0 { restarts += 1 }
            lives[index] = .up(
                since: now, until: now + Double.random(in: Self.lifeSeconds, using: &random), isReady: false)
        case .down(let until, let sessionEnd) where now >= sessionEnd:
            cluster.endSession(index)
            lives[index] = .down(until: until, sessionEnd: .infinity)
        case .up(_, let until, _) where now >= until && kills < plan.kills && awaitsHeir == nil:
            killAndMaybeOther(index)
        case .up(let since, let until, false):
            guard instance.isReady else {
                #expect(instance.isRunning, "\(instance.instance) has ended by itself: \(cluster.errors(index))")
                return
            }
            readySeconds.append(SteadyClock.now - since)
            lives[index] = .up(since: since, until: until, isReady: true)
        case .down, .up: break
        }
    }

    private func killAndMaybeOther(_ index: Int) {
        kill(index)
        guard kills < plan.kills, awaitsHeir == nil, Double.random(in: 0..<1, using: &random) < Self.bothShare else {
            return
        }
        for other in lives.indices { if case .up = lives[other] { kill(other) } }
    }

    /// Every third absence, the second one first, is a long one.
    private func kill(_ index: Int) {
        cluster.instances[index].kill()
        let (isLong, now) = (kills % 3 == 1, SteadyClock.now)
        kills += 1
        if kills == 2 { awaitsHeir = index }
        let absence = Double.random(in: isLong ? Self.longAbsence : Self.shortAbsence, using: &random)
        lives[index] = .down(until: now + absence, sessionEnd: now + CrashCluster.sessionSeconds)
        guard isLong else { return }
        for other in lives.indices {
            guard case .up(let since, let until, let isReady) = lives[other] else { continue }
            let spared = now + Double.random(in: Self.heirSeconds, using: &random)
            lives[other] = .up(since: since, until: max(until, spared), isReady: isReady)
        }
    }
}

/// What a storm was and what came of it: lines of a name and a value, for scripts/crash.
struct CrashFigures {
    var plan: CrashPlan
    var storm: CrashStorm
    var cluster: CrashCluster
    var audit: CrashAudit
    var seconds: Double

    var text: String {
        let ready = storm.readySeconds.sorted()
        func format(_ seconds: Double) -> String { String(format: "%.1f s", seconds) }
        let median = ready.isEmpty ? "-" : format(ready[ready.count / 2])
        let rows: [(String, String)] = [
            ("seed", "\(plan.seed)"), ("kills", "\(storm.kills)"), ("restarts", "\(storm.restarts)"),
            ("shards moved", "\(cluster.shardsMoved)"), ("outputs compared", "\(audit.count)"),
            ("customers", "\(audit.customers)"), ("duration", format(seconds)),
            ("start to ready, times measured", "\(ready.count)"), ("start to ready, median", median),
            ("start to ready, maximum", ready.last.map(format) ?? "-"),
        ]
        return rows.map { "\($0.0)\t\($0.1)\n" }.joined()
    }

    /// To the file that TIERD_CRASH_FIGURES names.
    func write() throws {
        guard let path = ProcessInfo.processInfo.environment["TIERD_CRASH_FIGURES"] else { return }
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
}
