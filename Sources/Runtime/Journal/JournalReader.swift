import KafkaClient
import Synchronization

/// Reads one partition of the journal, committed records only, with a client of its own that joins no group.
///
/// One thread at a time.
package final class JournalReader: Sendable {
    private let client: CommittedClient
    private let partition: CommittedPartition
    /// Where the client is reading; nil before the first read.
    private let position = Mutex<Int64?>(nil)

    /// - Parameter patienceSeconds: Without anything new for this long, reading fails with a retriable error; the usual if nil.
    package init(
        _ partition: TopicPartition, settings: ClientSettings, patienceSeconds: Double? = nil
    ) throws(SettingsError) {
        client = try CommittedClient(
            settings: settings, groupID: "tierd-journal-reader",
            patienceSeconds: patienceSeconds ?? CommittedClient.usualPatienceSeconds)
        do {
            self.partition = try CommittedPartition(partition, of: client)
        } catch {
            preconditionFailure("the partition was found at the start: \(error)")
        }
    }

    /// Up to `maximum` records from `offset` on, none at or beyond `end`.
    package func read(from offset: Int64, to end: Int64, maximum: Int) throws(KafkaError) -> JournalRecords {
        if position.withLock({ $0 }) != offset {
            try client.consumer.assign([PartitionOffset(topicPartition: partition.topicPartition, offset: offset)])
        }
        var read = JournalRecords(records: [], next: offset)
        while read.records.count < maximum, read.next < end {
            let batch = try partition.consume(maximum: maximum - read.records.count)
            for index in 0..<batch.count { try take(batch[index], upTo: end, into: &read) }
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
}
