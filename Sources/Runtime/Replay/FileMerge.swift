import Scoring
import WireFormat

/// Merges event files by event time, as a shard merges its partitions: a rejected line comes at once, of several events
/// the earliest, at one instant the file named first.
struct FileMerge {
    let streams: [EventFileStream]

    enum Next {
        case event(EventFileStream, EventTime)
        case rejected(EventFileStream, Rejection)
    }

    /// Opens the files; their order should be that of `InputKind`.
    init(_ files: [EventFile]) throws(EventFileError) {
        guard files.count(where: \.isStandardInput) <= 1 else { throw .standardInputTwice }
        var opened: [EventFileStream] = []
        for file in files { opened.append(try EventFileStream(file)) }
        streams = opened
    }

    /// The stream whose head comes next; nil when all have ended.
    func next(_ decoder: inout RecordDecoder) throws(EventFileError) -> Next? {
        var best: (stream: Int, time: EventTime)?
        for index in streams.indices {
            switch try streams[index].head(&decoder) {
            case .end: continue
            case .rejected(let rejection): return .rejected(streams[index], rejection)
            case .event(let time): if best.map({ time < $0.time }) ?? true { best = (index, time) }
            }
        }
        return best.map { .event(streams[$0.stream], $0.time) }
    }

    /// Bytes taken from the files so far, and their sizes together; nil while one has no size.
    var bytes: (read: Int, total: Int?) {
        var total: Int? = 0
        for stream in streams { total = total.flatMap { sum in stream.size.map { sum + $0 } } }
        return (streams.reduce(0) { $0 + $1.position }, total)
    }
}
