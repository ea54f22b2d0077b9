import Glibc
import Scoring
import ShardEngine
import WireFormat

/// One file of events: reads and decodes ahead, and hands out its lines in their order. Used by one thread at a time.
///
/// Blank lines are passed over. A line longer than the limit is handed out as rejected, without its text.
final class EventFileStream {
    /// What stands at the head of the stream.
    enum Head {
        case end
        case event(EventTime)
        case rejected(Rejection)
    }

    private struct Line {
        /// From 1.
        var number: Int64
        var range: Range<Int>
        var content: Content

        enum Content {
            case event(Int32)
            case rejected(Rejection)
        }
    }

    let file: EventFile
    private let source: FileBytes
    private let maximumLineBytes: Int
    /// Bytes read: `0..<split` are in `lines`, `split..<held` are the beginning of the next line.
    private var buffer: ContiguousArray<UInt8>
    private var held = 0
    private var split = 0
    private var lines: ContiguousArray<Line> = []
    private var decoded = EventBuffer()
    private var cursor = 0
    private var lineNumber: Int64 = 0
    private var isAtEnd = false
    /// The rest of a line that was too long is being passed over.
    private var isInsideLongLine = false

    private static let pieceBytes = 1 << 18

    init(_ file: EventFile, maximumLineBytes: Int = RecordDecoder.defaultMaximumBytes) throws(EventFileError) {
        self.file = file
        self.maximumLineBytes = maximumLineBytes
        source = try FileBytes(file)
        buffer = ContiguousArray(repeating: 0, count: Self.pieceBytes)
    }

    /// Bytes of the file, before unpacking; nil where it has no size.
    var size: Int? { source.size }
    var position: Int { source.position }

    /// What comes next; reads when everything before has been handed out.
    func head(_ decoder: inout RecordDecoder) throws(EventFileError) -> Head {
        if cursor == lines.count { try fill(&decoder) }
        guard cursor < lines.count else { return .end }
        switch lines[cursor].content {
        case .event(let index): return .event(decoded.events[Int(index)].time)
        case .rejected(let rejection): return .rejected(rejection)
        }
    }

    /// Passes the head; returns its line number.
    @discardableResult
    func pass() -> Int64 {
        cursor += 1
        return lines[cursor - 1].number
    }

    /// Hands the head's event over to the batch, its line number as the offset.
    func moveHead(to batch: inout Batch) {
        guard case .event(let index) = lines[cursor].content else { preconditionFailure("the head is not an event") }
        let source = SourcePosition(input: file.input, partition: 0, offset: lines[cursor].number, timestamp: -1)
        batch.append(decoded, Int(index), from: source)
        pass()
    }

    /// A copy of the head's line; empty when it was too long.
    var headLine: [UInt8] { Array(buffer[lines[cursor].range]) }

    /// The customer id of the head's event; nil when it was rejected.
    var headCustomer: [UInt8]? {
        guard case .event(let index) = lines[cursor].content else { return nil }
        return Array(decoded.text[decoded.events[Int(index)].customer.range])
    }

    // MARK: - Reading

    private func fill(_ decoder: inout RecordDecoder) throws(EventFileError) {
        lines.removeAll(keepingCapacity: true)
        decoded.removeAll()
        cursor = 0
        while lines.isEmpty, !isAtEnd {
            makeRoom()
            let count = try read()
            held += count
            if count == 0 { isAtEnd = true }
            splitLines(&decoder)
        }
    }

    private func read() throws(EventFileError) -> Int {
        try buffer.withUnsafeMutableBufferPointer { bytes throws(EventFileError) in
            try source.read(into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: bytes[held...])))
        }
    }

    /// Moves the beginning of the next line to the front, and grows for a line that fills the buffer.
    private func makeRoom() {
        if split > 0 {
            buffer.withUnsafeMutableBytes { bytes in
                _ = memmove(bytes.baseAddress!, bytes.baseAddress! + split, held - split)
            }
            held -= split
            split = 0
        }
        if held == buffer.count { buffer.append(contentsOf: repeatElement(0, count: buffer.count)) }
    }

    private func splitLines(_ decoder: inout RecordDecoder) {
        while let end = lineEnd() {
            lineNumber += isInsideLongLine ? 0 : 1
            if !isInsideLongLine { take(split..<end, &decoder) }
            isInsideLongLine = false
            split = min(end + 1, held)
        }
        if held - split > maximumLineBytes || isInsideLongLine { cutLongLine() }
    }

    /// Where the next line ends: at its line feed, or at the end of the file.
    private func lineEnd() -> Int? {
        guard split < held else { return nil }
        let found: Int? = buffer.withUnsafeBytes { bytes in
            let start = bytes.baseAddress! + split
            guard let feed = memchr(start, 0x0A, held - split) else { return nil }
            return split + (UnsafeRawPointer(feed) - start)
        }
        return found ?? (isAtEnd ? held : nil)
    }

    private func cutLongLine() {
        if !isInsideLongLine {
            lineNumber += 1
            lines.append(Line(number: lineNumber, range: 0..<0, content: .rejected(Rejection(.tooLarge))))
        }
        isInsideLongLine = true
        split = held
    }

    private func take(_ range: Range<Int>, _ decoder: inout RecordDecoder) {
        guard !isBlank(range) else { return }
        do throws(Rejection) {
            try buffer.withUnsafeBufferPointer { bytes throws(Rejection) in
                let line = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[range]))
                try decoder.decode(line, key: nil, as: file.input, into: &decoded)
            }
            let index = Int32(truncatingIfNeeded: decoded.events.count - 1)
            lines.append(Line(number: lineNumber, range: range, content: .event(index)))
        } catch {
            lines.append(Line(number: lineNumber, range: range, content: .rejected(error)))
        }
    }

    private func isBlank(_ range: Range<Int>) -> Bool {
        buffer[range].allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    }
}
