import Foundation
import Scoring
import Testing
import WireFormat

@Suite struct EventEncoderTests {
    /// Decodes `json`, encodes the event, decodes that; returns the canonical text.
    static func roundTrip(_ json: [UInt8], as input: InputKind) throws -> String {
        let first = try DecodedRecord(json, as: input, maximumBytes: 1 << 20)
        let event = try #require(
            first.event, "\(String(decoding: json, as: UTF8.self)): \(String(describing: first.rejection))")
        var bytes = ContiguousArray<UInt8>()
        var encoder = EventEncoder()
        encoder.encode(event, in: first.buffer, into: &bytes)
        let second = try DecodedRecord(Array(bytes), as: event.body.input, maximumBytes: 1 << 20)
        let again = try #require(second.event, "\(String(describing: second.rejection))")
        #expect(EventText.of(again, second.buffer) == EventText.of(event, first.buffer))
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `an order is written with exact amounts`() throws {
        let json = Sample.order([
            "total": "29.3", "discount": "0.05", "cost": "0", "refund": "{\"amount\":1e1}", "channel": "\"网店\"",
            "shipping": "4.95", "coupon": "\"X\"",
        ])
        #expect(
            try Self.roundTrip(Array(json.utf8), as: .orders) == """
                {"order_id":"o-1","customer_id":"c-1","occurred_at":"2026-03-01T10:00:00.000Z","type":"completed",\
                "currency":"USD","total":29.30,"discount":0.05,"shipping":4.95,"cost":0.00,"refund":{"amount":10.00},"channel":"网店",\
                "coupon":"used"}
                """)
    }

    @Test(arguments: [
        ("JPY", "70368744177663"), ("USD", "703687441776.63"), ("KWD", "70368744177.663"), ("KWD", "0.001"),
    ])
    func `amounts have the places of their currency`(currency: String, total: String) throws {
        let json = Sample.order(["total": total, "currency": "\"\(currency)\""])
        #expect(try Self.roundTrip(Array(json.utf8), as: .orders).contains("\"total\":\(total)}"))
    }

    @Test func `a cancellation without currency stays without`() throws {
        let json = Sample.order(["type": "\"cancelled\"", "total": nil, "currency": nil])
        let text = try Self.roundTrip(Array(json.utf8), as: .orders)
        #expect(text.hasSuffix("\"type\":\"cancelled\"}"))
    }

    @Test func `browse, feedback and commands come back as they were`() throws {
        let browse = try Self.roundTrip(Array(Sample.browse(["dwell_ms": "41000"]).utf8), as: .browse)
        #expect(browse.hasSuffix("\"type\":\"product_viewed\",\"category\":\"music\",\"dwell_ms\":41000}"))
        let feedback = Sample.feedback(["score": "2", "scale_max": "3", "sentiment": "\"negative\""])
        #expect(
            try Self.roundTrip(Array(feedback.utf8), as: .feedback)
                .hasSuffix("\"type\":\"csat\",\"score\":66.67,\"scale_max\":100,\"sentiment\":\"negative\"}"))
        let nps = try Self.roundTrip(Array(Sample.feedback(["type": "\"nps\"", "score": "9"]).utf8), as: .feedback)
        #expect(nps.hasSuffix("\"type\":\"nps\",\"score\":9}"))
        #expect(try Self.roundTrip(Array(Sample.command().utf8), as: .commands).hasSuffix("\"type\":\"erase\"}"))
    }

    @Test func `lines and a rate are written as far as they were kept`() throws {
        let json = Sample.order([
            "items": #"[{"sku":"a","category":"music","quantity":2.5,"unit_price":1},{"unit_price":"0.125"}]"#,
            "exchange_rate": #"{"rate":7.25,"currency":"CNY"}"#,
        ])
        #expect(
            try Self.roundTrip(Array(json.utf8), as: .orders)
                .hasSuffix(
                    #""total":29.33,"exchange_rate":{"rate":"7.250000000","currency":"CNY"},"items":["#
                        + #"{"quantity":2.500,"unit_price":1.00,"category":"music"},"#
                        + #"{"quantity":1.000,"unit_price":0.13}]}"#))
    }

    @Test func `a command is written with all that it asks for`() throws {
        let pin = Sample.command([
            "type": "\"pin\"", "tier": "\"gold\"", "mode": "\"floor\"", "by": "\"anna\"", "until": "1772700000000",
            "reason": "\"a \\\"lost\\\" parcel\"",
        ])
        #expect(
            try Self.roundTrip(Array(pin.utf8), as: .commands)
                .hasSuffix(
                    #""type":"pin","tier":"gold","mode":"floor","until":"2026-03-05T08:40:00.000Z","by":"anna","#
                        + #""reason":"a \"lost\" parcel"}"#))
        let attribute = Sample.command([
            "type": "\"attribute\"", "set": #"{"b":"x","a":-1.50,"c":false}"#, "unset": #"["d","e"]"#,
            "remove_tags": #"["t"]"#,
        ])
        #expect(
            try Self.roundTrip(Array(attribute.utf8), as: .commands)
                .hasSuffix(#""set":{"b":"x","a":-1.50,"c":false},"unset":["d","e"],"remove_tags":["t"]}"#))
    }

    @Test func `every score survives`() throws {
        for units in UInt16(0)...10_000 {
            let json = Sample.feedback(["score": "\(Double(units) / 100)", "scale_max": "100"])
            let record = try DecodedRecord(json, as: .feedback)
            #expect(record.feedback?.score == units)
            guard units % 97 == 0 else { continue }
            _ = try Self.roundTrip(Array(json.utf8), as: .feedback)
        }
    }

    @Test func `a session is written where its id is given`() throws {
        var buffer = EventBuffer()
        let id = [UInt8]("s-\"1".utf8).withUnsafeBytes { buffer.append(text: $0) }
        let event = Event(
            time: .earliest, customer: id, customerHash: 1, id: id, idHash: 1,
            body: .browse(BrowseEvent(type: .searched, sessionHash: 5, dwellMilliseconds: 0)))
        var bytes = ContiguousArray<UInt8>()
        var encoder = EventEncoder()
        encoder.encode(event, in: buffer, session: id, into: &bytes)
        #expect(try DecodedRecord(Array(bytes), as: .browse).browse?.sessionHash == StableHash.of("s-\"1"))
    }
}
