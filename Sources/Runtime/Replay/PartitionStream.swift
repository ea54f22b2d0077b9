import KafkaClient
import Scoring
import ShardEngine
import WireFormat

/// One partition of an input topic up to an offset, decoded as a shard decodes it. Used by one thread at a time.
final class PartitionStream: EventStream {
    private let stream: InputStream
    private let stretch: CommittedReader.Stretch

    /// Records fetched at once.
    private static let portion = 500

    init(_ input: InputKind, _ source: any PartitionSource, _ stretch: CommittedReader.Stretch) {
        stream = InputStream(input, source, from: stretch.from)
        self.stretch = stretch
    }

    var input: InputKind { stream.input }
    var partition: Int32 { stretch.partition.partition }
    var name: String { "\(stretch.partition)" }
    var extent: (taken: Int, total: Int?) {
        (Int(min(stream.nextOffset, stretch.to) - stretch.from), Int(stretch.to - stretch.from))
    }

    func head(_ decoder: inout RecordDecoder) throws -> StreamHead {
        while true {
            switch stream.head() {
            case .event(let time): return isBeforeEnd ? .event(time) : .end
            case .rejected(let rejection): return isBeforeEnd ? .rejected(rejection) : .end
            case .unknown, .end:
                // The end of the partition tells of control records behind the last record.
                guard stream.nextOffset < stretch.to else { return .end }
                do throws(KafkaError) { _ = try stream.fill(&decoder, maximum: Self.portion) } catch {
                    throw ArchiveError.reading(error)
                }
            }
        }
    }

    @discardableResult
    func pass() -> Int64 {
        let offset = stream.headOffset ?? stream.nextOffset
        _ = stream.pass()
        return offset
    }

    func moveHead(to batch: inout Batch) { _ = stream.moveHead(to: &batch) }

    /// What was written since the end was looked up is not part of the history.
    private var isBeforeEnd: Bool { stream.headOffset.map { $0 < stretch.to } ?? false }
}
