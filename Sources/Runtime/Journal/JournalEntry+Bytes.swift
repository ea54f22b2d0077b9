import Scoring
import ShardEngine

/// Why a journal record cannot be read.
package enum JournalFormatError: Error, Hashable, Sendable, CustomStringConvertible {
    case notAnEntry
    case unknownVersion(UInt8)
    case truncated
    case corrupt
    case invalid(String)

    package var description: String {
        switch self {
        case .notAnEntry: "the record is not a journal entry of tierd; is another program writing to this topic?"
        case .unknownVersion(let version):
            "the entry has format version \(version), this tierd reads up to \(JournalEntry.formatVersion); run the newer tierd that wrote it"
        case .truncated: "the entry is cut short"
        case .corrupt: "the entry's checksum does not match its bytes"
        case .invalid(let what): "the entry says something impossible: \(what)"
        }
    }
}

extension JournalEntry {
    /// The newest that is read. An entry is written in the oldest that can say what it says.
    package static let formatVersion: UInt8 = 2
    private static let magic: [UInt8] = [0x54, 0x4a]
    /// Stands for "no instant".
    private static let none = Int64.min
    private static let maximumRanges = InputKind.allCases.count

    private var formatVersion: UInt8 { retierLimit > 0 || policy != nil ? 2 : 1 }

    /// The form in the topic.
    package var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.append(contentsOf: Self.magic)
        writer.append(formatVersion)
        writer.append(UInt8(ranges.count))
        writer.append(engineVersion)
        writer.append(sequence)
        writer.append(previousDigest)
        for word in policyHash.bigEndianWords { writer.append(word.byteSwapped) }
        writer.append(wallClock.milliseconds)
        writer.append(tick?.milliseconds ?? Self.none)
        writer.append(clock?.milliseconds ?? Self.none)
        writer.append(deadlineLimit)
        writer.append(recordBytes)
        for range in ranges {
            writer.append(range.input.rawValue)
            writer.append(range.from)
            writer.append(range.to)
            writer.append(range.count)
            writer.append(range.digest)
        }
        writer.append(stateDigest)
        writer.append(outputCount)
        writer.append(deadLetterCount)
        writer.append(outputDigest)
        if formatVersion > 1 { writeRetiering(&writer) }
        writer.append(writer.bytes.withUnsafeBytes(CRC32C.of))
        return writer.bytes
    }

    private func writeRetiering(_ writer: inout ByteWriter) {
        writer.append(retierLimit)
        let text = Array((policy?.text ?? "").utf8)
        writer.append(policy?.activation.mode.rawValue ?? 0)
        writer.append(policy?.activation.keepsTierFor.milliseconds ?? 0)
        writer.append(UInt32(text.count))
        writer.append(contentsOf: text)
    }

    /// What the next entry carries as `previousDigest`.
    package var digest: UInt64 { Self.digest(of: bytes) }

    package static func digest(of bytes: [UInt8]) -> UInt64 { bytes.withUnsafeBytes(StableHash.of) }

    package var position: JournalPosition { JournalPosition(sequence: sequence, digest: digest) }

    package init(bytes: [UInt8]) throws(JournalFormatError) {
        guard bytes.count > 4, bytes[0] == Self.magic[0], bytes[1] == Self.magic[1] else { throw .notAnEntry }
        guard (1...Self.formatVersion).contains(bytes[2]) else { throw .unknownVersion(bytes[2]) }
        guard bytes.count >= 8 else { throw .truncated }
        var reader = ByteReader(bytes[...], from: 3)
        let rangeCount = Int(try reader.byte())
        guard rangeCount <= Self.maximumRanges else { throw .invalid("\(rangeCount) inputs") }
        engineVersion = try reader.number()
        sequence = try reader.number()
        previousDigest = try reader.number()
        var words: [UInt64] = []
        for _ in 0..<4 { words.append((try reader.number() as UInt64).byteSwapped) }
        policyHash = PolicyHash(bigEndianWords: words)
        wallClock = EventTime(milliseconds: try reader.number())
        tick = Self.instant(try reader.number())
        clock = Self.instant(try reader.number())
        deadlineLimit = try reader.number()
        recordBytes = try reader.number()
        ranges = []
        for _ in 0..<rangeCount { ranges.append(try Self.range(&reader)) }
        stateDigest = try reader.number()
        outputCount = try reader.number()
        deadLetterCount = try reader.number()
        outputDigest = try reader.number()
        if bytes[2] > 1 {
            retierLimit = try reader.number()
            policy = try Self.policy(&reader)
        }
        let stored: UInt32 = try reader.number()
        guard reader.isAtEnd else { throw .invalid("bytes after its end") }
        guard bytes.dropLast(4).withUnsafeBytes(CRC32C.of) == stored else { throw .corrupt }
        try checkLimits()
    }

    /// Nil where the text is empty.
    private static func policy(_ reader: inout ByteReader) throws(JournalFormatError) -> PolicySection? {
        guard let mode = Activation.Mode(rawValue: try reader.byte()) else { throw .invalid("an unknown mode") }
        let keepsTierFor: Int64 = try reader.number()
        guard (0...longestKeeping).contains(keepsTierFor) else { throw .invalid("a tier kept out of all reason") }
        let bytes = try reader.bytes(Int(try reader.number() as UInt32))
        guard !bytes.isEmpty else { return nil }
        guard bytes.count <= KeptPolicy.longestText, let text = String(validating: bytes, as: UTF8.self) else {
            throw .invalid("a policy that is no text, or too long")
        }
        return PolicySection(
            text: text, activation: Activation(mode: mode, keepsTierFor: TimeSpan(milliseconds: keepsTierFor)))
    }

    /// Milliseconds: a century and more.
    private static let longestKeeping: Int64 = 1 << 42

    /// A checksum is no defence against whoever can write to the topic: no number may be too large to be worked with.
    private func checkLimits() throws(JournalFormatError) {
        guard sequence < UInt64(Int64.max) else { throw .invalid("sequence \(sequence)") }
        let largest = UInt32(Int32.max)
        guard max(outputCount, deadLetterCount) <= largest, ranges.allSatisfy({ $0.count <= largest }) else {
            throw .invalid("more records than a batch can have")
        }
        guard wallClock.milliseconds.magnitude < 1 << 56 else { throw .invalid("a host's clock out of all reason") }
        for time in [tick, clock].compactMap({ $0 }) where time < .earliest || time >= .outOfRange {
            throw .invalid("a clock at \(time.milliseconds)")
        }
    }

    private static func range(_ reader: inout ByteReader) throws(JournalFormatError) -> InputRange {
        guard let input = InputKind(rawValue: try reader.byte()) else { throw .invalid("an unknown input") }
        let range = InputRange(
            input: input, from: try reader.number(), to: try reader.number(), count: try reader.number(),
            digest: try reader.number())
        guard range.from >= 0, range.to >= range.from else { throw .invalid("a range that ends before it begins") }
        return range
    }

    private static func instant(_ milliseconds: Int64) -> EventTime? {
        milliseconds == none ? nil : EventTime(milliseconds: milliseconds)
    }
}

/// Appends numbers in little-endian order.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func append<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(contentsOf more: [UInt8]) { bytes.append(contentsOf: more) }
}

/// Takes little-endian numbers from the front of some bytes; running out is an error, never a trap.
struct ByteReader {
    private let source: ArraySlice<UInt8>
    private var cursor: Int

    init(_ source: ArraySlice<UInt8>, from start: Int) {
        self.source = source
        cursor = source.startIndex + start
    }

    var isAtEnd: Bool { cursor == source.endIndex }

    mutating func byte() throws(JournalFormatError) -> UInt8 { try number() }

    mutating func bytes(_ count: Int) throws(JournalFormatError) -> ArraySlice<UInt8> {
        guard source.endIndex - cursor >= count else { throw .truncated }
        defer { cursor += count }
        return source[cursor..<cursor + count]
    }

    mutating func number<Number: FixedWidthInteger>() throws(JournalFormatError) -> Number {
        let size = MemoryLayout<Number>.size
        guard source.endIndex - cursor >= size else { throw .truncated }
        var number = Number.zero
        for index in 0..<size { number |= Number(truncatingIfNeeded: source[cursor + index]) << Number(8 * index) }
        cursor += size
        return number
    }
}
