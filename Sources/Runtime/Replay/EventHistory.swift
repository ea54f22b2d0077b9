import Scoring
import ShardEngine
import WireFormat

/// How a history comes to its batches. Either way, of several files the one whose next line has the earliest event time
/// gives the next line, and a batch is applied in order of event time.
package enum LineOrder: Sendable {
    /// A batch is as many lines as there may be: what stands too low comes where it belongs, unless a batch before has
    /// gone past it. So a shard does that catches up.
    case byEventTime
    /// A batch ends before a line that is earlier than the one before it: every line comes after those above it, and is
    /// late if one of them is later.
    case asArrived
}

/// Events of the past, once, in the order in which a shard takes them when it catches up: those of files, or those that
/// topics still hold. Used by one thread at a time.
package final class EventHistory {
    private let merge: EventMerge
    private let order: LineOrder
    private var decoder: RecordDecoder
    /// As arrived, what stands behind the first line that is too late to be asked about.
    private var isPast = false

    package convenience init(files: [EventFile], order: LineOrder = .byEventTime) throws {
        try self.init(EventFileStream.open(files), order: order, requiresKey: false)
    }

    /// - Parameters:
    ///   - requiresKey: whether a record without a key is rejected.
    ///   - maximumBytes: larger records are rejected.
    init(
        _ streams: [any EventStream], order: LineOrder = .byEventTime, requiresKey: Bool,
        maximumBytes: Int = RecordDecoder.defaultMaximumBytes
    ) throws {
        let decoder = try RecordDecoder(maximumBytes: maximumBytes, requiresKey: requiresKey)
        merge = EventMerge(streams)
        self.order = order
        self.decoder = decoder
    }

    /// How much has been read, 0…1; nil where that is not known.
    package var fraction: Double? { merge.fraction }

    /// Moves up to `limit` records into the batch, which must be empty.
    ///
    /// What happened later than `latest` is passed over, wherever it stands. As arrived, it ends the history: what stands
    /// behind it was not known then.
    ///
    /// - Parameter farthest: what claims to be later than this has a wrong clock, and ends nothing.
    /// - Returns: how many records were looked at; 0 at the end.
    func fill(
        _ batch: inout Batch, limit: Int, latest: EventTime = .never, farthest: EventTime = .never,
        rejected: (ReplayRejection) -> Void
    ) throws -> Int {
        var count = 0
        while count < limit, !isPast, let next = try merge.next(&decoder) {
            switch next {
            case .event(let index, let time):
                if order == .asArrived, isEarlier(time, index, than: batch) { return count }
                if order == .asArrived, time > latest, time <= farthest {
                    isPast = true
                } else if time > latest {
                    merge.streams[index].pass()
                } else {
                    merge.streams[index].moveHead(to: &batch)
                }
            case .rejected(let index, let rejection):
                let stream = merge.streams[index]
                rejected(ReplayRejection(source: stream.name, place: stream.pass(), rejection: rejection))
            }
            count += 1
        }
        return count
    }

    /// Whether the engine, which sorts a batch, would apply the event before the last one of the batch.
    private func isEarlier(_ time: EventTime, _ stream: Int, than batch: Batch) -> Bool {
        guard let last = batch.events.events.last, let source = batch.sources.last else { return false }
        let input = merge.streams[stream].input
        return time < last.time || time == last.time && input.rawValue < source.input.rawValue
    }

    /// What to call the stream that an event came from.
    func name(of source: SourcePosition) -> String {
        let stream = merge.streams.first { $0.input == source.input && $0.partition == source.partition }
        return stream?.name ?? source.input.defaultTopic
    }
}

/// A record that was not scored.
package struct ReplayRejection: Hashable, Sendable {
    /// The file's path or the partition.
    package var source: String
    /// The line's number, from 1, or the offset.
    package var place: Int64
    package var rejection: Rejection
}
