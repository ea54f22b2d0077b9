import Scoring
import WireFormat

/// The lines of event files as they are, merged by event time, each with its customer id as the key.
///
/// A line that cannot be decoded comes with the key that its text seems to name.
package final class EventFileSource: RecordSource {
    private let streams: [EventFileStream]
    private let merge: EventMerge
    private let decoder: DecoderBox

    package init(_ files: [EventFile]) throws {
        streams = try EventFileStream.open(files)
        merge = EventMerge(streams)
        decoder = DecoderBox(try RecordDecoder(requiresKey: false))
    }

    package func next() throws -> FeedRecord? {
        switch try merge.next(&decoder.decoder) {
        case nil: return nil
        case .event(let index, let time):
            let stream = streams[index]
            defer { stream.pass() }
            return FeedRecord(stream.file.input, .event(time), key: stream.headCustomer, value: stream.headLine)
        case .rejected(let index, let rejection):
            let stream = streams[index]
            defer { stream.pass() }
            guard rejection.reason != .tooLarge else {
                return FeedRecord(stream.file.input, .tooLong, key: nil, value: [])
            }
            let line = stream.headLine
            return FeedRecord(stream.file.input, .undecodable, key: CustomerScan.find(in: line), value: line)
        }
    }
}

/// Gives a class's method the exclusive use of a decoder that cannot be copied.
private final class DecoderBox {
    var decoder: RecordDecoder
    init(_ decoder: consuming RecordDecoder) { self.decoder = decoder }
}

/// Finds the customer id in a text that is not a valid record.
enum CustomerScan {
    private static let name = Array("\"customer_id\"".utf8)
    private static let longestID = 256

    /// The first string or number behind `"customer_id":`, as it is written; nil if there is none that could be an id.
    static func find(in line: [UInt8]) -> [UInt8]? {
        guard let start = line.firstRange(of: name)?.upperBound else { return nil }
        let rest = line[start...].drop { $0 == UInt8(ascii: ":") || $0 == 0x20 }
        let id: ArraySlice<UInt8>
        if rest.first == UInt8(ascii: "\"") {
            let text = rest.dropFirst()
            guard let end = text.firstIndex(of: UInt8(ascii: "\"")) else { return nil }
            id = text[..<end]
        } else {
            id = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
        return id.isEmpty || id.count > longestID || id.contains(UInt8(ascii: "\\")) ? nil : Array(id)
    }
}
