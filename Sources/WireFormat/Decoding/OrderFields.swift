import Scoring

/// The amounts of an order record, read exactly.
struct OrderFields {
    private let currency: CurrencyCode?
    private let total: Money?
    private let refund: Money?
    private let discount: Money?
    private let cost: Money?

    @inline(__always) init(_ record: JSONRecord, currencies: inout CurrencyPlaces) throws(Rejection) {
        currency = try record.currency()
        guard let currency else {
            try Self.refuseAmounts(record)
            (total, refund, discount, cost) = (nil, nil, nil, nil)
            try Self.checkUnused(record)
            return
        }
        let places = currencies.places(of: currency)
        total = try record.money(.total, places: places)
        discount = try record.money(.discount, places: places)
        cost = try record.money(.cost, places: places)
        _ = try record.money(.shipping, places: places)
        refund = try Self.refund(record, places: places)
        try Self.checkUnused(record)
    }

    /// The event of stage `type`; throws `missingField` for what that stage needs.
    @inline(__always) func event(_ type: OrderType) throws(Rejection) -> OrderEvent {
        switch type {
        case .placed, .paid, .completed, .updated:
            guard currency != nil else { throw Rejection(.missingField, .currency) }
            guard total != nil else { throw Rejection(.missingField, .total) }
        case .refunded:
            guard currency != nil else { throw Rejection(.missingField, .currency) }
        case .cancelled:
            break
        }
        return OrderEvent(
            type: type, currency: currency ?? .none, total: total ?? .zero, refund: refund, discount: discount,
            cost: cost)
    }

    /// An amount means nothing without its currency.
    private static func refuseAmounts(_ record: JSONRecord) throws(Rejection) {
        for key in [RecordKey.total, .discount, .shipping, .cost] where record[key] != nil {
            throw Rejection(.missingField, .currency)
        }
        if try isRefund(record), record[.refundAmount] != nil { throw Rejection(.missingField, .currency) }
    }

    @inline(__always) private static func refund(_ record: JSONRecord, places: Int) throws(Rejection) -> Money? {
        try isRefund(record) ? record.money(.refundAmount, places: places) : nil
    }

    /// Whether there is a refund; throws `wrongType` if it is not an object with a textual reason.
    @inline(__always) private static func isRefund(_ record: JSONRecord) throws(Rejection) -> Bool {
        guard let refund = record[.refund] else { return false }
        guard refund.isObject else { throw Rejection(.wrongType, .refund) }
        _ = try unsafe record.text(.refundReason)
        return true
    }

    /// Fields that this version does not use must still have their type: a wrong one shows a producer's mistake.
    @inline(__always) private static func checkUnused(_ record: JSONRecord) throws(Rejection) {
        _ = try unsafe record.text(.coupon)
        if let items = record[.items], !items.isArray { throw Rejection(.wrongType, .items) }
    }
}

extension CurrencyCode {
    /// The currency of an event that names no amount.
    package static let none = CurrencyCode(packed: 0)
}

extension JSONRecord {
    /// Three capital letters, or nil.
    @inline(__always) fileprivate func currency() throws(Rejection) -> CurrencyCode? {
        guard let text = try unsafe text(.currency) else { return nil }
        guard text.count == 3 else { throw Rejection(.invalidValue, .currency) }
        var packed: UInt32 = 0
        for index in 0..<3 {
            let letter = unsafe text[index]
            guard (65...90).contains(letter) else { throw Rejection(.invalidValue, .currency) }
            packed = packed << 8 | UInt32(letter)
        }
        return CurrencyCode(packed: packed)
    }
}

/// The decimal places of the currency asked for last: a shop's orders are nearly all in one.
struct CurrencyPlaces {
    private var last = CurrencyCode.none
    private var lastPlaces = CurrencyCode.none.exponent

    @inline(__always) mutating func places(of currency: CurrencyCode) -> Int {
        if currency != last { (last, lastPlaces) = (currency, currency.exponent) }
        return lastPlaces
    }
}
