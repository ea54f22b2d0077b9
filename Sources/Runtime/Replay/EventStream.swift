import Scoring
import ShardEngine
import WireFormat

/// Events of one input in their order, decoded ahead: of a file, or of a topic's partition. Used by one thread at a time.
protocol EventStream: AnyObject {
    var input: InputKind { get }
    /// 0 for a file.
    var partition: Int32 { get }
    /// The file's path or the partition; for people.
    var name: String { get }
    /// How much has been taken and how much there is, in bytes or in offsets; nil where the end is not known.
    var extent: (taken: Int, total: Int?) { get }

    /// What comes next; reads, and waits for it, when everything before has been handed out.
    func head(_ decoder: inout RecordDecoder) throws -> StreamHead

    /// Passes the head; returns its line number or offset.
    @discardableResult func pass() -> Int64

    /// Hands the head's event over to the batch.
    func moveHead(to batch: inout Batch)
}

/// What stands at the head of a stream.
enum StreamHead {
    case end
    case event(EventTime)
    case rejected(Rejection)
}
