import CSimdJSON
import Scoring

/// The known fields of one parsed record. Points into its `JSONParser`: used inside one `decode` and never kept.
@safe struct JSONRecord {
    private let record: csj_record

    @unsafe init(_ record: csj_record) { unsafe self.record = record }

    /// The value of `key`; nil if it is absent or null, which mean the same here.
    @inline(__always) subscript(key: RecordKey) -> JSONValue? {
        guard unsafe record.present & key.bit != 0 else { return nil }
        let field = unsafe record.fields[Int(key.index)]
        return unsafe field.type == CSJ_NULL ? nil : JSONValue(field)
    }

    /// Throws `duplicateField` if one of `keys` came twice. A repeat of a key that the input does not use is harmless.
    @inline(__always) func refuseDuplicates(of keys: RecordKeys) throws(Rejection) {
        let duplicated = unsafe record.duplicated & keys.bits
        if duplicated != 0 { throw Self.duplicate(duplicated) }
    }

    private static func duplicate(_ bits: UInt32) -> Rejection {
        let first = RecordKey.all.first { $0.bit & bits != 0 }
        return Rejection(.duplicateField, first?.field)
    }
}

/// A value that is present and not null.
@safe struct JSONValue {
    private let field: csj_field

    @unsafe @inline(__always) init(_ field: csj_field) { unsafe self.field = field }

    @inline(__always) var isString: Bool { unsafe field.type == CSJ_STRING }
    @inline(__always) var isNumber: Bool { unsafe field.type == CSJ_NUMBER }
    @inline(__always) var isObject: Bool { unsafe field.type == CSJ_OBJECT }
    @inline(__always) var isArray: Bool { unsafe field.type == CSJ_ARRAY }

    /// A string's text, unescaped, or a number as written. Eight more bytes may be read behind it.
    @unsafe @inline(__always) var bytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: field.text, count: Int(field.length))
    }
}

/// A known key: its place in the C parser's table and its name in rejections.
struct RecordKey {
    let index: UInt32
    let field: Rejection.Field

    @inline(__always) private init(_ key: csj_key, _ field: Rejection.Field) {
        index = key.rawValue
        self.field = field
    }

    @inline(__always) var bit: UInt32 { 1 << index }

    static var orderID: RecordKey { RecordKey(CSJ_ORDER_ID, .orderID) }
    static var eventID: RecordKey { RecordKey(CSJ_EVENT_ID, .eventID) }
    static var customerID: RecordKey { RecordKey(CSJ_CUSTOMER_ID, .customerID) }
    static var sessionID: RecordKey { RecordKey(CSJ_SESSION_ID, .sessionID) }
    static var type: RecordKey { RecordKey(CSJ_TYPE, .type) }
    static var occurredAt: RecordKey { RecordKey(CSJ_OCCURRED_AT, .occurredAt) }
    static var currency: RecordKey { RecordKey(CSJ_CURRENCY, .currency) }
    static var total: RecordKey { RecordKey(CSJ_TOTAL, .total) }
    static var discount: RecordKey { RecordKey(CSJ_DISCOUNT, .discount) }
    static var shipping: RecordKey { RecordKey(CSJ_SHIPPING, .shipping) }
    static var cost: RecordKey { RecordKey(CSJ_COST, .cost) }
    static var channel: RecordKey { RecordKey(CSJ_CHANNEL, .channel) }
    static var coupon: RecordKey { RecordKey(CSJ_COUPON, .coupon) }
    static var refund: RecordKey { RecordKey(CSJ_REFUND, .refund) }
    static var refundAmount: RecordKey { RecordKey(CSJ_REFUND_AMOUNT, .refundAmount) }
    static var refundReason: RecordKey { RecordKey(CSJ_REFUND_REASON, .refund) }
    static var sku: RecordKey { RecordKey(CSJ_SKU, .sku) }
    static var category: RecordKey { RecordKey(CSJ_CATEGORY, .category) }
    static var campaign: RecordKey { RecordKey(CSJ_CAMPAIGN, .campaign) }
    static var items: RecordKey { RecordKey(CSJ_ITEMS, .items) }
    static var dwell: RecordKey { RecordKey(CSJ_DWELL_MS, .dwellMilliseconds) }
    static var score: RecordKey { RecordKey(CSJ_SCORE, .score) }
    static var scaleMaximum: RecordKey { RecordKey(CSJ_SCALE_MAX, .scaleMaximum) }
    static var sentiment: RecordKey { RecordKey(CSJ_SENTIMENT, .sentiment) }

    static let all: [RecordKey] = [
        orderID, eventID, customerID, sessionID, type, occurredAt, currency, total, discount, shipping, cost, channel,
        coupon, refund, refundAmount, refundReason, sku, category, campaign, items, dwell, score, scaleMaximum,
        sentiment,
    ]
}

/// The keys that an input uses.
struct RecordKeys {
    let bits: UInt32

    init(_ keys: [RecordKey]) { bits = keys.reduce(0) { $0 | $1.bit } }

    static let envelope: [RecordKey] = [.customerID, .type, .occurredAt]
    static let order = RecordKeys(
        envelope + [
            .orderID, .currency, .total, .discount, .shipping, .cost, .channel, .coupon, .refund, .refundAmount,
            .refundReason, .items,
        ])
    static let browse = RecordKeys(
        envelope + [.eventID, .sessionID, .sku, .category, .channel, .campaign, .dwell])
    static let feedback = RecordKeys(
        envelope + [.eventID, .score, .scaleMaximum, .sentiment, .orderID, .channel])
    static let command = RecordKeys(envelope + [.eventID])
}
