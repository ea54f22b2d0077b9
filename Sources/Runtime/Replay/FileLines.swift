import Glibc
import WireFormat

/// The lines of a file, unpacked on the way, a piece of the file at a time. Used by one thread at a time.
///
/// Blank lines are passed over. A line longer than the limit comes without its text.
package final class FileLines {
    package struct Line: Sendable {
        /// From 1.
        package var number: Int64
        /// Where it stands in the piece; nil where it was too long.
        fileprivate var range: Range<Int>?

        package var isTooLong: Bool { range == nil }
    }

    /// Those of the last piece, in their order.
    package private(set) var lines: ContiguousArray<Line> = []
    private let source: FileBytes
    private let maximumLineBytes: Int
    /// Bytes read: `0..<split` are in `lines`, `split..<held` are the beginning of the next line.
    private var buffer: ContiguousArray<UInt8>
    private var held = 0
    private var split = 0
    private var lineNumber: Int64 = 0
    private var isAtEnd = false
    /// The rest of a line that was too long is being passed over.
    private var isInsideLongLine = false

    private static let pieceBytes = 1 << 18

    package init(
        _ file: EventFile, maximumLineBytes: Int = RecordDecoder.defaultMaximumBytes
    ) throws(EventFileError) {
        self.maximumLineBytes = maximumLineBytes
        name = file.name
        source = try FileBytes(file)
        buffer = ContiguousArray(repeating: 0, count: Self.pieceBytes)
    }

    /// All lines of a file that fits in memory.
    package static func all(of file: EventFile) throws(EventFileError) -> [[UInt8]] {
        let reader = try FileLines(file)
        var found: [[UInt8]] = []
        while try reader.read() { found += reader.lines.map { reader.text(of: $0) } }
        return found
    }

    /// For people.
    package let name: String
    /// Bytes of the file, before unpacking; nil where it has no size.
    package var size: Int? { source.size }
    package var position: Int { source.position }

    /// Reads until there are lines; the former ones are gone. False at the end of the file.
    package func read() throws(EventFileError) -> Bool {
        lines.removeAll(keepingCapacity: true)
        while lines.isEmpty, !isAtEnd {
            makeRoom()
            let count = try readPiece()
            held += count
            if count == 0 { isAtEnd = true }
            splitLines()
        }
        return !lines.isEmpty
    }

    /// A line's bytes, valid inside `body`; none when it was too long.
    func withBytes<Value, Failure: Error>(
        of line: Line, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try buffer.withUnsafeBufferPointer { bytes throws(Failure) in
            try body(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[line.range ?? 0..<0])))
        }
    }

    /// A copy of a line; empty when it was too long.
    package func text(of line: Line) -> [UInt8] { line.range.map { Array(buffer[$0]) } ?? [] }

    private func readPiece() throws(EventFileError) -> Int {
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

    private func splitLines() {
        while let end = lineEnd() {
            lineNumber += isInsideLongLine ? 0 : 1
            if !isInsideLongLine, !isBlank(split..<end) {
                let isTooLong = end - split > maximumLineBytes
                lines.append(Line(number: lineNumber, range: isTooLong ? nil : split..<end))
            }
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
            lines.append(Line(number: lineNumber, range: nil))
        }
        isInsideLongLine = true
        split = held
    }

    private func isBlank(_ range: Range<Int>) -> Bool {
        buffer[range].allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    }
}
