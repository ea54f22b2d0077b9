import Foundation
import Scoring
import TestSupport
import Testing
import WireFormat

@Suite struct DecoderFuzzTests {
    static let seeds: [(InputKind, [UInt8])] = {
        let lines = #"[{"sku":"a","category":"é\n","quantity":2.5,"unit_price":"1.25","n":[1,{"x":null}]},{"sku":7}]"#
        let orders = [
            Sample.order(),
            Sample.order(["refund": #"{"amount":"1.50","reason":"\u00e9\n"}"#, "channel": "\"网店\""]),
            Sample.order(["items": lines, "discount": "1.5e0", "cost": "\"3\""]),
            Sample.order(["exchange_rate": #"{"rate":"7.25","currency":"CNY"}"#, "coupon": "\"c\"", "shipping": "0"]),
        ]
        let browse = [
            Sample.browse(), Sample.browse(["dwell_ms": "41000", "sku": "\"a\\\\b\\\"c\"", "campaign": "null"]),
        ]
        let feedback = [
            Sample.feedback(), Sample.feedback(["type": "\"nps\"", "score": "9", "sentiment": "\"neutral\""]),
            Sample.feedback(["type": "\"referral\"", "referred_customer_id": "\"c-9\"", "converted": "true"]),
        ]
        let all: [(InputKind, [String])] = [
            (.orders, orders), (.browse, browse), (.feedback, feedback), (.commands, commands), (.browse, calls),
        ]
        return all.flatMap { input, records in records.map { (input, Array($0.utf8)) } }
    }()

    private static let commands = [
        Sample.command(["block_for": "\"30d\"", "reason": "\"\\u5e97\""]),
        Sample.command([
            "type": "\"pin\"", "tier": "\"gold\"", "mode": "\"floor\"", "by": "\"a\"", "until": "1772700000000",
        ]),
        Sample.command(["type": "\"merge\"", "merged_customer_id": "7"]),
        Sample.command([
            "type": "\"attribute\"", "set": #"{"a":"x\ty","b":-1.5e3,"c":true}"#, "unset": #"["d"]"#,
            "add_tags": #"["t","u\u0021"]"#, "remove_tags": "[]",
        ]),
    ]

    private static let calls = [
        Sample.track(
            "Order Completed",
            #"{"order_id":"o","total":27.499999999999996,"products":[{"product_id":1,"price":"3","quantity":"2"}]}"#),
        Sample.track(
            "Product Viewed", #"{"sku":"G\/3","category":"Games","campaign":{"name":"é"}}"#,
            ["context": #"{"campaign":{"name":"spring"},"sessionId":5}"#, "userId": "null", "anonymousId": "\"a-1\""]),
        Sample.track("Product Reviewed", #"{"rating":"4.5"}"#),
    ]

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
            let before = Fill(buffer)
            do throws(Rejection) {
                try decoder.decode(bytes, key: nil, as: input, into: &buffer)
                decoded += 1
                try Self.check(buffer, grewFrom: before.events)
            } catch {
                rejected[error.reason, default: 0] += 1
                #expect(Fill(buffer) == before)
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
        switch event.body {
        case .order(let order):
            #expect(order.total >= .zero && order.total <= .limit)
            #expect(order.refund ?? .zero >= .zero)
            #expect(order.items.count <= 16 && order.items.count <= order.itemCount)
            #expect(order.items.range.upperBound == buffer.items.count || order.items.count == 0)
        case .feedback(let feedback): #expect(feedback.score ?? 0 <= 10_000)
        case .command(let command):
            if case .attribute(let changes) = command.action {
                #expect(changes.count > 0 && changes.range.upperBound == buffer.attributes.count)
            }
        case .browse: break
        }
        // Every span stands in the buffer, and holds characters.
        #expect(!EventText.of(event, buffer).contains("\u{FFFD}"))
    }

    /// How full a buffer is.
    private struct Fill: Equatable {
        var events, text, items, attributes: Int

        init(_ buffer: EventBuffer) {
            events = buffer.events.count
            text = buffer.text.count
            items = buffer.items.count
            attributes = buffer.attributes.count
        }
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
