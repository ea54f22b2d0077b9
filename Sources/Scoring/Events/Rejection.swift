/// Why a record was not scored. Every rejection is a deterministic function of the record and the shard's state.
package struct Rejection: Error, Hashable, Sendable {
    package var reason: Reason
    /// The field at fault, where one is.
    package var field: Field?

    @inlinable package init(_ reason: Reason, _ field: Field? = nil) {
        self.reason = reason
        self.field = field
    }

    /// The raw value is the name in dead letters and metric labels (a fixed, small set).
    package enum Reason: String, CaseIterable, Sendable {
        /// A record without a value; only a dead letter tells that it came.
        case nullPayload = "null_payload"
        case emptyPayload = "empty_payload"
        /// Larger than the decoder's limit.
        case tooLarge = "too_large"
        /// Not JSON, or not UTF-8.
        case malformed = "malformed"
        case tooDeep = "too_deep"
        case notAnObject = "not_an_object"
        case duplicateField = "duplicate_field"
        case missingField = "missing_field"
        case wrongType = "wrong_type"
        /// Right JSON type, but outside what the schema allows.
        case invalidValue = "invalid_value"
        /// A `type` that this version does not know.
        case unknownType = "unknown_type"
        /// An id that is empty, longer than 256 bytes, or holds a NUL.
        case invalidID = "invalid_id"
        case invalidTime = "invalid_time"
        /// More decimal places than the currency has, or not a decimal number.
        case invalidMoney = "invalid_money"
        case unknownCurrency = "unknown_currency"
        /// A number outside the limits of its field.
        case outOfRange = "out_of_range"
        /// The record's key is not the customer id: the event may be in the wrong shard.
        case keyMismatch = "key_mismatch"
        /// Further ahead of the clocks than `max_future_skew`.
        case tooFarAhead = "too_far_ahead"
        /// Older than anything that the policy's windows still cover.
        case tooLate = "too_late"
        /// Seen before; harmless, counted, not dead-lettered.
        case duplicate = "duplicate"
        /// The customer's state is at one of its limits.
        case customerFull = "customer_full"
        /// A command about a customer whom this shard has never seen.
        case unknownCustomer = "unknown_customer"
        /// The customer was erased, and the event is older, or came within the time for which events are refused.
        case erased
    }

    /// The fields that a rejection can name; raw values are the names on the wire.
    package enum Field: String, CaseIterable, Sendable {
        case orderID = "order_id"
        case eventID = "event_id"
        case customerID = "customer_id"
        case sessionID = "session_id"
        case type
        case occurredAt = "occurred_at"
        case currency
        case total
        case discount
        case shipping
        case cost
        case channel
        case refund
        case refundAmount = "refund.amount"
        case sku
        case category
        case campaign
        case coupon
        case items
        case itemSKU = "items.sku"
        case itemCategory = "items.category"
        case itemQuantity = "items.quantity"
        case itemUnitPrice = "items.unit_price"
        case exchangeRate = "exchange_rate"
        case exchangeRateRate = "exchange_rate.rate"
        case exchangeRateCurrency = "exchange_rate.currency"
        case dwellMilliseconds = "dwell_ms"
        case score
        case scaleMaximum = "scale_max"
        case sentiment
        case referredCustomerID = "referred_customer_id"
        case converted
        case blockFor = "block_for"
        case reason
        case tier
        case mode
        case until
        case by
        case mergedCustomerID = "merged_customer_id"
        case set
        case unset
        case addTags = "add_tags"
        case removeTags = "remove_tags"
        /// The name of a call in Segment's form.
        case event
        case properties
    }
}
