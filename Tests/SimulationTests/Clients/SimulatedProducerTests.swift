import KafkaClient
import Scoring
import Simulation
import Testing

@Suite struct SimulatedProducerTests {
    private let world = SimulatedWorld(seed: 1)
    private let out = TopicPartition(topic: "out", partition: 0)
    private let input = TopicPartition(topic: "in", partition: 0)

    init() {
        world.cluster.create(topic: "out", partitions: 2)
        world.cluster.create(topic: "in", partitions: 1)
    }

    @Test func `a committed transaction shows its records and its offsets`() throws {
        let process = world.start("daemon")
        let producer = try ready(process)
        try send("one", producer)
        let offsets = [PartitionOffset(topicPartition: input, offset: 3)]
        let sent = world.await { producer.sendOffsets(offsets, group: .none("g"), timeout: .seconds(5), $0) }
        #expect(sent.isSuccess)
        #expect(world.await { producer.commit(timeout: .seconds(5), $0) }.isSuccess)
        world.clock.run(for: .seconds(1))
        #expect(world.cluster.texts(out) == ["one"])
        let consumer = world.consumer(.init(group: "g"), of: process)
        let stored = world.await { consumer.committed([input], timeout: .seconds(5), $0) }
        #expect(try stored.get() == offsets)
    }

    @Test func `records reach the log before the commit, and a crash leaves them unread until the next owner`() throws {
        let first = world.start("daemon")
        try send("lost", try ready(first))
        world.clock.run(for: .seconds(1))
        first.crash()
        #expect(world.cluster.log(out).highWatermark == 1)
        #expect(world.cluster.log(out).lastStableOffset == 0)
        _ = try ready(world.start("daemon"))
        #expect(world.cluster.log(out).lastStableOffset == 2)
        #expect(world.cluster.texts(out) == [])
    }

    @Test func `a crashed owner's transaction ends by its time-out when nobody takes over`() throws {
        let process = world.start("daemon")
        try send("lost", try ready(process))
        world.clock.run(for: .seconds(1))
        process.crash()
        world.clock.run(for: .seconds(16))
        #expect(world.cluster.log(out).lastStableOffset == 2)
    }

    @Test func `an owner that stood still learns at its commit that it is fenced`() throws {
        let old = try ready(world.start("old"))
        try send("stale", old)
        world.clock.run(for: .seconds(1))
        let new = try ready(world.start("new"))
        #expect(world.await { old.commit(timeout: .seconds(5), $0) }.error == .producerFenced)
        try send("fresh", new)
        #expect(world.await { new.commit(timeout: .seconds(5), $0) }.isSuccess)
        world.clock.run(for: .seconds(1))
        #expect(world.cluster.texts(out) == ["fresh"])
    }

    @Test func `an aborted batch may be sent again in a new transaction`() throws {
        let producer = try ready(world.start("daemon"))
        try send("batch", producer)
        #expect(world.await { producer.abort(timeout: .seconds(5), $0) }.isSuccess)
        try send("batch", producer)
        #expect(world.await { producer.commit(timeout: .seconds(5), $0) }.isSuccess)
        world.clock.run(for: .seconds(1))
        #expect(world.cluster.texts(out) == ["batch"])
    }

    @Test func `a partition that stays away fails the transaction, and an abort mends it`() throws {
        let producer = try ready(world.start("daemon"))
        world.cluster.takeOut(.partition(out), for: .seconds(14))
        world.cluster.takeOut(.transactions, for: .seconds(16))
        try send("batch", producer)
        #expect(world.await { producer.commit(timeout: .seconds(30), $0) }.error == .transactionFailed)
        #expect(world.await { producer.abort(timeout: .seconds(30), $0) }.isSuccess)
        try send("again", producer)
        #expect(world.await { producer.commit(timeout: .seconds(30), $0) }.isSuccess)
        world.clock.run(for: .seconds(1))
        #expect(world.cluster.texts(out) == ["again"])
    }

    @Test func `a commit without a coordinator times out, and repeating it tells the outcome`() throws {
        let producer = try ready(world.start("daemon"))
        try send("batch", producer)
        world.clock.run(for: .seconds(1))
        world.cluster.takeOut(.transactions, for: .seconds(8))
        #expect(world.await { producer.commit(timeout: .seconds(5), $0) }.error == .timedOut)
        #expect(world.await { producer.commit(timeout: .seconds(5), $0) }.isSuccess)
    }

    @Test func `offsets of a dropped member are refused`() throws {
        let process = world.start("daemon")
        let consumer = world.consumer(.init(group: "g"), of: process)
        consumer.subscribe(["in"])
        world.clock.run(for: .seconds(2))
        let member = consumer.groupMetadata
        process.pause(for: .seconds(30))
        world.clock.run(for: .seconds(20))
        let producer = try ready(world.start("other"))
        try send("batch", producer)
        let offsets = [PartitionOffset(topicPartition: input, offset: 1)]
        let sent = world.await { producer.sendOffsets(offsets, group: member, timeout: .seconds(5), $0) }
        #expect(sent.error == .unknownMember)
    }

    private func ready(_ process: SimulatedProcess) throws -> SimulatedProducer {
        let producer = world.producer("tierd-0", of: process)
        try world.await { producer.initTransactions(timeout: .seconds(30), $0) }.get()
        return producer
    }

    private func send(_ text: String, _ producer: SimulatedProducer) throws {
        try producer.begin()
        try producer.produce(record(text), to: out)
    }
}
