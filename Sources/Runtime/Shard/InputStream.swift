import KafkaClient
import Scoring
import ShardEngine
import WireFormat

/// One input partition of a shard: fetches, decodes ahead, and hands out what comes next, in offset order.
///
/// Belongs to its shard's worker thread. Fetched records stay in memory until all of them are handed out and applied, so that a rejected one can be sent to the
/// dead letters byte for byte.
final class InputStream {
    /// What stands at the head of the stream.
    enum Head {
        /// Nothing is here, but the broker has more: wait for it.
        case unknown
        /// Nothing is here and nothing is on the broker.
        case end
        case event(EventTime)
        case rejected(Rejection)
    }

    private enum Item {
        case event(Int32)
        case rejected(Rejection)
        /// The end of the partition, at this offset: past trailing control records too.
        case end(Int64)
    }

    let input: InputKind
    let topicPartition: TopicPartition
    private let queue: PartitionQueue
    /// Fetched so far; a class cannot take a part of itself away, so it is replaced as a whole.
    private var records: RecordBatch?
    private var decoded = EventBuffer()
    private var items: ContiguousArray<Item> = []
    private var cursor = 0
    /// The position after the last record handed out.
    private(set) var nextOffset: Int64
    private var isAtEnd = false
    /// Offsets from here on are not handed out yet: the rebuild has come to what was committed.
    var barrier: Int64?
    /// Records and bytes fetched since the last reading, for metrics.
    private(set) var fetched = (records: 0, bytes: 0)

    init(_ input: InputKind, _ queue: PartitionQueue, from offset: Int64) {
        self.input = input
        self.queue = queue
        topicPartition = queue.topicPartition
        nextOffset = offset
    }

    /// Fetches and decodes when everything before has been handed out; returns whether anything came.
    func fill(_ decoder: inout RecordDecoder, maximum: Int) throws(KafkaError) -> Bool {
        guard cursor == items.count else { return false }
        items.removeAll(keepingCapacity: true)
        decoded.removeAll()
        cursor = 0
        records = nil
        let batch = try queue.consume(maximum: maximum, timeoutMilliseconds: 0)
        guard !batch.isEmpty else { return false }
        for index in 0..<batch.count { try take(batch[index], &decoder) }
        records = consume batch
        return true
    }

    private func take(_ entry: RecordKind, _ decoder: inout RecordDecoder) throws(KafkaError) {
        switch entry {
        case .record(let record):
            fetched.records += 1
            fetched.bytes += record.value?.count ?? 0
            do throws(Rejection) {
                try decoder.decode(record.value, key: record.key, as: input, into: &decoded)
                items.append(.event(Int32(truncatingIfNeeded: decoded.events.count - 1)))
            } catch {
                items.append(.rejected(error))
            }
        case .endOfPartition(let offset): items.append(.end(offset))
        case .failure(let error): throw error
        }
    }

    /// What comes next. Ends of the partition are passed on the way.
    func head() -> Head {
        while cursor < items.count {
            switch items[cursor] {
            case .end(let offset):
                isAtEnd = true
                nextOffset = max(nextOffset, offset)
                cursor += 1
                continue
            case .event(let index):
                if stopsAtBarrier() { return .end }
                isAtEnd = false
                return .event(decoded.events[Int(index)].time)
            case .rejected(let rejection):
                if stopsAtBarrier() { return .end }
                isAtEnd = false
                return .rejected(rejection)
            }
        }
        return isAtEnd || hasReachedBarrier ? .end : .unknown
    }

    /// Hands the head's event over to the batch; returns its place among the fetched records.
    func moveHead(to batch: inout Batch) -> Int {
        guard case .event(let index) = items[cursor] else { preconditionFailure("the head is not an event") }
        let place = pass()
        batch.append(decoded, Int(index), from: source(of: place))
        return place
    }

    /// Passes a rejected head; returns its place among the fetched records.
    func pass() -> Int {
        let place = cursor
        nextOffset = offset(of: place) + 1
        cursor += 1
        return place
    }

    /// Whether the rebuild has everything of this stream that was committed.
    var hasReachedBarrier: Bool { barrier.map { nextOffset >= $0 } ?? false }

    /// Whether the head lies at or beyond the barrier. Offsets in between belonged to control records.
    private func stopsAtBarrier() -> Bool {
        guard let barrier, offset(of: cursor) >= barrier else { return false }
        nextOffset = max(nextOffset, barrier)
        return true
    }

    /// The partition ends before the barrier: records that were worked on are gone.
    var endsBeforeBarrier: Bool { isAtEnd && isDrained && barrier.map { nextOffset < $0 } ?? false }

    /// Whether all that was fetched has been handed out.
    var isDrained: Bool { cursor == items.count }

    /// Timestamp of the next record that is here, milliseconds; nil when none is.
    var nextTimestamp: Int64? {
        guard cursor < items.count, case .record(let record)? = entry(cursor) else { return nil }
        return record.timestamp
    }

    func resetFetched() { fetched = (0, 0) }

    /// The record at a place, for the dead letters. Valid until the next `fill`.
    func entry(_ place: Int) -> RecordKind? {
        guard let count = records?.count, place < count else { return nil }
        return records?[place]
    }

    private func offset(of place: Int) -> Int64 {
        guard case .record(let record)? = entry(place) else { return nextOffset }
        return record.offset
    }

    func source(of place: Int) -> SourcePosition {
        guard case .record(let record)? = entry(place) else {
            return SourcePosition(input: input, partition: topicPartition.partition, offset: nextOffset, timestamp: -1)
        }
        return SourcePosition(
            input: input, partition: topicPartition.partition, offset: record.offset, timestamp: record.timestamp)
    }
}

extension Batch {
    /// Copies one event of another buffer, with its texts.
    mutating func append(_ other: borrowing EventBuffer, _ index: Int, from source: SourcePosition) {
        var event = other.events[index]
        other.text.withUnsafeBytes { text in
            event.customer = events.append(text: UnsafeRawBufferPointer(rebasing: text[event.customer.range]))
            event.id = events.append(text: UnsafeRawBufferPointer(rebasing: text[event.id.range]))
        }
        // Channels and categories wait for the measures that read them.
        switch event.body {
        case .order(var order):
            order.channel = .empty
            event.body = .order(order)
        case .browse(var browse):
            browse.category = .empty
            event.body = .browse(browse)
        case .feedback, .command: break
        }
        events.events.append(event)
        sources.append(source)
    }
}
