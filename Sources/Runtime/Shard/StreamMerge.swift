import KafkaClient
import Scoring
import ShardEngine
import WireFormat

/// Which record of which stream; valid until the stream is filled again.
struct RecordPlace {
    var stream: Int
    var place: Int
}

/// Merges a shard's input partitions into batches by event time.
///
/// A batch never runs ahead of a partition that still has records on the broker, so that catching up on a backlog meets
/// the events in the order in which live traffic would have; it never waits for what is not there yet.
struct StreamMerge {
    let streams: [InputStream]
    var batch = Batch()
    /// Events of the batch per stream.
    private(set) var counts: [Int]
    /// Where each event of the batch was fetched; parallel to `batch.sources`.
    private(set) var places: [RecordPlace] = []

    init(_ streams: [InputStream]) {
        self.streams = streams
        counts = Array(repeating: 0, count: streams.count)
    }

    /// Fetches for every stream that has run dry; returns whether anything came.
    func fill(_ decoder: inout RecordDecoder, maximum: Int) throws(KafkaError) -> Bool {
        var came = false
        for stream in streams where try stream.fill(&decoder, maximum: maximum) { came = true }
        return came
    }

    /// Moves up to `limit` records into the batch; returns those that were rejected when decoded.
    mutating func buildBatch(limit: Int) -> [(rejection: Rejection, place: RecordPlace)] {
        batch.removeAll()
        places.removeAll(keepingCapacity: true)
        for index in counts.indices { counts[index] = 0 }
        var rejected: [(rejection: Rejection, place: RecordPlace)] = []
        while batch.count + rejected.count < limit {
            guard let first = earliest(&rejected) else { break }
            places.append(RecordPlace(stream: first, place: streams[first].moveHead(to: &batch)))
            counts[first] += 1
        }
        return rejected
    }

    /// The stream whose head is the earliest event; nil when a stream must be waited for or none has any.
    private func earliest(_ rejected: inout [(rejection: Rejection, place: RecordPlace)]) -> Int? {
        var best: (stream: Int, time: EventTime)?
        for index in 0..<streams.count {
            scan: while true {
                switch streams[index].head() {
                case .unknown: return nil
                case .end: break scan
                case .rejected(let rejection):
                    rejected.append((rejection, RecordPlace(stream: index, place: streams[index].pass())))
                case .event(let time):
                    if best.map({ time < $0.time }) ?? true { best = (index, time) }
                    break scan
                }
            }
        }
        return best?.stream
    }

    // MARK: - Positions

    /// Every stream is at the end of its partition and handed out.
    var isIdle: Bool { streams.allSatisfy { if case .end = $0.head() { true } else { false } } }

    /// Whether some position lies beyond the last range that was taken: past control records, when no record came.
    var hasMoved: Bool { streams.contains(where: \.hasMoved) }

    /// What has been handed out since the last call; of inputs that did not move only when `all` are wanted.
    func takeRanges(all: Bool) -> [JournalEntry.InputRange] {
        streams.filter { all || $0.hasMoved }.map { $0.takeRange() }
    }

    /// The positions to commit, each with the place in the journal beside it.
    func positions(_ metadata: String) -> [PartitionOffset] {
        streams.map {
            PartitionOffset(topicPartition: $0.topicPartition, offset: $0.nextOffset, metadata: metadata)
        }
    }

    /// How far each partition has been taken from the client, handed out or not.
    var fetched: [PartitionOffset] {
        streams.map { PartitionOffset(topicPartition: $0.topicPartition, offset: $0.fetchedTo) }
    }

    /// Timestamps of the next records that wait here, per topic; nothing for streams that are worked off.
    func waitingSince() -> [String: Int64] {
        var waiting: [String: Int64] = [:]
        for stream in streams {
            if let timestamp = stream.nextTimestamp { waiting[stream.topicPartition.topic] = timestamp }
        }
        return waiting
    }

    func topic(of place: RecordPlace) -> String { streams[place.stream].topicPartition.topic }

    /// The rejected record with the explanation; nil once its memory is gone.
    func deadLetter(for rejection: Rejection, _ place: RecordPlace) -> DeadLetter? {
        let stream = streams[place.stream]
        guard case .record(let record)? = stream.entry(place.place) else { return nil }
        return DeadLetter(
            rejection, at: stream.source(of: place.place), topic: stream.topicPartition.topic, key: record.key,
            value: record.value, headers: record.headers.map { WireFormat.RecordHeader($0.name, $0.value) })
    }
}
