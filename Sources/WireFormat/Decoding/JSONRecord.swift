import CSimdJSON
import Scoring

/// The known fields of one parsed record. Points into its `JSONParser`: used inside one `decode` and never kept.
@safe struct JSONRecord {
    let record: csj_record
    /// A call of Segment's: its numbers may stand in quotes, and its amounts come from binary floats.
    let isCall: Bool

    @unsafe init(_ record: csj_record, isCall: Bool = false) {
        unsafe self.record = record
        self.isCall = isCall
    }

    /// The value of `key`; nil if it is absent or null, which mean the same here.
    @inline(__always) subscript(key: RecordKey) -> JSONValue? {
        guard unsafe record.present & key.bit != 0 else { return nil }
        let field = unsafe record.fields[Int(key.index)]
        return unsafe field.type == CSJ_NULL ? nil : JSONValue(field)
    }

    /// Whether one of `keys` is there, be it null.
    @inline(__always) func hasAny(of keys: RecordKeys) -> Bool { unsafe record.present & keys.bits != 0 }

    /// Throws `duplicateField` if one of `keys` came twice. A repeat of a key that the input does not use is harmless.
    @inline(__always) func refuseDuplicates(of keys: RecordKeys) throws(Rejection) {
        let duplicated = unsafe record.duplicated & keys.bits
        if duplicated != 0 { throw Self.duplicate(duplicated) }
    }

    private static func duplicate(_ bits: UInt64) -> Rejection {
        let first = RecordKey.all.first { $0.bit & bits != 0 }
        return Rejection(.duplicateField, first?.field)
    }
}

/// A value that is present and not null.
@safe struct JSONValue {
    let field: csj_field

    @unsafe @inline(__always) init(_ field: csj_field) { unsafe self.field = field }

    @inline(__always) var isString: Bool { unsafe field.type == CSJ_STRING }
    @inline(__always) var isNumber: Bool { unsafe field.type == CSJ_NUMBER }
    @inline(__always) var isObject: Bool { unsafe field.type == CSJ_OBJECT }
    @inline(__always) var isArray: Bool { unsafe field.type == CSJ_ARRAY }
    /// The value of `true` or `false`; nil for any other.
    var flag: Bool? { unsafe field.type == CSJ_TRUE ? true : field.type == CSJ_FALSE ? false : nil }

    /// A string's text, unescaped, or a number as written. 32 more bytes may be read behind it.
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

    @inline(__always) var bit: UInt64 { 1 << UInt64(index) }

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
    static var exchangeRate: RecordKey { RecordKey(CSJ_EXCHANGE_RATE, .exchangeRate) }
    static var rate: RecordKey { RecordKey(CSJ_RATE, .exchangeRateRate) }
    static var rateCurrency: RecordKey { RecordKey(CSJ_RATE_CURRENCY, .exchangeRateCurrency) }
    static var referredCustomerID: RecordKey { RecordKey(CSJ_REFERRED_CUSTOMER_ID, .referredCustomerID) }
    static var converted: RecordKey { RecordKey(CSJ_CONVERTED, .converted) }

    static let all: [RecordKey] =
        [
            orderID, eventID, customerID, sessionID, type, occurredAt, currency, total, discount, shipping, cost,
            channel, coupon, refund, refundAmount, refundReason, sku, category, campaign, items, dwell, score,
            scaleMaximum, sentiment, exchangeRate, rate, rateCurrency, referredCustomerID, converted,
        ] + commands + calls
}

/// Of commands.
extension RecordKey {
    static var blockFor: RecordKey { RecordKey(CSJ_BLOCK_FOR, .blockFor) }
    static var reason: RecordKey { RecordKey(CSJ_REASON, .reason) }
    static var tier: RecordKey { RecordKey(CSJ_TIER, .tier) }
    static var mode: RecordKey { RecordKey(CSJ_MODE, .mode) }
    static var until: RecordKey { RecordKey(CSJ_UNTIL, .until) }
    static var by: RecordKey { RecordKey(CSJ_BY, .by) }
    static var mergedCustomerID: RecordKey { RecordKey(CSJ_MERGED_CUSTOMER_ID, .mergedCustomerID) }
    static var set: RecordKey { RecordKey(CSJ_SET, .set) }
    static var unset: RecordKey { RecordKey(CSJ_UNSET, .unset) }
    static var addTags: RecordKey { RecordKey(CSJ_ADD_TAGS, .addTags) }
    static var removeTags: RecordKey { RecordKey(CSJ_REMOVE_TAGS, .removeTags) }

    fileprivate static let commands = [
        blockFor, reason, tier, mode, until, by, mergedCustomerID, set, unset, addTags, removeTags,
    ]
}

/// Of Segment's calls; what has a canonical counterpart goes by its name in rejections.
extension RecordKey {
    static var event: RecordKey { RecordKey(CSJ_EVENT, .event) }
    static var userID: RecordKey { RecordKey(CSJ_USER_ID, .customerID) }
    static var anonymousID: RecordKey { RecordKey(CSJ_ANONYMOUS_ID, .customerID) }
    static var messageID: RecordKey { RecordKey(CSJ_MESSAGE_ID, .eventID) }
    static var timestamp: RecordKey { RecordKey(CSJ_TIMESTAMP, .occurredAt) }
    static var properties: RecordKey { RecordKey(CSJ_PROPERTIES, .properties) }
    static var revenue: RecordKey { RecordKey(CSJ_REVENUE, .total) }
    static var affiliation: RecordKey { RecordKey(CSJ_AFFILIATION, .channel) }
    static var productID: RecordKey { RecordKey(CSJ_PRODUCT_ID, .sku) }
    static var campaignID: RecordKey { RecordKey(CSJ_CAMPAIGN_ID, .campaign) }
    static var campaignName: RecordKey { RecordKey(CSJ_CAMPAIGN_NAME, .campaign) }

    fileprivate static let calls = [
        event, userID, anonymousID, messageID, timestamp, properties, revenue, affiliation, productID, campaignID,
        campaignName,
    ]
}

/// The keys that an input uses.
struct RecordKeys {
    let bits: UInt64

    init(_ keys: [RecordKey]) { bits = keys.reduce(0) { $0 | $1.bit } }

    private static let envelope: [RecordKey] = [.customerID, .type, .occurredAt]
    static let order = RecordKeys(
        envelope + [
            .orderID, .currency, .total, .discount, .shipping, .cost, .channel, .coupon, .refund, .refundAmount,
            .refundReason, .items, .exchangeRate, .rate, .rateCurrency,
        ])
    static let browse = RecordKeys(
        envelope + [.eventID, .sessionID, .sku, .category, .channel, .campaign, .dwell])
    static let feedback = RecordKeys(
        envelope + [
            .eventID, .score, .scaleMaximum, .sentiment, .orderID, .channel, .referredCustomerID, .converted,
        ])
    static let command = RecordKeys(envelope + [.eventID] + RecordKey.commands)
    /// What tells that a record may be a call of Segment's.
    static let signs = RecordKeys([.event, .messageID])
    static let call = RecordKeys(
        [.type, .event, .userID, .anonymousID, .messageID, .timestamp, .properties, .channel])
    static let properties = RecordKeys([
        .orderID, .currency, .total, .revenue, .discount, .shipping, .coupon, .affiliation, .items, .category, .sku,
        .productID, .campaign, .campaignID, .campaignName, .score,
    ])
}
