import Scoring

/// The amounts of an order record, read exactly.
struct OrderFields {
    private let currency: CurrencyCode?
    private let total: Money?
    private let refund: Money?
    private let discount: Money?
    private let shipping: Money?
    private let cost: Money?
    private let hasCoupon: Bool
    private let rate: CarriedRate?
    /// Decimal places of the currency; 0 without one.
    let places: Int

    @inline(__always) init(_ record: JSONRecord, currencies: inout CurrencyPlaces) throws(Rejection) {
        currency = try record.currency()
        hasCoupon = try record.hasText(.coupon)
        rate = try record.carriedRate()
        guard let currency else {
            try Self.refuseAmounts(record)
            (total, refund, discount, shipping, cost) = (nil, nil, nil, nil, nil)
            places = 0
            return
        }
        places = currencies.places(of: currency)
        total = try record.money(.total, places: places)
        discount = try record.money(.discount, places: places)
        shipping = try record.money(.shipping, places: places)
        cost = try record.money(.cost, places: places)
        refund = try Self.refund(record, places: places)
    }

    /// Whether amounts mean anything.
    var hasCurrency: Bool { currency != nil }

    /// The event of stage `type`; throws `missingField` for what that stage needs.
    @inline(__always) func event(_ type: OrderType) throws(Rejection) -> OrderEvent {
        switch type {
        case .placed, .paid, .completed, .updated:
            guard currency != nil else { throw Rejection(.missingField, .currency) }
            guard total != nil else { throw Rejection(.missingField, .total) }
        case .cancelled, .refunded:
            // Without an amount it is the whole order, in whatever currency that was.
            break
        }
        return OrderEvent(
            type: type, currency: currency ?? .none, total: total ?? .zero, refund: refund, discount: discount,
            shipping: shipping, cost: cost, hasCoupon: hasCoupon, rate: rate)
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
}

extension JSONRecord {
    /// The exchange rate that came with the order, exact.
    @inline(__always) fileprivate func carriedRate() throws(Rejection) -> CarriedRate? {
        guard let object = self[.exchangeRate] else { return nil }
        guard object.isObject else { throw Rejection(.wrongType, .exchangeRate) }
        let value = try required(.rate)
        guard value.isNumber || value.isString else { throw Rejection(.wrongType, .exchangeRateRate) }
        guard let number = unsafe DecimalNumber(value.bytes) else { throw Rejection(.invalidValue, .exchangeRateRate) }
        return CarriedRate(try ExchangeRate(number), to: try currency(.rateCurrency) ?? .none)
    }
}

extension ExchangeRate {
    /// The rates of a policy have as many digits before and after the point.
    private static let places = 9
    private static let limit: UInt64 = 1_000_000_000 * 1_000_000_000

    fileprivate init(_ number: DecimalNumber) throws(Rejection) {
        guard number.coefficient > 0, !number.isNegative,
            let (value, isExact) = number.magnitude(shiftedBy: Self.places), value < Self.limit
        else { throw Rejection(.outOfRange, .exchangeRateRate) }
        guard isExact else { throw Rejection(.invalidValue, .exchangeRateRate) }
        self.init(billionths: Int64(value))
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
