import KafkaClient
import Scoring
import Simulation
import Testing

@Suite struct SimulatedConsumerTests {
    private let world = SimulatedWorld(seed: 2)
    private let partition = TopicPartition(topic: "in", partition: 0)

    init() { world.cluster.create(topic: "in", partitions: 2) }

    @Test func `a reader gets every record in order, then the end once`() {
        for text in ["a", "b", "c"] { world.cluster.append(record(text), to: partition) }
        let consumer = reader(from: nil)
        world.clock.run(for: .seconds(1))
        let entries = consumer.consume(partition, maximum: 10)
        #expect(entries.compactMap(\.text) == ["a", "b", "c"])
        #expect(entries.last == .endOfPartition(offset: 3))
        world.clock.run(for: .seconds(1))
        #expect(consumer.consume(partition, maximum: 10).isEmpty)
    }

    @Test func `a position that retention has removed is reported`() {
        for text in ["a", "b", "c"] { world.cluster.append(record(text), to: partition) }
        world.cluster.removeHead(of: partition, before: 2)
        let consumer = reader(from: 0)
        world.clock.run(for: .seconds(1))
        #expect(consumer.consume(partition, maximum: 10) == [.failure(.offsetOutOfRange)])
    }

    @Test func `the second member takes over what the first gives up`() {
        let first = member("first")
        world.clock.run(for: .seconds(3))
        #expect(first.poll() == .assigned([partition, TopicPartition(topic: "in", partition: 1)]))
        let second = member("second")
        world.clock.run(for: .seconds(5))
        #expect(second.poll() == .none)
        #expect(first.poll() == .revoked([partition, TopicPartition(topic: "in", partition: 1)], isLost: false))
        first.unassign()
        world.clock.run(for: .seconds(1))
        #expect(first.poll() == .assigned([partition]))
        #expect(second.poll() == .assigned([TopicPartition(topic: "in", partition: 1)]))
    }

    @Test func `a member that stood still too long learns later that its partitions are lost`() {
        let process = world.start("first")
        let first = member(process)
        world.clock.run(for: .seconds(3))
        _ = first.poll()
        process.pause(for: .seconds(30))
        let second = member("second")
        world.clock.run(for: .seconds(20))
        #expect(second.poll() == .assigned([partition, TopicPartition(topic: "in", partition: 1)]))
        #expect(!first.isAssignmentLost, "it cannot know yet")
        world.clock.run(for: .seconds(15))
        #expect(first.isAssignmentLost)
        #expect(first.poll() == .revoked([partition, TopicPartition(topic: "in", partition: 1)], isLost: true))
    }

    @Test func `a closed member leaves, a closed static one keeps its place`() {
        let closing = member("first")
        world.clock.run(for: .seconds(3))
        _ = closing.poll()
        closing.beginClose()
        #expect(closing.poll() == .revoked([partition, TopicPartition(topic: "in", partition: 1)], isLost: false))
        #expect(!closing.isClosed)
        closing.unassign()
        #expect(closing.isClosed)
        world.clock.run(for: .seconds(1))
        #expect(world.cluster.assignment(of: "g").isEmpty)
        let named = member("second", instance: "host-2")
        world.clock.run(for: .seconds(3))
        named.beginClose()
        named.unassign()
        world.clock.run(for: .seconds(3))
        #expect(world.cluster.assignment(of: "g")["host-2"]?.count == 2)
    }

    @Test func `a member whose name was taken is fenced`() {
        let first = member("first", instance: "host-1")
        world.clock.run(for: .seconds(3))
        _ = first.poll()
        _ = member("second", instance: "host-1")
        world.clock.run(for: .seconds(5))
        #expect(first.poll() == .revoked([partition, TopicPartition(topic: "in", partition: 1)], isLost: true))
        #expect(first.poll() == .failed(.fencedInstance))
    }

    private func reader(from offset: Int64?) -> SimulatedConsumer {
        let consumer = world.consumer(.init(group: "reader"), of: world.start("reader"))
        consumer.assign([PartitionOffset(topicPartition: partition, offset: offset)])
        return consumer
    }

    private func member(_ name: String, instance: String? = nil) -> SimulatedConsumer {
        member(world.start(name), instance: instance)
    }

    private func member(_ process: SimulatedProcess, instance: String? = nil) -> SimulatedConsumer {
        let consumer = world.consumer(.init(group: "g", instance: instance), of: process)
        consumer.subscribe(["in"])
        return consumer
    }
}

extension FetchedEntry {
    var text: String? {
        if case .record(let stored) = self { stored.record.text } else { nil }
    }
}
