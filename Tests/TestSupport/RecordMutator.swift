/// Breaks records in the ways in which producers, proxies and attackers do.
package struct RecordMutator {
    package var random: SeededRandom

    package init(seed: UInt64) { random = SeededRandom(seed: seed) }

    private static let hostileValues = [
        "1e400", "-1e400", "1e-400", "-0", "0.0000000000000000000000000000001", "18446744073709551616",
        "99999999999999999999", "-9223372036854775809", "1.7976931348623159e308", "01", "1.", ".5", "+1", "NaN",
        "Infinity", "0x10", "1e",
        "--1", "null", "true", "false", "[]", "{}", "\"\"", "\"\\u0000\"", #""\ud800""#, #""\udfff\ud800""#, #""\u12""#,
        "\"\\x\"",
        "[[[[[[", "{\"amount\":{\"amount\":1}}", "{\"amount\":-1}", "\"2026-02-30T00:00:00Z\"",
        "\"9999-12-31T23:59:60+23:59\"",
        "nul", "tru", "\u{FEFF}1", "\"\u{202E}\"", "1 1", "1,", "\"a\" \"b\"", "\"a\"b",
    ]

    private mutating func position(in bytes: [UInt8]) -> Int {
        bytes.isEmpty ? 0 : Int(random.next() % UInt64(bytes.count))
    }

    /// One to three changes; `other` gives bytes to splice in.
    package mutating func mutate(_ record: [UInt8], with other: [UInt8]) -> [UInt8] {
        var bytes = record
        for _ in 0...(random.next() % 3) { bytes = mutateOnce(bytes, with: other) }
        return bytes
    }

    private mutating func mutateOnce(_ record: [UInt8], with other: [UInt8]) -> [UInt8] {
        var bytes = record
        guard !bytes.isEmpty else { return other }
        let place = position(in: bytes)
        switch random.next() % 8 {
        case 0: bytes[place] ^= 1 << UInt8(random.next() % 8)
        case 1: bytes.removeLast(bytes.count - place)
        case 2: bytes.replaceSubrange(place..., with: other.suffix(from: position(in: other)))
        case 3: bytes.insert(contentsOf: other.prefix(position(in: other)), at: place)
        case 4: bytes.remove(at: place)
        case 5: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
        case 6: bytes.insert(random.pick(Array("{}[]:,\"\\ \n\u{0}".utf8)), at: place)
        default: replaceValue(in: &bytes, near: place)
        }
        return bytes
    }

    /// Puts a hostile value behind a colon: a change of type, or a number at the edge.
    private mutating func replaceValue(in bytes: inout [UInt8], near place: Int) {
        guard let colon = bytes[place...].firstIndex(of: UInt8(ascii: ":")) else { return }
        let rest = bytes[(colon + 1)...]
        let end = rest.firstIndex { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "}") } ?? bytes.count
        bytes.replaceSubrange(colon + 1..<end, with: Array(random.pick(Self.hostileValues).utf8))
    }
}
