import Scoring
import ShardEngine
import WireFormat

/// One file of events: reads and decodes ahead, and hands out its lines in their order. Used by one thread at a time.
///
/// A line longer than the limit is handed out as rejected, without its text.
final class EventFileStream: EventStream {
    private enum Content {
        case event(Int32)
        case rejected(Rejection)
    }

    let file: EventFile
    private let reader: FileLines
    /// What the reader's lines are; parallel to them.
    private var contents: ContiguousArray<Content> = []
    private var decoded = EventBuffer()
    private var cursor = 0

    init(_ file: EventFile, maximumLineBytes: Int = RecordDecoder.defaultMaximumBytes) throws(EventFileError) {
        self.file = file
        reader = try FileLines(file, maximumLineBytes: maximumLineBytes)
    }

    /// Opens the files in the order of their inputs.
    static func open(_ files: [EventFile]) throws(EventFileError) -> [EventFileStream] {
        guard files.count(where: \.isStandardInput) <= 1 else { throw .standardInputTwice }
        var opened: [EventFileStream] = []
        for file in files.sorted(by: { $0.input.rawValue < $1.input.rawValue }) {
            opened.append(try EventFileStream(file))
        }
        return opened
    }

    var input: InputKind { file.input }
    var partition: Int32 { 0 }
    var name: String { file.path }
    var extent: (taken: Int, total: Int?) { (reader.position, reader.size) }

    func head(_ decoder: inout RecordDecoder) throws -> StreamHead {
        if cursor == contents.count { try fill(&decoder) }
        guard cursor < contents.count else { return .end }
        switch contents[cursor] {
        case .event(let index): return .event(decoded.events[Int(index)].time)
        case .rejected(let rejection): return .rejected(rejection)
        }
    }

    @discardableResult
    func pass() -> Int64 {
        cursor += 1
        return reader.lines[cursor - 1].number
    }

    /// The line's number stands for the offset.
    func moveHead(to batch: inout Batch) {
        guard case .event(let index) = contents[cursor] else { preconditionFailure("the head is not an event") }
        let number = reader.lines[cursor].number
        let source = SourcePosition(input: file.input, partition: partition, offset: number, timestamp: -1)
        batch.append(decoded, Int(index), from: source)
        pass()
    }

    /// A copy of the head's line; empty when it was too long.
    var headLine: [UInt8] { reader.text(of: reader.lines[cursor]) }

    /// The customer id of the head's event; nil when it was rejected.
    var headCustomer: [UInt8]? {
        guard case .event(let index) = contents[cursor] else { return nil }
        return Array(decoded.text[decoded.events[Int(index)].customer.range])
    }

    private func fill(_ decoder: inout RecordDecoder) throws(EventFileError) {
        contents.removeAll(keepingCapacity: true)
        decoded.removeAll()
        cursor = 0
        guard try reader.read() else { return }
        for line in reader.lines { contents.append(content(of: line, &decoder)) }
    }

    private func content(of line: FileLines.Line, _ decoder: inout RecordDecoder) -> Content {
        guard !line.isTooLong else { return .rejected(Rejection(.tooLarge)) }
        do throws(Rejection) {
            try reader.withBytes(of: line) { bytes throws(Rejection) in
                try decoder.decode(bytes, key: nil, as: file.input, into: &decoded)
            }
            return .event(Int32(truncatingIfNeeded: decoded.events.count - 1))
        } catch {
            return .rejected(error)
        }
    }
}
