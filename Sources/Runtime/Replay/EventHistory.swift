import Scoring
import ShardEngine
import WireFormat

/// Events of the past, once, in the order in which a shard takes them when it catches up: those of files, or those that
/// topics still hold. Used by one thread at a time.
package final class EventHistory {
    private let merge: EventMerge
    private var decoder: RecordDecoder

    package convenience init(files: [EventFile]) throws {
        try self.init(EventFileStream.open(files), requiresKey: false)
    }

    /// - Parameters:
    ///   - requiresKey: whether a record without a key is rejected.
    ///   - maximumBytes: larger records are rejected.
    init(
        _ streams: [any EventStream], requiresKey: Bool, maximumBytes: Int = RecordDecoder.defaultMaximumBytes
    ) throws {
        let decoder = try RecordDecoder(maximumBytes: maximumBytes, requiresKey: requiresKey)
        merge = EventMerge(streams)
        self.decoder = decoder
    }

    /// How much has been read, 0…1; nil where that is not known.
    package var fraction: Double? { merge.fraction }

    /// Moves up to `limit` records into the batch. What happened later than `latest` is passed over, wherever it stands.
    ///
    /// - Returns: how many records were looked at; 0 at the end.
    func fill(
        _ batch: inout Batch, limit: Int, latest: EventTime = .never, rejected: (ReplayRejection) -> Void
    ) throws -> Int {
        var count = 0
        while count < limit, let next = try merge.next(&decoder) {
            count += 1
            switch next {
            case .event(let index, let time):
                if time > latest { merge.streams[index].pass() } else { merge.streams[index].moveHead(to: &batch) }
            case .rejected(let index, let rejection):
                let stream = merge.streams[index]
                rejected(ReplayRejection(source: stream.name, place: stream.pass(), rejection: rejection))
            }
        }
        return count
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
