import Foundation
import KafkaClient
import Synchronization
import Testing

/// What a change of the assignment does to what was fetched before it.
struct AssignmentTests {
    private static func place(_ mock: MockFixture, _ partition: Int32, _ offset: Int64) -> PartitionOffset {
        PartitionOffset(topicPartition: mock.partition(partition), offset: offset)
    }

    @Test func `what was fetched before an assignment is out of reach as soon as the call is back`() async throws {
        try await onOwnThread {
            let mock = try MockFixture()
            try mock.fill((0..<2_000).map(String.init))
            let (consumer, queue) = try mock.reader(from: 0)
            for round in 0..<8 {
                let start = Int64(100 + 30 * round)
                try until("records that wait") { queue.count > 100 ? () : nil }
                try until("the first records") {
                    try queue.consume(maximum: 10, timeoutMilliseconds: 100).isEmpty ? nil : ()
                }
                try consumer.assign([Self.place(mock, 0, start)])
                let first = try until("a record") { () -> Int64? in
                    let batch = try queue.consume(maximum: 1, timeoutMilliseconds: 100)
                    guard !batch.isEmpty, case .record(let record) = batch[0] else { return nil }
                    return record.offset
                }
                #expect(first == start)
                try consumer.assign([Self.place(mock, 0, 0)])
            }
        }
    }

    @Test func `a partition that is assigned anew at its end says again that it is there`() async throws {
        try await onOwnThread {
            let mock = try MockFixture()
            try mock.fill((0..<10).map(String.init))
            let (consumer, queue) = try mock.reader(from: 0)
            #expect(try Self.end(queue) == 10)
            for _ in 0..<3 {
                try consumer.assign([Self.place(mock, 0, 10), Self.place(mock, 1, 0)])
                #expect(try Self.end(queue) == 10)
            }
        }
    }

    /// Reads until the end of the partition is told; returns where it is.
    private static func end(_ queue: PartitionQueue) throws -> Int64 {
        try until("the end of the partition") {
            let batch = try queue.consume(maximum: 100, timeoutMilliseconds: 100)
            for index in 0..<batch.count { if case .endOfPartition(let offset) = batch[index] { return offset } }
            return nil
        }
    }

    @Test func `read on from what it has taken, a partition that another thread reads has no gap`() async throws {
        try await onOwnThread {
            let (mock, count) = (try MockFixture(), 4_000)
            try mock.fill(partition: 0, ["another's"])
            try mock.fill(partition: 1, (0..<count).map(String.init))
            let consumer = try mock.consumer()
            let queue = try consumer.partitionQueue(mock.partition(1))
            try consumer.assign([Self.place(mock, 1, 0)])
            let reading = Reading()
            Thread { reading.read(queue, to: Int64(count)) }.start()
            var (assignments, place): (Int, Int64) = (0, 0)
            let ended = try until(within: 60, "the end of the partition") { () -> Reading.Progress? in
                let progress = reading.progress.withLock { $0 }
                if progress.hasEnded { return progress }
                _ = consumer.poll(timeoutMilliseconds: 5)
                guard progress.taken > place + 200 else { return nil }
                try consumer.assign([Self.place(mock, 0, 0), Self.place(mock, 1, place)])
                // Known for a while: more has been taken by the next assignment.
                place = progress.taken
                reading.progress.withLock { $0.limit = place + 400 }
                assignments += 1
                return nil
            }
            #expect(ended.taken == Int64(count) && ended.gaps == 0 && ended.failures == [])
            #expect(assignments > 5 && ended.again > 0, "\(assignments) assignments, \(ended.again) records again")
        }
    }
}

/// A thread that reads one partition, as a shard does: each record once, and what comes again passed over.
private final class Reading: Sendable {
    struct Progress {
        var taken: Int64 = 0
        /// Reads no further, so that the assignments keep up.
        var limit: Int64 = 400
        var again = 0
        var gaps = 0
        var failures: [KafkaError] = []
        var hasEnded = false
    }
    let progress = Mutex(Progress())

    func read(_ queue: PartitionQueue, to end: Int64) {
        while progress.withLock({ $0.taken < end && $0.failures.isEmpty }) {
            guard progress.withLock({ $0.taken < $0.limit }) else { continue }
            do throws(KafkaError) {
                let batch = try queue.consume(maximum: 20, timeoutMilliseconds: 5)
                for index in 0..<batch.count { take(batch[index]) }
            } catch {
                progress.withLock { $0.failures.append(error) }
            }
        }
        progress.withLock { $0.hasEnded = true }
    }

    private func take(_ entry: RecordKind) {
        switch entry {
        case .record(let record):
            let offset = record.offset
            progress.withLock { progress in
                if offset < progress.taken {
                    progress.again += 1
                } else {
                    if offset > progress.taken { progress.gaps += 1 }
                    progress.taken = offset + 1
                }
            }
        case .endOfPartition: break
        case .failure(let error): progress.withLock { $0.failures.append(error) }
        }
    }
}
