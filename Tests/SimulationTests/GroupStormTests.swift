import KafkaClient
import Scoring
import Simulation
import Testing

/// Group membership as a whole, in every weather.
@Suite struct GroupStormTests {
    private static let topics = ["browse", "orders"]
    private static let partitions: Int32 = 5

    @Test(arguments: StormTests.seeds, [true, false]) func `after a storm the members that are left share everything`(
        seed: UInt64, isStatic: Bool
    ) {
        let world = SimulatedWorld(seed: seed)
        for topic in Self.topics { world.cluster.create(topic: topic, partitions: Self.partitions) }
        world.network.set(world.plan)
        var members = (0..<3).map { Member(world, host: $0, isStatic: isStatic) }
        for _ in 0..<8 {
            world.clock.run(for: .milliseconds(world.random.below(15_000)))
            let host = world.random.below(members.count)
            if world.random.chance(0.5) {
                members[host].process.pause(for: .milliseconds(world.random.below(30_000)))
            } else {
                members[host].process.crash()
                members[host] = Member(world, host: host, isStatic: isStatic)
            }
        }
        world.network.set(.calm)
        world.clock.run(for: .seconds(240))
        let shards = members.map { Set($0.owned.map(\.partition)) }
        let report = world.trace.report(seed: seed)
        #expect(shards.map(\.count).reduce(0, +) == Int(Self.partitions), "\(report)")
        #expect(shards.reduce(into: Set()) { $0.formUnion($1) }.count == Int(Self.partitions), "\(report)")
        for member in members { #expect(member.isCoPartitioned, "\(report)") }
    }

    /// A host that joins, takes what it is given and gives it back when asked.
    private final class Member {
        let process: SimulatedProcess
        private let consumer: SimulatedConsumer
        private(set) var owned: [TopicPartition] = []

        init(_ world: SimulatedWorld, host: Int, isStatic: Bool) {
            process = world.start("host-\(host)")
            let settings = SimulatedConsumer.Settings(group: "tierd", instance: isStatic ? "host-\(host)" : nil)
            consumer = world.consumer(settings, of: process)
            consumer.subscribe(GroupStormTests.topics)
            poll()
        }

        /// As many partitions of one topic as of the other, and the same ones.
        var isCoPartitioned: Bool {
            Set(GroupStormTests.topics.map { topic in owned.filter { $0.topic == topic }.map(\.partition) }).count == 1
        }

        private func poll() {
            switch consumer.poll() {
            case .none, .failed: break
            case .assigned(let partitions):
                owned = partitions
                consumer.assign(partitions.map { PartitionOffset(topicPartition: $0, offset: nil) })
            case .revoked:
                owned = []
                process.run(after: .seconds(1)) { [self] in consumer.unassign() }
            }
            process.run(after: .milliseconds(100)) { [self] in poll() }
        }
    }
}
