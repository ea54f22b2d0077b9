import KafkaClient

/// Something that an audit of the journal against the outputs found wrong.
package enum JournalFinding: Hashable, Sendable, CustomStringConvertible {
    case journal(shard: Int32, JournalProblem)
    /// None of a batch's outputs is there.
    case missing(shard: Int32, sequence: UInt64, count: Int)
    /// Some are there, some are not; `first` is the lowest index that is not.
    case torn(shard: Int32, sequence: UInt64, found: Int, of: Int, first: UInt32)
    /// All are there, but their keys and values are not what the entry says.
    case altered(shard: Int32, sequence: UInt64)
    case repeated(BatchStamp, at: RecordPlace)
    case reordered(BatchStamp, after: BatchStamp, at: RecordPlace)
    /// No entry of the journal has such an output.
    case extra(BatchStamp, at: RecordPlace)
    /// The record carries no stamp: something else has written it.
    case unstamped(at: RecordPlace)

    /// Where a record of an output topic lies.
    package struct RecordPlace: Hashable, Sendable, CustomStringConvertible {
        package var partition: TopicPartition
        package var offset: Int64

        package init(_ partition: TopicPartition, _ offset: Int64) {
            self.partition = partition
            self.offset = offset
        }

        package var description: String { "\(partition) offset \(offset)" }
    }

    /// For the counts of a summary.
    package enum Kind: String, CaseIterable, Sendable {
        case journal, missing, torn, altered, repeated, reordered, extra, unstamped
    }

    package var kind: Kind {
        switch self {
        case .journal: .journal
        case .missing: .missing
        case .torn: .torn
        case .altered: .altered
        case .repeated: .repeated
        case .reordered: .reordered
        case .extra: .extra
        case .unstamped: .unstamped
        }
    }

    package var description: String {
        switch self {
        case .journal(let shard, let problem): "shard \(shard): \(problem)"
        case .missing(let shard, let sequence, let count):
            "shard \(shard): all \(count) outputs of entry \(sequence) are missing"
        case .torn(let shard, let sequence, let found, let count, let first):
            "shard \(shard): entry \(sequence) gave \(count) outputs, \(found) are there; the first that is missing has index \(first)"
        case .altered(let shard, let sequence):
            "shard \(shard): the outputs of entry \(sequence) are not the bytes that it was written with"
        case .repeated(let stamp, let place): "output \(stamp) is there again at \(place)"
        case .reordered(let stamp, let last, let place): "output \(stamp) at \(place) comes after \(last)"
        case .extra(let stamp, let place): "output \(stamp) at \(place) belongs to no entry of the journal"
        case .unstamped(let place):
            "the record at \(place) carries no \(EncodedBatch.header) header: something other than tierd wrote it"
        }
    }
}
