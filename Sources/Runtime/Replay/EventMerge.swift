import Scoring
import WireFormat

/// Merges streams by event time, as a shard merges its partitions: a rejected record comes at once, of several events the
/// earliest, at one instant that of the first stream.
struct EventMerge {
    let streams: [any EventStream]

    /// With the stream's place among `streams`.
    enum Next {
        case event(Int, EventTime)
        case rejected(Int, Rejection)
    }

    /// The order of the streams should be that of `InputKind`.
    init(_ streams: [any EventStream]) { self.streams = streams }

    /// What comes next; nil when all streams have ended.
    func next(_ decoder: inout RecordDecoder) throws -> Next? {
        var best: (stream: Int, time: EventTime)?
        for index in streams.indices {
            switch try streams[index].head(&decoder) {
            case .end: continue
            case .rejected(let rejection): return .rejected(index, rejection)
            case .event(let time): if best.map({ time < $0.time }) ?? true { best = (index, time) }
            }
        }
        return best.map { .event($0.stream, $0.time) }
    }

    /// How much has been taken of all, 0…1; nil while the end of one is not known.
    var fraction: Double? {
        var (taken, total) = (0, 0)
        for stream in streams {
            let extent = stream.extent
            guard let size = extent.total else { return nil }
            taken += extent.taken
            total += size
        }
        return Double(taken) / Double(max(total, 1))
    }
}
