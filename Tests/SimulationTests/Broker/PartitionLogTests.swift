import KafkaClient
import Simulation
import Testing

@Suite struct PartitionLogTests {
    private let producer = ProducerIdentity(id: 1, epoch: 0)

    @Test func `a reader sees nothing of an open transaction, nor what comes after it`() {
        var log = PartitionLog()
        log.append([record("before")])
        _ = log.append([record("open")], by: producer, sequence: 0)
        log.append([record("after")])
        #expect(log.lastStableOffset == 1)
        #expect(texts(log) == ["before"])
        log.mark(.commit, by: producer)
        #expect(texts(log) == ["before", "open", "after"])
    }

    @Test func `a reader sees nothing of an aborted transaction`() {
        var log = PartitionLog()
        _ = log.append([record("aborted"), record("too")], by: producer, sequence: 0)
        log.mark(.abort, by: producer)
        _ = log.append([record("kept")], by: producer, sequence: 2)
        log.mark(.commit, by: producer)
        #expect(texts(log) == ["kept"])
    }

    @Test func `a marker occupies an offset, and the end lies behind it`() throws {
        var log = PartitionLog()
        _ = log.append([record("one")], by: producer, sequence: 0)
        log.mark(.commit, by: producer)
        #expect(log.highWatermark == 2)
        let answer = try log.fetch(from: 1, batches: 10).get()
        #expect(answer.records.isEmpty && answer.next == 2 && answer.isAtEnd)
    }

    @Test func `an abort hides only its own producer's records`() {
        var log = PartitionLog()
        let other = ProducerIdentity(id: 2, epoch: 0)
        _ = log.append([record("hidden")], by: producer, sequence: 0)
        _ = log.append([record("shown")], by: other, sequence: 0)
        log.mark(.commit, by: other)
        #expect(texts(log) == [])
        log.mark(.abort, by: producer)
        #expect(texts(log) == ["shown"])
    }

    @Test func `a repeated batch is stored once and answered alike`() {
        var log = PartitionLog()
        let first = log.append([record("one")], by: producer, sequence: 0)
        #expect(log.append([record("one")], by: producer, sequence: 0) == first)
        #expect(log.highWatermark == 1)
    }

    @Test func `a batch after a missing one is refused`() {
        var log = PartitionLog()
        #expect(log.append([record("two")], by: producer, sequence: 1) == .failure(.outOfOrderSequence))
    }

    @Test func `an older epoch is refused once the newer one has been seen`() {
        var log = PartitionLog()
        _ = log.append([record("new")], by: producer.next, sequence: 0)
        #expect(log.append([record("old")], by: producer, sequence: 0) == .failure(.producerFenced))
        log.mark(.commit, by: producer)
        #expect(texts(log) == [], "a late marker of the older epoch ends nothing")
    }

    @Test func `a batch that comes after its transaction's end pins the stable offset`() {
        var log = PartitionLog()
        _ = log.append([record("one")], by: producer, sequence: 0)
        log.mark(.commit, by: producer)
        _ = log.append([record("late")], by: producer, sequence: 1)
        #expect(log.lastStableOffset == 2)
    }

    @Test func `fetches bring whole batches`() throws {
        var log = PartitionLog()
        log.append([record("a"), record("b")])
        log.append([record("c")])
        let answer = try log.fetch(from: 1, batches: 1).get()
        #expect(answer.records.map(\.offset) == [1])
        #expect(answer.next == 2)
        #expect(try log.fetch(from: 0, batches: 0).get().records.isEmpty)
    }

    @Test func `retention removes the head, and what lies before it is out of range`() {
        var log = PartitionLog()
        log.append([record("a"), record("b"), record("c")])
        log.removeHead(before: 2)
        #expect(log.logStart == 2 && texts(log) == ["c"])
        #expect(log.fetch(from: 1, batches: 1).error == .offsetOutOfRange)
        #expect(log.fetch(from: 4, batches: 1).error == .offsetOutOfRange)
    }

    @Test func `compaction keeps each key's newest record at its offset`() throws {
        var log = PartitionLog()
        log.append([record("old", key: "x"), record("other", key: "y"), record("new", key: "x")])
        log.compact()
        let answer = try log.fetch(from: 0, batches: 10).get()
        #expect(answer.records.map(\.offset) == [1, 2])
        #expect(answer.next == 3)
    }

    private func texts(_ log: PartitionLog) -> [String] { log.committedRecords.map(\.record.text) }
}
