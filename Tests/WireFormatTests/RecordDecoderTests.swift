import Scoring
import Testing
import WireFormat

@Suite struct RecordDecoderTests {
    @Test func `an order carries its amounts in minor units`() throws {
        let json = Sample.order([
            "discount": "1.5", "cost": "\"20\"", "channel": "\"web\"",
            "refund": #"{"amount": 3.1, "reason": "broken"}"#,
            "items": "[{\"sku\":\"a\",\"total\":1}]", "coupon": "null", "shipping": "4.95",
            "unknown": "{\"total\":[1,{\"type\":2}]}",
        ])
        let record = try DecodedRecord(json, as: .orders)
        let order = try #require(record.order)
        #expect(order.type == .completed)
        #expect(order.currency == CurrencyCode("USD"))
        #expect(order.total == Money(minorUnits: 2933))
        #expect(order.discount == Money(minorUnits: 150))
        #expect(order.shipping == Money(minorUnits: 495))
        #expect(order.cost == Money(minorUnits: 2000))
        #expect(!order.hasCoupon && order.itemCount == 1 && order.rate == nil)
        #expect(order.refund == Money(minorUnits: 310))
        #expect(record.buffer.string(order.channel) == "web")
        let event = try #require(record.event)
        #expect(record.buffer.string(event.customer) == "c-1")
        #expect(record.buffer.string(event.id) == "o-1")
        #expect(event.customerHash == StableHash.of("c-1"))
        #expect(event.idHash == StableHash.of("o-1"))
        #expect(event.time == EventTime(milliseconds: 1_772_359_200_000))
    }

    @Test func `a cancellation needs neither total nor currency`() throws {
        let json = Sample.order(["type": "\"cancelled\"", "total": nil, "currency": nil])
        let order = try #require(try DecodedRecord(json, as: .orders).order)
        #expect(order.total == .zero)
        #expect(order.currency == .none)
        #expect(order.refund == nil)
    }

    @Test(arguments: ["\"USD\"", nil]) func `a refund without an amount is of the whole order`(
        currency: String?
    ) throws {
        let json = Sample.order(["type": "\"refunded\"", "total": nil, "currency": currency])
        let order = try #require(try DecodedRecord(json, as: .orders).order)
        #expect(order.total == .zero)
        #expect(order.refund == nil)
    }

    @Test func `a browse event carries session, dwell and category`() throws {
        let record = try DecodedRecord(
            Sample.browse(["dwell_ms": "86400000", "sku": "\"x\"", "channel": "\"app\"", "campaign": "\"夏\""]),
            as: .browse)
        let browse = try #require(record.browse)
        #expect(browse.type == .productViewed)
        #expect(browse.sessionHash == StableHash.of("s-1"))
        #expect(browse.dwellMilliseconds == 86_400_000)
        #expect(record.buffer.string(browse.category) == "music")
        #expect(record.buffer.string(browse.channel) == "app" && record.buffer.string(browse.campaign) == "夏")
        #expect(browse.skuHash == StableHash.of("x"))
        #expect(record.event?.time == EventTime(milliseconds: 1_772_359_509_250))
    }

    @Test func `a browse event needs none of its optional fields`() throws {
        let browse = try #require(
            try DecodedRecord(Sample.browse(["session_id": nil, "category": "null"]), as: .browse).browse)
        #expect(browse.sessionHash == 0)
        #expect(browse.category.isEmpty && browse.channel.isEmpty && browse.campaign.isEmpty)
        #expect(browse.skuHash == 0)
        #expect(browse.dwellMilliseconds == 0)
    }

    @Test func `a referral says whom it brought and whether it came to something`() throws {
        let record = try DecodedRecord(
            Sample.feedback([
                "type": "\"referral\"", "score": nil, "referred_customer_id": "99", "converted": "false",
                "order_id": "\"o-7\"", "channel": "\"app\"",
            ]), as: .feedback)
        let feedback = try #require(record.feedback)
        #expect(feedback.referredHash == StableHash.of("99") && feedback.isConverted == false)
        #expect(feedback.orderHash == StableHash.of("o-7") && record.buffer.string(feedback.channel) == "app")
        let bare = try #require(try DecodedRecord(Sample.feedback(), as: .feedback).feedback)
        #expect(bare.referredHash == 0 && bare.isConverted == nil && bare.orderHash == 0 && bare.channel.isEmpty)
    }

    @Test(arguments: [(255, 255), (256, 256), (257, 256), (85 * 3, 255), (86 * 3, 255)])
    func `a label is kept up to 256 bytes, in whole characters`(bytes: Int, kept: Int) throws {
        let label = bytes % 3 == 0 ? String(repeating: "店", count: bytes / 3) : String(repeating: "x", count: bytes)
        let record = try DecodedRecord(Sample.browse(["category": "\"\(label)\""]), as: .browse)
        let category = record.buffer.string(try #require(record.browse).category)
        #expect(category.utf8.count == kept && label.hasPrefix(category))
    }

    @Test(arguments: OrderType.allCases) func `every order type is known by name`(type: OrderType) throws {
        let record = try DecodedRecord(Sample.order(["type": "\"\(type.name)\""]), as: .orders)
        #expect(record.order?.type == type)
    }

    @Test(arguments: BrowseType.allCases) func `every browse type is known by name`(type: BrowseType) throws {
        let record = try DecodedRecord(Sample.browse(["type": "\"\(type.name)\""]), as: .browse)
        #expect(record.browse?.type == type)
    }

    @Test(arguments: FeedbackType.allCases) func `every feedback type is known by name`(type: FeedbackType) throws {
        let record = try DecodedRecord(Sample.feedback(["type": "\"\(type.name)\""]), as: .feedback)
        #expect(record.feedback?.type == type)
    }

    @Test func `escaped keys and values mean what they spell`() throws {
        let json = Sample.order(["total": nil, #"t\u006ftal"#: "7", "channel": #""\u5e97\n\ud83d\ude00""#])
        let record = try DecodedRecord(json, as: .orders)
        let order = try #require(record.order)
        #expect(order.total == Money(minorUnits: 700))
        #expect(record.buffer.string(order.channel) == "店\n😀")
    }

    @Test func `whitespace between tokens is allowed everywhere`() throws {
        let json = Sample.order(["refund": " { \"amount\" :\n1 , \"reason\"\t: \"x\" } "])
            .replacing(",", with: " ,\r\n").replacing("{", with: "{ ").replacing("}", with: "\t}")
        let record = try DecodedRecord("\n " + json + " \r\n", as: .orders)
        #expect(record.order?.refund == Money(minorUnits: 100))
        #expect(record.buffer.string(try #require(record.event).customer) == "c-1")
    }

    @Test func `an integer id is taken as its digits`() throws {
        let json = Sample.order(["customer_id": "12345678901234567890123", "order_id": "-7"])
        let record = try DecodedRecord(json, key: "12345678901234567890123", as: .orders)
        let event = try #require(record.event)
        #expect(record.buffer.string(event.customer) == "12345678901234567890123")
        #expect(record.buffer.string(event.id) == "-7")
    }

    @Test func `an id may have 256 bytes`() throws {
        let id = String(repeating: "é", count: 128)
        let record = try DecodedRecord(Sample.order(["customer_id": "\"\(id)\""]), key: id, as: .orders)
        #expect(record.event?.customer.length == 256)
    }

    @Test func `events follow one another in one buffer`() throws {
        var decoder = try RecordDecoder(requiresKey: false)
        var buffer = EventBuffer()
        for index in 0..<100 {
            let json = Sample.order(["customer_id": "\"c-\(index)\"", "channel": "\"web\""])
            try decoder.decode(Array(json.utf8), key: nil, as: .orders, into: &buffer)
        }
        #expect(buffer.events.count == 100)
        #expect(buffer.events.indices.allSatisfy { buffer.string(buffer.events[$0].customer) == "c-\($0)" })
    }

    @Test func `a rejected record leaves nothing behind`() throws {
        var decoder = try RecordDecoder(requiresKey: false)
        var buffer = EventBuffer()
        try decoder.decode(Array(Sample.order().utf8), key: nil, as: .orders, into: &buffer)
        let (events, text) = (buffer.events.count, buffer.text)
        for json in [Sample.order(["channel": "7"]), Sample.order(["items": "1"]), Sample.order(["refund": "1"]), "{"] {
            #expect(throws: Rejection.self) {
                try decoder.decode(Array(json.utf8), key: nil, as: .orders, into: &buffer)
            }
        }
        #expect(throws: Rejection.self) {
            let json = Sample.browse(["category": "\"x\"", "campaign": "{}"])
            try decoder.decode(Array(json.utf8), key: nil, as: .browse, into: &buffer)
        }
        #expect(buffer.events.count == events)
        #expect(buffer.text == text)
    }

    @Test func `a decoder that cannot reserve its memory says so`() {
        #expect(throws: WireFormatError.noMemory(maximumBytes: 1 << 40)) {
            _ = try RecordDecoder(maximumBytes: 1 << 40)
        }
    }
}
