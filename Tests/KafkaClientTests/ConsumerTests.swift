import KafkaClient
import Testing

struct ConsumerTests {
    @Test func `assignment, group membership, revocation at close and closing arrive as events`() async throws {
        try await onOwnThread {
            let mock = try MockFixture()
            try mock.fill(["a", "b"])
            let consumer = try mock.consumer(group: "tierd")
            #expect(throws: KafkaError.self, "generation -1 is refused") { try consumer.groupMetadata() }
            try consumer.subscribe([mock.topic])
            let assigned = try until("an assignment") { () -> [TopicPartition]? in
                guard case .assigned(let partitions) = consumer.poll(timeoutMilliseconds: 100) else { return nil }
                return partitions
            }
            #expect(assigned == [mock.partition(0), mock.partition(1)])
            try consumer.assign(assigned.map { PartitionOffset(topicPartition: $0, offset: 1) })
            #expect(try consumer.groupMetadata().generation >= 0)
            #expect(!consumer.isAssignmentLost)
            let read = try ReadToEnd(try consumer.partitionQueue(mock.partition(0)))
            #expect(read.records.map(\.text) == ["b"], "the start offset was given explicitly")

            try consumer.beginClose()
            let revoked = try until("the last revocation") { () -> [TopicPartition]? in
                guard case .revoked(let partitions, isLost: false) = consumer.poll(timeoutMilliseconds: 100) else {
                    return nil
                }
                return partitions
            }
            #expect(revoked == assigned)
            try consumer.unassign()
            try until("closing") {
                _ = consumer.poll(timeoutMilliseconds: 50)
                return consumer.isClosed ? () : nil
            }
        }
    }

    @Test func `a second member takes partitions over through events`() async throws {
        try await onOwnThread {
            let mock = try MockFixture()
            let user = ["heartbeat.interval.ms": "200"]
            let members = [try mock.consumer(group: "pair", user), try mock.consumer(group: "pair", user)]
            var owned: [[TopicPartition]] = [[], []]
            var revocations = 0
            try members[0].subscribe([mock.topic])
            try until(within: 30, "one partition each") { () -> Void? in
                for (index, member) in members.enumerated() {
                    switch member.poll(timeoutMilliseconds: 20) {
                    case .assigned(let partitions):
                        owned[index] = partitions
                        try member.assign(partitions.map { PartitionOffset(topicPartition: $0, offset: 0) })
                        if index == 0, partitions.count == 2 { try members[1].subscribe([mock.topic]) }
                    case .revoked:
                        owned[index] = []
                        revocations += 1
                        try member.unassign()
                    default: break
                    }
                }
                return owned.map(\.count) == [1, 1] ? () : nil
            }
            #expect(revocations > 0)
            #expect(Set(owned.joined()) == [mock.partition(0), mock.partition(1)])
        }
    }

    @Test func `a reader without a group starts at exactly the offset given and reports the end`() async throws {
        try await onOwnThread {
            let mock = try MockFixture()
            try mock.fill((0..<10).map(String.init))
            let (consumer, queue) = try mock.reader(from: 7)
            let read = try ReadToEnd(queue)
            #expect(read.records.map(\.text) == ["7", "8", "9"])
            #expect(read.records.map(\.offset) == [7, 8, 9])
            #expect(read.end == 10)
            let marks = try consumer.watermarks(mock.partition(0), timeoutMilliseconds: 5000)
            #expect([marks.low, marks.high] == [0, 10])
        }
    }

    @Test func `assigning again starts at the new offset and drops what was queued`() async throws {
        try await onOwnThread {
            let mock = try MockFixture()
            try mock.fill((0..<10).map(String.init))
            let (consumer, queue) = try mock.reader(from: 0)
            #expect(try ReadToEnd(queue).records.count == 10)
            try consumer.unassign()
            try consumer.assign([PartitionOffset(topicPartition: mock.partition(0), offset: 2)])
            #expect(try ReadToEnd(queue).records.map(\.offset) == Array(2..<10))
        }
    }

    @Test func `one partition's queue holds no other partition's records`() async throws {
        try await onOwnThread {
            let mock = try MockFixture()
            try mock.fill(partition: 0, ["zero"])
            try mock.fill(partition: 1, ["one", "two"])
            let consumer = try mock.consumer()
            let partitions = [mock.partition(0), mock.partition(1)]
            try consumer.assign(partitions.map { PartitionOffset(topicPartition: $0, offset: 0) })
            let one = try ReadToEnd(try consumer.partitionQueue(partitions[1]))
            let zero = try ReadToEnd(try consumer.partitionQueue(partitions[0]))
            #expect(one.records.map(\.text) == ["one", "two"])
            #expect(zero.records.map(\.text) == ["zero"])
            if case .error(let error) = consumer.poll(timeoutMilliseconds: 100) {
                Issue.record("a record strayed into the events: \(error)")
            }
        }
    }

    @Test func `an offset beyond the partition is a failure of that partition, not a silent reset`() async throws {
        try await onOwnThread {
            let mock = try MockFixture()
            try mock.fill(["only"])
            let (consumer, queue) = try mock.reader(from: 1000)
            let read = try withExtendedLifetime(consumer) { try ReadToEnd(queue) }
            #expect(read.records.isEmpty)
            #expect(read.failures.first?.isOffsetOutOfRange == true)
        }
    }

    @Test func `a signal wakes one thread for many queues`() async throws {
        try await onOwnThread {
            let mock = try MockFixture()
            let consumer = try mock.consumer()
            let signal = try WakeSignal()
            #expect(!signal.wait(timeoutMilliseconds: 0))
            let queues = try [0, 1].map { try consumer.partitionQueue(mock.partition($0)) }
            for queue in queues { queue.raise(signal) }
            try consumer.assign(queues.map { PartitionOffset(topicPartition: $0.topicPartition, offset: 0) })
            #expect(signal.wait(timeoutMilliseconds: 10_000), "the ends of two empty partitions")
            for queue in queues { _ = try ReadToEnd(queue) }
            while signal.wait(timeoutMilliseconds: 0) {}
            try mock.fill(partition: 1, ["x"])
            #expect(signal.wait(timeoutMilliseconds: 10_000))
            #expect(try ReadToEnd(queues[1]).records.map(\.text) == ["x"])
            signal.raise()
            #expect(signal.wait(timeoutMilliseconds: 0))
        }
    }

    @Test func `statistics name the last stable offset and the brokers`() async throws {
        try await onOwnThread {
            let mock = try MockFixture()
            try mock.fill(["a", "b", "c"])
            let consumer = try mock.consumer(group: "reader", ["statistics.interval.ms": "200"])
            try consumer.assign([PartitionOffset(topicPartition: mock.partition(0), offset: 0)])
            let statistics = try until("statistics with a last stable offset") { () -> ConsumerStatistics? in
                guard case .statistics(let figures) = consumer.poll(timeoutMilliseconds: 100),
                    figures.partitions[mock.partition(0)]?.lastStableOffset != nil
                else { return nil }
                return figures
            }
            #expect(statistics.partitions[mock.partition(0)]?.lastStableOffset == 3)
            #expect(statistics.partitions[mock.partition(0)]?.highWatermark == 3)
            #expect(statistics.brokers.contains { $0.state == "UP" && $0.nodeID == 1 })
        }
    }
}
