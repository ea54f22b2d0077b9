import Foundation
import Scoring
import TestSupport
import Testing
import WireFormat

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
        var mutator = RecordMutator(seed: 0x7469_6572_64)
        var decoder = try RecordDecoder(maximumBytes: 2_048, requiresKey: false)
        var buffer = EventBuffer()
        var (decoded, rejected) = (0, [Rejection.Reason: Int]())
        for _ in 0..<Self.recordCount {
            let (input, seed) = mutator.random.pick(Self.seeds)
            let bytes = mutator.mutate(seed, with: mutator.random.pick(Self.seeds).1)
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
        var mutator = RecordMutator(seed: 42)
        var decoder = try RecordDecoder(maximumBytes: 2_048, requiresKey: false)
        var buffer = EventBuffer()
        var agreed = 0
        for _ in 0..<Self.recordCount / 10 {
            let (input, seed) = mutator.random.pick(Self.seeds)
            let bytes = mutator.mutate(seed, with: mutator.random.pick(Self.seeds).1)
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
