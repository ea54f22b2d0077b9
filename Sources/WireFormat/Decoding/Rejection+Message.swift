import Scoring

extension Rejection {
    /// One sentence for people: where, what was wrong, and what is expected.
    package var message: String {
        guard let field else { return summary }
        return "\(field.rawValue): \(expectation(of: field))"
    }

    /// For rejections of the record as a whole.
    private var summary: String {
        switch reason {
        case .nullPayload: "the record has no value; inputs are streams of events, not compacted tables with tombstones"
        case .emptyPayload: "the value is empty; a JSON object is expected"
        case .tooLarge: "the value is larger than `limits.record_bytes` allows"
        case .malformed: "the value is not one JSON document in UTF-8 without a byte-order mark"
        case .tooDeep: "objects and arrays are nested more than 32 levels deep"
        case .notAnObject: "the value is JSON but not an object"
        case .duplicateField: "a field is given twice"
        case .missingField: "a required field is missing or null"
        case .wrongType: "a field has the wrong JSON type"
        case .invalidValue: "a field's value is not one of those allowed"
        case .unknownType: "this version does not know the event's type"
        case .invalidID: "an id must have 1 to 256 bytes and no NUL"
        case .invalidTime: "a time must be RFC 3339 with an offset, or whole milliseconds since the epoch"
        case .invalidMoney: "an amount must be a decimal number with no more places than its currency has"
        case .unknownCurrency: "the policy has no exchange rate for the currency"
        case .outOfRange: "a number is outside the limits of its field"
        case .keyMismatch: "the record's key is not the customer id; produce with the customer id as the key"
        case .tooFarAhead: "the event lies further in the future than `max_future_skew`; check the producer's clock"
        case .tooLate: "the event is older than everything that the policy's windows still cover"
        case .duplicate: "the event was seen before"
        case .customerFull: "the customer's history is at one of its limits"
        case .unknownCustomer: "no such customer in this partition: identities to be merged share their partition"
        case .erased: "the customer was erased, and its events are refused for a time"
        }
    }

    private func expectation(of field: Field) -> String {
        switch reason {
        case .duplicateField: "given twice; once is expected"
        case .missingField: "missing or null, but required for this type of event"
        case .wrongType: "not \(Self.typeName(of: field))"
        case .invalidValue: "not allowed; \(Self.allowedValues(of: field))"
        case .unknownType: "not a type that this version knows; see the event's schema"
        case .invalidID: "not an id; 1 to 256 bytes of text without NUL, or a JSON integer, are expected"
        case .invalidTime: "not a time; RFC 3339 with an offset, or whole milliseconds since the epoch, are expected"
        case .invalidMoney: "not a decimal number, or more decimal places than the currency has"
        case .outOfRange: "out of range; \(Self.limits(of: field))"
        default: summary
        }
    }

    private static func typeName(of field: Field) -> String {
        switch field {
        case .orderID, .eventID, .customerID, .sessionID, .referredCustomerID, .mergedCustomerID, .itemSKU:
            "a JSON string or integer"
        case .occurredAt, .until, .total, .discount, .shipping, .cost, .refundAmount, .itemUnitPrice,
            .exchangeRateRate:
            "a JSON number or string"
        case .dwellMilliseconds, .score, .scaleMaximum, .itemQuantity: "a JSON number"
        case .converted: "true or false"
        case .refund: "a JSON object with an amount and a textual reason"
        case .exchangeRate: "a JSON object with a rate"
        case .properties: "a JSON object"
        case .items: "a JSON array of objects"
        case .set: "a JSON object of strings, numbers and booleans"
        case .unset, .addTags, .removeTags: "a JSON array of strings"
        case .type, .currency, .channel, .sku, .category, .campaign, .coupon, .sentiment, .itemCategory,
            .exchangeRateCurrency, .blockFor, .reason, .tier, .mode, .by, .event:
            "a JSON string"
        }
    }

    private static func allowedValues(of field: Field) -> String {
        switch field {
        case .currency, .exchangeRateCurrency: "three capital letters (ISO 4217) are expected"
        case .sentiment: "negative, neutral or positive is expected"
        case .dwellMilliseconds: "whole milliseconds are expected"
        case .score: "a number of at most 19 digits is expected, for nps a whole one"
        case .scaleMaximum: "a number of at most 19 digits is expected, for nps 10"
        case .exchangeRateRate: "a decimal number of at most nine places is expected"
        case .blockFor: "a length of time like 30d, 12h or 5m is expected"
        case .tier: "the name of a tier, 1 to 64 bytes, is expected"
        case .mode: "exact, floor or ceiling is expected"
        case .mergedCustomerID: "a customer other than the one who stays is expected"
        case .set: "names of 1 to 64 bytes and values of at most 256 bytes are expected"
        case .unset, .addTags, .removeTags: "names of 1 to 64 bytes are expected"
        default: "see the event's schema"
        }
    }

    private static func limits(of field: Field) -> String {
        switch field {
        case .occurredAt: "from 1970 until before 2100 is expected"
        case .until: "a time after the command's own and before 2100 is expected"
        case .dwellMilliseconds: "0 to 86,400,000 (one day) is expected"
        case .score: "0 to the top of the scale is expected"
        case .scaleMaximum: "a number above 0 is expected"
        case .itemQuantity: "a number from 0 is expected"
        case .total, .discount, .shipping, .cost, .refundAmount, .itemUnitPrice:
            "0 to 70,368,744,177,663 minor units is expected"
        case .exchangeRateRate: "more than 0 and less than 1,000,000,000 is expected"
        case .blockFor: "at most 36525d (a century) is expected"
        case .set, .unset, .addTags, .removeTags: "at most 32 members are expected"
        default: "see the event's schema"
        }
    }
}
