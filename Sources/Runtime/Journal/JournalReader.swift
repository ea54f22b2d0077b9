import KafkaClient
import Synchronization

/// Reads one partition of the journal, committed records only, with a client of its own that joins no group.
///
/// One thread at a time.
package final class JournalReader: Sendable {
    private let partition: TopicPartition
    private let consumer: Consumer
    private let queue: PartitionQueue
    /// Where the client is reading; nil before the first read.
    private let position = Mutex<Int64?>(nil)

    /// Without anything new for this long, reading fails with a retriable error.
    private static let patienceSeconds = 30.0
    private static let pollMilliseconds: Int32 = 200

    package init(_ partition: TopicPartition, settings: ClientSettings) throws(SettingsError) {
        self.partition = partition
        consumer = try Consumer(settings: settings, groupID: "tierd-journal-reader")
        do {
            queue = try consumer.partitionQueue(partition)
        } catch {
            preconditionFailure("the partition was found at the start: \(error)")
        }
    }

    /// Up to `maximum` records from `offset` on, none at or beyond `end`.
    package func read(from offset: Int64, to end: Int64, maximum: Int) throws(KafkaError) -> JournalRecords {
        if position.withLock({ $0 }) != offset {
            try consumer.assign([PartitionOffset(topicPartition: partition, offset: offset)])
        }
        var read = JournalRecords(records: [], next: offset)
        var lastProgress = SteadyClock.now
        while read.records.count < maximum, read.next < end {
            while case .log = consumer.poll(timeoutMilliseconds: 0) {}
            let batch = try queue.consume(
                maximum: maximum - read.records.count, timeoutMilliseconds: Self.pollMilliseconds)
            for index in 0..<batch.count { try take(batch[index], upTo: end, into: &read) }
            if !batch.isEmpty { lastProgress = SteadyClock.now }
            guard SteadyClock.now - lastProgress < Self.patienceSeconds else { throw Self.stalled(partition) }
        }
        position.withLock { $0 = read.next < end ? read.next : nil }
        return read
    }

    private func take(_ kind: RecordKind, upTo end: Int64, into read: inout JournalRecords) throws(KafkaError) {
        switch kind {
        case .failure(let error): throw error
        // Past trailing control records, and past nothing that was there when the end was asked for.
        case .endOfPartition(let offset): read.next = max(read.next, min(offset, end))
        case .record(let record):
            // An earlier assignment may have left some behind.
            guard record.offset >= read.next else { return }
            guard record.offset < end else {
                read.next = end
                return
            }
            read.records.append(
                JournalRecords.Record(offset: record.offset, value: record.value.map { Array($0) } ?? []))
            read.next = record.offset + 1
        }
    }

    private static func stalled(_ partition: TopicPartition) -> KafkaError {
        KafkaError(
            code: KafkaError.Code.timedOut, name: "_TIMED_OUT",
            message: "\(partition) gave nothing for \(Int(patienceSeconds)) s", isRetriable: true)
    }
}
