import Foundation
import Scoring
import Testing
import WireFormat

/// Steele, Lea, Flood (2014): the same numbers from the same seed everywhere.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }
}

/// Breaks records in the ways in which producers, proxies and attackers do.
struct RecordMutator {
    var random: SplitMix64

    private static let hostileValues = [
        "1e400", "-1e400", "1e-400", "-0", "0.0000000000000000000000000000001", "18446744073709551616",
        "99999999999999999999",
        "-9223372036854775809", "1.7976931348623159e308", "01", "1.", ".5", "+1", "NaN", "Infinity", "0x10", "1e",
        "--1", "null",
        "true", "false", "[]", "{}", "\"\"", "\"\\u0000\"", #""\ud800""#, #""\udfff\ud800""#, #""\u12""#, "\"\\x\"",
        "[[[[[[",
        "{\"amount\":{\"amount\":1}}", "{\"amount\":-1}", "\"2026-02-30T00:00:00Z\"", "\"9999-12-31T23:59:60+23:59\"",
        "nul", "tru",
        "\u{FEFF}1", "\"\u{202E}\"", "1 1", "1,", "\"a\" \"b\"", "\"a\"b",
    ]

    mutating func pick<T>(_ values: [T]) -> T { values[Int(random.next() % UInt64(values.count))] }

    private mutating func position(in bytes: [UInt8]) -> Int {
        bytes.isEmpty ? 0 : Int(random.next() % UInt64(bytes.count))
    }

    mutating func mutate(_ record: [UInt8], with other: [UInt8]) -> [UInt8] {
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
        case 6: bytes.insert(pick(Array("{}[]:,\"\\ \n\u{0}".utf8)), at: place)
        default: replaceValue(in: &bytes, near: place)
        }
        return bytes
    }

    /// Puts a hostile value behind a colon: a change of type, or a number at the edge.
    private mutating func replaceValue(in bytes: inout [UInt8], near place: Int) {
        guard let colon = bytes[place...].firstIndex(of: UInt8(ascii: ":")) else { return }
        let rest = bytes[(colon + 1)...]
        let end = rest.firstIndex { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "}") } ?? bytes.count
        bytes.replaceSubrange(colon + 1..<end, with: Array(pick(Self.hostileValues).utf8))
    }
}

@Suite struct DecoderFuzzTests {
    static let seeds: [(InputKind, [UInt8])] = {
        let orders = [
            Sample.order(),
            Sample.order(["refund": #"{"amount":"1.50","reason":"\u00e9\n"}"#, "channel": "\"网店\""]),
            Sample.order(["items": "[{\"sku\":\"a\",\"n\":[1,2,{\"x\":null}]}]", "discount": "1.5e0", "cost": "\"3\""]),
        ]
        let browse = [
            Sample.browse(), Sample.browse(["dwell_ms": "41000", "sku": "\"a\\\\b\\\"c\"", "campaign": "null"]),
        ]
        let feedback = [
            Sample.feedback(), Sample.feedback(["type": "\"nps\"", "score": "9", "sentiment": "\"neutral\""]),
        ]
        return orders.map { (.orders, Array($0.utf8)) } + browse.map { (.browse, Array($0.utf8)) }
            + feedback.map { (.feedback, Array($0.utf8)) } + [(.commands, Array(Sample.command().utf8))]
    }()

    private static var recordCount: Int {
        ProcessInfo.processInfo.environment["TIERD_FUZZ_RECORDS"].flatMap { Int($0) } ?? 100_000
    }

    @Test func `every mutated record is decoded or rejected, never both and never neither`() throws {
        var mutator = RecordMutator(random: SplitMix64(seed: 0x7469_6572_64))
        var decoder = try RecordDecoder(maximumBytes: 2_048, requiresKey: false)
        var buffer = EventBuffer()
        var (decoded, rejected) = (0, [Rejection.Reason: Int]())
        for _ in 0..<Self.recordCount {
            let (input, seed) = mutator.pick(Self.seeds)
            let bytes = mutator.mutate(seed, with: mutator.pick(Self.seeds).1)
            if decoded % 1_000 == 999 { buffer.removeAll() }
            let (events, text) = (buffer.events.count, buffer.text.count)
            do throws(Rejection) {
                try decoder.decode(bytes, key: nil, as: input, into: &buffer)
                decoded += 1
                try Self.check(buffer, grewFrom: events)
            } catch {
                rejected[error.reason, default: 0] += 1
                #expect(buffer.events.count == events && buffer.text.count == text)
            }
        }
        #expect(decoded + rejected.values.reduce(0, +) == Self.recordCount)
        #expect(decoded > Self.recordCount / 50)
        #expect(rejected[.malformed, default: 0] > Self.recordCount / 50)
        #expect(rejected.count >= 10)
    }

    /// What every event keeps to, whatever the record was.
    private static func check(_ buffer: EventBuffer, grewFrom count: Int) throws(Rejection) {
        #expect(buffer.events.count == count + 1)
        let event = buffer.events[count]
        #expect(event.time >= .earliest && event.time < .outOfRange)
        #expect((1...256).contains(event.customer.length) && (1...256).contains(event.id.length))
        #expect(event.id.range.upperBound <= buffer.text.count)
        #expect(String(validating: buffer.text[event.customer.range], as: UTF8.self)?.contains("\0") == false)
        if case .order(let order) = event.body {
            #expect(order.total >= .zero && order.total <= .limit)
            #expect(order.refund ?? .zero >= .zero)
        }
        if case .feedback(let feedback) = event.body { #expect(feedback.score ?? 0 <= 10_000) }
    }

    /// JSONSerialization is an independent reader: what it refuses must not pass here, but for numbers that only a
    /// binary float has no room for.
    @Test func `what is decoded is JSON to Foundation as well`() throws {
        var mutator = RecordMutator(random: SplitMix64(seed: 42))
        var decoder = try RecordDecoder(maximumBytes: 2_048, requiresKey: false)
        var buffer = EventBuffer()
        var agreed = 0
        for _ in 0..<Self.recordCount / 10 {
            let (input, seed) = mutator.pick(Self.seeds)
            let bytes = mutator.mutate(seed, with: mutator.pick(Self.seeds).1)
            buffer.removeAll()
            if String(decoding: bytes, as: UTF8.self).contains(/[eE]\+?[34]0[08]/) { continue }
            do { try decoder.decode(bytes, key: nil, as: input, into: &buffer) } catch { continue }
            let object = try? JSONSerialization.jsonObject(with: Data(bytes))
            #expect(object is [String: Any], "\(String(decoding: bytes, as: UTF8.self))")
            agreed += 1
        }
        #expect(agreed > 100)
    }
}
