import Scoring
import Testing
import WireFormat

/// A record and the rejection that it must meet.
struct RejectedRecord: Sendable, CustomTestStringConvertible {
    var name: String
    var bytes: [UInt8]
    var input: InputKind
    var rejection: Rejection

    init(
        _ name: String, _ json: String, _ input: InputKind, _ reason: Rejection.Reason, _ field: Rejection.Field? = nil
    ) {
        self.init(name, Array(json.utf8), input, reason, field)
    }

    init(
        _ name: String, _ bytes: [UInt8], _ input: InputKind, _ reason: Rejection.Reason,
        _ field: Rejection.Field? = nil
    ) {
        self.name = name
        self.bytes = bytes
        self.input = input
        rejection = Rejection(reason, field)
    }

    var testDescription: String { "\(name): \(rejection.reason.rawValue)" }
}

@Suite struct RejectionTests {
    static let documents: [RejectedRecord] = [
        RejectedRecord("empty", "", .orders, .emptyPayload),
        RejectedRecord("blank", "   \n", .orders, .malformed),
        RejectedRecord("array", "[]", .orders, .notAnObject),
        RejectedRecord("array of objects", "[{\"a\":[1,2,{}]}]", .orders, .notAnObject),
        RejectedRecord("null", "null", .browse, .notAnObject),
        RejectedRecord("number", "-12.5e3", .browse, .notAnObject),
        RejectedRecord("string", "\"{}\"", .browse, .notAnObject),
        RejectedRecord("escaped string", "\"\\u0041\"", .browse, .notAnObject),
        RejectedRecord("trailing garbage", Sample.order() + "x", .orders, .malformed),
        RejectedRecord("second document", Sample.order() + Sample.order(), .orders, .malformed),
        RejectedRecord("trailing comma", "{\"a\":1,}", .orders, .malformed),
        RejectedRecord("trailing comma in array", "{\"a\":[1,]}", .orders, .malformed),
        RejectedRecord("missing colon", "{\"a\" 1}", .orders, .malformed),
        RejectedRecord("missing comma", "{\"a\":1 \"b\":2}", .orders, .malformed),
        RejectedRecord("unquoted key", "{a:1}", .orders, .malformed),
        RejectedRecord("unclosed", "{\"a\":{\"b\":1}", .orders, .malformed),
        RejectedRecord("unclosed string", "{\"a\":\"b}", .orders, .malformed),
        RejectedRecord("crossed brackets", "{\"a\":[1}]", .orders, .malformed),
        RejectedRecord("byte-order mark", "\u{FEFF}" + Sample.order(), .orders, .malformed),
        RejectedRecord("bare word", "{\"a\":nul}", .orders, .malformed),
        RejectedRecord("longer word", "{\"a\":truee}", .orders, .malformed),
        RejectedRecord("NaN", "{\"a\":NaN}", .orders, .malformed),
        RejectedRecord("leading zero", Sample.order(["total": "01"]), .orders, .malformed),
        RejectedRecord("bare point", Sample.order(["total": "1."]), .orders, .malformed),
        RejectedRecord("leading plus", Sample.order(["total": "+1"]), .orders, .malformed),
        RejectedRecord("bare exponent", Sample.order(["total": "1e"]), .orders, .malformed),
        RejectedRecord("lone minus", Sample.order(["total": "-"]), .orders, .malformed),
        RejectedRecord("word and string", "{\"a\":1\"b\"}", .orders, .malformed),
        RejectedRecord("form feed", "{\u{0C}\"a\":1}", .orders, .malformed),
        RejectedRecord("newline in string", "{\"a\":\"b\nc\"}", .orders, .malformed),
        RejectedRecord("bad escape", "{\"a\":\"\\x\"}", .orders, .malformed),
        RejectedRecord("lone high surrogate", Sample.order(["channel": #""\ud800""#]), .orders, .malformed),
        RejectedRecord("lone low surrogate", Sample.order(["channel": #""\udc00x""#]), .orders, .malformed),
        RejectedRecord("surrogates reversed", Sample.order(["channel": #""\udc00\ud800""#]), .orders, .malformed),
        RejectedRecord("surrogate in an unknown field", Sample.order(["x": #""\ud800""#]), .orders, .malformed),
        RejectedRecord("not UTF-8", Array("{\"a\":\"".utf8) + [0xC3, 0x28] + Array("\"}".utf8), .orders, .malformed),
        RejectedRecord(
            "surrogate as UTF-8", Array("{\"a\":\"".utf8) + [0xED, 0xA0, 0x80, 0x22, 0x7D], .orders, .malformed),
        RejectedRecord("NUL between tokens", Array("{\"a\":1".utf8) + [0, 0x7D], .orders, .malformed),
        RejectedRecord("10,000 levels", String(repeating: "[", count: 10_000), .orders, .tooLarge),
        RejectedRecord("2,000 levels", "{\"a\":" + String(repeating: "[", count: 2_000), .orders, .tooDeep),
        RejectedRecord(
            "33 levels", String(repeating: "{\"a\":", count: 33) + "1" + String(repeating: "}", count: 33), .orders,
            .tooDeep),
        RejectedRecord(
            "5,000 bytes", Sample.order(["x": "\"" + String(repeating: "x", count: 5_000) + "\""]), .orders,
            .tooLarge),
        RejectedRecord("key twice", Sample.order(["x": "1,\"total\":1"]), .orders, .duplicateField, .total),
        RejectedRecord("escaped key twice", Sample.order([#"t\u0079pe"#: "1"]), .orders, .duplicateField, .type),
        RejectedRecord(
            "nested key twice", Sample.order(["refund": "{\"amount\":1,\"amount\":1}"]), .orders, .duplicateField,
            .refundAmount),
    ]

    static let fields: [RejectedRecord] = [
        RejectedRecord("no customer", Sample.order(["customer_id": nil]), .orders, .missingField, .customerID),
        RejectedRecord("null customer", Sample.order(["customer_id": "null"]), .orders, .missingField, .customerID),
        RejectedRecord("empty customer", Sample.order(["customer_id": "\"\""]), .orders, .invalidID, .customerID),
        RejectedRecord("NUL in an id", Sample.order(["order_id": #""a\u0000b""#]), .orders, .invalidID, .orderID),
        RejectedRecord(
            "NUL late in an id", Sample.order(["order_id": #""12345678\u0000""#]), .orders, .invalidID, .orderID),
        RejectedRecord(
            "long id", Sample.order(["order_id": "\"" + String(repeating: "x", count: 257) + "\""]), .orders,
            .invalidID,
            .orderID),
        RejectedRecord(
            "long integer id", Sample.order(["order_id": String(repeating: "1", count: 257)]), .orders, .invalidID,
            .orderID),
        RejectedRecord("fractional id", Sample.order(["order_id": "1.5"]), .orders, .invalidID, .orderID),
        RejectedRecord("boolean id", Sample.order(["order_id": "true"]), .orders, .wrongType, .orderID),
        RejectedRecord("no id", Sample.browse(["event_id": nil]), .browse, .missingField, .eventID),
        RejectedRecord("empty session", Sample.browse(["session_id": "\"\""]), .browse, .invalidID, .sessionID),
        RejectedRecord("no type", Sample.order(["type": nil]), .orders, .missingField, .type),
        RejectedRecord("numeric type", Sample.order(["type": "1"]), .orders, .wrongType, .type),
        RejectedRecord("unknown type", Sample.order(["type": "\"Completed\""]), .orders, .unknownType, .type),
        RejectedRecord("prefix of a type", Sample.browse(["type": "\"product_\""]), .browse, .unknownType, .type),
        RejectedRecord("unknown command", Sample.command(["type": "\"drop\""]), .commands, .unknownType, .type),
        RejectedRecord("no time", Sample.order(["occurred_at": nil]), .orders, .missingField, .occurredAt),
        RejectedRecord("boolean time", Sample.order(["occurred_at": "true"]), .orders, .wrongType, .occurredAt),
        RejectedRecord("time of day", Sample.order(["occurred_at": "\"10:00\""]), .orders, .invalidTime, .occurredAt),
        RejectedRecord("no currency", Sample.order(["currency": nil]), .orders, .missingField, .currency),
        RejectedRecord(
            "amount without currency", Sample.order(["type": "\"cancelled\"", "currency": nil]), .orders, .missingField,
            .currency),
        RejectedRecord("small currency", Sample.order(["currency": "\"usd\""]), .orders, .invalidValue, .currency),
        RejectedRecord("long currency", Sample.order(["currency": "\"EURO\""]), .orders, .invalidValue, .currency),
        RejectedRecord("numeric currency", Sample.order(["currency": "978"]), .orders, .wrongType, .currency),
        RejectedRecord("no total", Sample.order(["total": nil]), .orders, .missingField, .total),
        RejectedRecord("boolean total", Sample.order(["total": "true"]), .orders, .wrongType, .total),
        RejectedRecord("wordy total", Sample.order(["total": "\"ten\""]), .orders, .invalidMoney, .total),
        RejectedRecord("negative shipping", Sample.order(["shipping": "-1"]), .orders, .outOfRange, .shipping),
        RejectedRecord("refund as a number", Sample.order(["refund": "1"]), .orders, .wrongType, .refund),
        RejectedRecord("refund reason", Sample.order(["refund": "{\"reason\":1}"]), .orders, .wrongType, .refund),
        RejectedRecord(
            "negative refund", Sample.order(["refund": "{\"amount\":-1}"]), .orders, .outOfRange, .refundAmount),
        RejectedRecord("items as an object", Sample.order(["items": "{}"]), .orders, .wrongType, .items),
        RejectedRecord("numeric coupon", Sample.order(["coupon": "1"]), .orders, .wrongType, .coupon),
        RejectedRecord("numeric sku", Sample.browse(["sku": "1"]), .browse, .wrongType, .sku),
        RejectedRecord("textual dwell", Sample.browse(["dwell_ms": "\"1\""]), .browse, .wrongType, .dwellMilliseconds),
        RejectedRecord(
            "fractional dwell", Sample.browse(["dwell_ms": "1.5"]), .browse, .invalidValue, .dwellMilliseconds),
        RejectedRecord("negative dwell", Sample.browse(["dwell_ms": "-1"]), .browse, .outOfRange, .dwellMilliseconds),
        RejectedRecord("two days", Sample.browse(["dwell_ms": "172800000"]), .browse, .outOfRange, .dwellMilliseconds),
        RejectedRecord("no score", Sample.feedback(["score": nil]), .feedback, .missingField, .score),
        RejectedRecord("textual score", Sample.feedback(["score": "\"4\""]), .feedback, .wrongType, .score),
        RejectedRecord("mood", Sample.feedback(["sentiment": "\"good\""]), .feedback, .invalidValue, .sentiment),
        RejectedRecord("numeric mood", Sample.feedback(["sentiment": "1"]), .feedback, .wrongType, .sentiment),
    ]

    @Test(arguments: documents) func `a record that is no object of ours is rejected`(record: RejectedRecord) throws {
        let decoded = try DecodedRecord(record.bytes, as: record.input)
        #expect(decoded.rejection == record.rejection)
        #expect(decoded.isEmpty)
    }

    @Test(arguments: fields) func `a field at fault is named`(record: RejectedRecord) throws {
        let decoded = try DecodedRecord(record.bytes, as: record.input)
        #expect(decoded.rejection == record.rejection)
        #expect(decoded.isEmpty)
    }

    @Test func `10,000 levels are too deep for a decoder that takes as many bytes`() throws {
        let bytes = [UInt8](repeating: UInt8(ascii: "["), count: 10_000)
        #expect(try DecodedRecord(bytes, as: .orders, maximumBytes: 20_000).rejection?.reason == .tooDeep)
    }

    @Test func `32 levels are not too deep`() throws {
        let nested = String(repeating: "[", count: 31) + String(repeating: "]", count: 31)
        #expect(try DecodedRecord(Sample.order(["x": nested]), as: .orders).rejection == nil)
    }

    @Test func `a repeated field of another input does no harm`() throws {
        #expect(
            try DecodedRecord(Sample.order(["x": "1,\"score\":1,\"score\":2,\"x\":3"]), as: .orders).rejection == nil)
    }

    @Test func `a record without a value is rejected as such`() throws {
        #expect(try DecodedRecord(nil, as: .orders).rejection == Rejection(.nullPayload))
    }

    @Test(arguments: ["c-2", "", "c-1 ", "c", "C-1"])
    func `a key other than the customer id is refused`(key: String) throws {
        let record = try DecodedRecord(Sample.order(), key: key, as: .orders)
        #expect(record.rejection == Rejection(.keyMismatch, .customerID))
    }

    @Test func `a missing key is refused unless keys are not required`() throws {
        var strict = try RecordDecoder()
        var lenient = try RecordDecoder(requiresKey: false)
        var buffer = EventBuffer()
        let json = Array(Sample.order().utf8)
        #expect(throws: Rejection(.keyMismatch, .customerID)) {
            try strict.decode(json, key: nil, as: .orders, into: &buffer)
        }
        try lenient.decode(json, key: nil, as: .orders, into: &buffer)
        try strict.decode(json, key: Array("c-1".utf8), as: .orders, into: &buffer)
        #expect(buffer.events.count == 2)
    }

    @Test func `every reason the decoder gives stands in these tables`() {
        let decided: Set<Rejection.Reason> = [
            .unknownCurrency, .tooFarAhead, .tooLate, .duplicate, .customerFull, .unknownCustomer, .erased,
        ]
        let elsewhere: Set<Rejection.Reason> = [.nullPayload, .keyMismatch]
        let covered = Set((Self.documents + Self.fields).map(\.rejection.reason))
        #expect(covered.union(decided).union(elsewhere) == Set(Rejection.Reason.allCases))
    }

    @Test func `every rejection has a message for people`() {
        for reason in Rejection.Reason.allCases {
            #expect(!Rejection(reason).message.isEmpty)
            for field in Rejection.Field.allCases {
                let message = Rejection(reason, field).message
                #expect(message.hasPrefix(field.rawValue + ": "))
                #expect(message.utf8.count < 160)
            }
        }
    }
}
