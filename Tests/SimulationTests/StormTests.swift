import Foundation
import KafkaClient
import Scoring
import Simulation
import TestSupport
import Testing

/// The world as a whole: a right program comes through every storm, a wrong one does not, and a seed is a run.
/// `STORM_CASES=5000` asks for more seeds, `STORM_SEED=17` for one alone.
@Suite struct StormTests {
    private static let input = TopicPartition(topic: "in", partition: 0)
    private static let records: Int64 = 300

    static var seeds: [UInt64] {
        if let seed = setting("STORM_SEED") { return [seed] }
        return Array(0..<(setting("STORM_CASES") ?? 60))
    }

    private static func setting(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    @Test(arguments: seeds) func `a copier that resolves its doubts loses and doubles nothing`(
        seed: UInt64
    ) {
        let world = Self.run(seed, .resolve)
        let history = OutputHistory(world.cluster, topics: ["out"])
        let findings = HistoryChecker.check(history)
        let report = HistoryReport(world.cluster).text(findings) { _ in 0 }
        #expect(findings.isEmpty, "\(report)\n\(world.trace.report(seed: seed))")
        #expect(history.records.count == Int(Self.records), "\(world.trace.report(seed: seed))")
    }

    @Test func `a copier that sends again when in doubt doubles something in some storm`() {
        let caught = (UInt64(0)..<60).filter { seed in
            let world = Self.run(seed, .sendAgain)
            return !HistoryChecker.check(OutputHistory(world.cluster, topics: ["out"])).isEmpty
        }
        #expect(!caught.isEmpty)
    }

    @Test(arguments: [UInt64(3), 11, 27]) func `the same seed gives the same trace twice`(seed: UInt64) {
        let first = Self.run(seed, .resolve)
        let second = Self.run(seed, .resolve)
        #expect(first.trace.count == second.trace.count)
        #expect(first.trace.digest == second.trace.digest)
        #expect(first.trace.lines == second.trace.lines)
        #expect(Self.run(seed + 1, .resolve).trace.digest != first.trace.digest)
    }

    /// Two minutes of weather with crashes and pauses, then calm until everything is done.
    private static func run(_ seed: UInt64, _ doubt: Copier.Doubt) -> SimulatedWorld {
        let world = SimulatedWorld(seed: seed)
        world.cluster.create(topic: "in", partitions: 1)
        world.cluster.create(topic: "out", partitions: 2)
        for number in 0..<records {
            world.clock.schedule(after: .milliseconds(Int(number) * 400)) {
                world.cluster.append(record("\(number)"), to: input)
            }
        }
        world.network.set(world.plan)
        while world.clock.now < VirtualTime(milliseconds: 120_000) {
            let process = world.start("copier")
            Copier(world, process, doubt, input).start()
            world.clock.run(for: .milliseconds(2_000 + world.random.below(20_000)))
            // The next one starts beside one that is dead, stands still, or works on.
            switch world.random.below(3) {
            case 0: process.crash()
            case 1: process.pause(for: .milliseconds(world.random.below(40_000)))
            default: break
            }
        }
        world.network.set(.calm)
        // What was delayed arrives, what hangs runs out.
        world.clock.run(for: .seconds(90))
        Copier(world, world.start("copier"), doubt, input).start()
        world.clock.run(for: .seconds(60))
        return world
    }
}
