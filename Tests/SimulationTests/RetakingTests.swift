import Foundation
import KafkaClient
import Runtime
import Scoring
import Simulation
import Testing

/// A shard that stops is taken anew by itself.
@Suite struct RetakingTests {
    private let world: SimulatedWorld
    private let plan: DaemonPlan
    private let daemon: SimulatedDaemon

    init() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        world = SimulatedWorld(seed: 3)
        plan = DaemonPlan(
            policy: try PolicyFile.load(path: folder.appending(path: "schemas/policies/retail.yaml").path),
            partitions: 3)
        plan.createTopics(in: world.cluster)
        let clock = HostClock(start: EventTime(milliseconds: 1_767_225_600_000), rate: 1)
        let host = SimulatedHost("host", instance: "host", clock: clock, disk: world.makeDisk())
        daemon = try SimulatedDaemon(world, plan, host)
        daemon.start()
        #expect(world.clock.run(within: .seconds(60)) { daemon.liveShards == [0, 1, 2] })
    }

    /// Any record is worked on: what is no event becomes a dead letter.
    private func write(_ shard: Int32) { world.cluster.append(record("x"), to: plan.inputPartitions(of: shard)[0]) }

    private func fence(_ shard: Int32) {
        let stranger = world.producer("\(plan.application)-\(shard)", of: world.start("stranger"))
        stranger.initTransactions(timeout: .seconds(5)) { _ in }
        world.clock.run(for: .seconds(1))
        write(shard)
    }

    /// How many records of the first input the committed journal of a shard covers.
    private func covered(_ shard: Int32) throws -> Int {
        try world.cluster.log(plan.journalPartition(of: shard)).committedRecords.map {
            try JournalEntry(bytes: $0.record.value ?? [])
        }.flatMap(\.ranges).map { Int($0.count) }.reduce(0, +)
    }

    @Test func `a fenced shard is taken anew while the others stay live and work on`() throws {
        for shard: Int32 in 0..<3 { write(shard) }
        world.clock.run(for: .seconds(5))
        fence(1)
        #expect(world.clock.run(within: .seconds(10)) { daemon.liveShards == [0, 2] })
        var worked = 1
        while daemon.retaken == 0, worked < 200 {
            write(0)
            write(2)
            worked += 1
            world.clock.run(for: .milliseconds(100))
            #expect(daemon.liveShards.filter { $0 != 1 } == [0, 2])
        }
        #expect(worked < 100)
        world.clock.run(for: .seconds(5))
        #expect(daemon.liveShards == [0, 1, 2])
        #expect(try [covered(0), covered(1), covered(2)] == [worked, 2, worked])
    }

    @Test func `what a shard's former self had fetched is read again from the journal's end`() throws {
        for round in 1...20 {
            fence(1)
            for _ in 0..<10 {
                write(1)
                world.clock.run(for: .milliseconds(300))
            }
            #expect(world.clock.run(within: .seconds(120)) { daemon.liveShards == [0, 1, 2] })
            world.clock.run(for: .seconds(5))
            #expect(try covered(1) == 11 * round)
        }
        #expect(daemon.retaken == 20)
    }
}
