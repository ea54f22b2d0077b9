import KafkaClient
import Scoring
import ShardEngine
import WireFormat

/// One input partition of a shard: fetches, decodes ahead, and hands out what comes next, in offset order.
///
/// Belongs to its shard's worker thread. Fetched records stay in memory until all of them are handed out and applied, so that
/// a rejected one can be sent to the dead letters byte for byte.
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
        /// Taken before, and read again.
        case stale
    }

    let input: InputKind
    let topicPartition: TopicPartition
    private let source: any PartitionSource
    /// Fetched so far; a class cannot take a part of itself away, so it is replaced as a whole.
    private var records: RecordBatch?
    private var decoded = EventBuffer()
    private var items: ContiguousArray<Item> = []
    /// Hashes of the fetched records; parallel to `items`.
    private var hashes: ContiguousArray<UInt64> = []
    private var cursor = 0
    /// The position after the last record handed out.
    private(set) var nextOffset: Int64
    /// The position after the last record taken from the source: the next one is at or after it.
    private(set) var fetchedTo: Int64
    private var isAtEnd = false
    /// Records handed out since the last `takeRange`, and where that ended.
    private var taken = TakenRecords()
    private(set) var rangeStart: Int64
    /// Records and bytes fetched since the last reading, for metrics.
    private(set) var fetched = (records: 0, bytes: 0)

    private struct TakenRecords {
        var count = 0
        var digest = RecordDigest()
    }

    init(_ input: InputKind, _ source: any PartitionSource, from offset: Int64) {
        self.input = input
        self.source = source
        topicPartition = source.topicPartition
        nextOffset = offset
        fetchedTo = offset
        rangeStart = offset
    }

    /// Fetches and decodes when everything before has been handed out; returns whether anything came.
    func fill(_ decoder: inout RecordDecoder, maximum: Int) throws(KafkaError) -> Bool {
        guard cursor == items.count else { return false }
        items.removeAll(keepingCapacity: true)
        hashes.removeAll(keepingCapacity: true)
        decoded.removeAll()
        cursor = 0
        records = nil
        let batch = try source.consume(maximum: maximum)
        guard !batch.isEmpty else { return false }
        for index in 0..<batch.count { try take(batch[index], &decoder) }
        records = consume batch
        return true
    }

    private func take(_ entry: RecordKind, _ decoder: inout RecordDecoder) throws(KafkaError) {
        switch entry {
        case .record(let record):
            // Whenever the assignment changes, the client begins a little before what it had given already: the same record
            // may be met twice, even in one batch.
            guard record.offset >= fetchedTo else {
                items.append(.stale)
                hashes.append(0)
                return
            }
            fetchedTo = record.offset + 1
            fetched.records += 1
            fetched.bytes += record.value?.count ?? 0
            hashes.append(RecordDigest.hash(key: record.key, value: record.value))
            do throws(Rejection) {
                try decoder.decode(record.value, key: record.key, as: input, into: &decoded)
                items.append(.event(Int32(truncatingIfNeeded: decoded.events.count - 1)))
            } catch {
                items.append(.rejected(error))
            }
        case .endOfPartition(let offset):
            items.append(.end(offset))
            hashes.append(0)
            fetchedTo = max(fetchedTo, offset)
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
            case .stale: cursor += 1
            case .event(let index):
                isAtEnd = false
                return .event(decoded.events[Int(index)].time)
            case .rejected(let rejection):
                isAtEnd = false
                return .rejected(rejection)
            }
        }
        return isAtEnd ? .end : .unknown
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
        let offset = offset(of: place)
        taken.count += 1
        taken.digest.fold(hashes[place], at: offset)
        nextOffset = offset + 1
        cursor += 1
        return place
    }

    /// What has been handed out since the last call: up to here, or up to `end` when a journal entry says so and only
    /// control records lie between.
    func takeRange(endingAt end: Int64? = nil) -> JournalEntry.InputRange {
        let end = end ?? nextOffset
        defer {
            taken = TakenRecords()
            rangeStart = end
        }
        return JournalEntry.InputRange(
            input: input, from: rangeStart, to: end, count: UInt32(taken.count), digest: taken.digest.value)
    }

    /// Whether the position has moved since the last `takeRange`.
    var hasMoved: Bool { nextOffset > rangeStart }

    // MARK: - Replaying

    /// How far a replay has come towards an offset.
    enum Approach {
        case reached
        /// More must be fetched.
        case waiting
        /// The partition ends before.
        case ended
    }

    /// Hands out everything before `offset`, rejected records passed over.
    func move(upTo offset: Int64, to batch: inout Batch) -> Approach {
        while nextOffset < offset {
            switch head() {
            case .unknown: return .waiting
            case .end: return nextOffset < offset ? .ended : .reached
            case .event, .rejected:
                // Offsets in between belonged to control records.
                guard self.offset(of: cursor) < offset else {
                    nextOffset = offset
                    return .reached
                }
                if case .event = items[cursor] { _ = moveHead(to: &batch) } else { _ = pass() }
            }
        }
        return .reached
    }

    /// Whether all that was fetched has been handed out.
    var isDrained: Bool { cursor == items.count }

    /// Offset of the record at the head; nil when none is here.
    var headOffset: Int64? {
        guard cursor < items.count, case .record(let record)? = entry(cursor) else { return nil }
        return record.offset
    }

    /// Timestamp of the next record that is here and was not taken before, milliseconds; nil when none is.
    var nextTimestamp: Int64? {
        let next = items[cursor...].firstIndex { item in
            switch item {
            case .event, .rejected: true
            case .end, .stale: false
            }
        }
        guard let next, case .record(let record)? = entry(next) else { return nil }
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
    /// Copies one event of another buffer, with its texts and lists.
    mutating func append(_ other: borrowing EventBuffer, _ index: Int, from source: SourcePosition) {
        events.append(index, of: other)
        sources.append(source)
    }
}
