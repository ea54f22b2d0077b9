/// The stages of an order's life. Raw values are ranks: an order counts from the stage that the policy names, or any later one.
package enum OrderType: UInt8, CaseIterable, Sendable {
    case placed = 0
    case paid = 1
    case completed = 2
    case updated = 3
    case cancelled = 4
    case refunded = 5

    /// The name on the wire.
    package var name: StaticString {
        switch self {
        case .placed: "placed"
        case .paid: "paid"
        case .completed: "completed"
        case .updated: "updated"
        case .cancelled: "cancelled"
        case .refunded: "refunded"
        }
    }
}

/// What an order event says; amounts in minor units of `currency`.
package struct OrderEvent: Sendable {
    package var type: OrderType
    /// Whether a coupon was used; which one is not kept.
    package var hasCoupon: Bool
    /// Lines of the order, those beyond `items` included.
    package var itemCount: UInt16
    package var currency: CurrencyCode
    package var total: Money
    package var packedRefund: PackedAmount
    package var packedDiscount: PackedAmount
    package var packedShipping: PackedAmount
    package var packedCost: PackedAmount
    package var channel: TextSpan
    /// The first `maximumItems` lines, in `EventBuffer.items`.
    package var items: ListSpan
    package var rateBillionths: Int64
    package var rateCurrency: CurrencyCode

    /// Lines of an order that are kept; more are only counted.
    @inlinable package static var maximumItems: Int { 16 }

    @inlinable package init(
        type: OrderType, currency: CurrencyCode, total: Money, refund: Money? = nil, discount: Money? = nil,
        shipping: Money? = nil, cost: Money? = nil, hasCoupon: Bool = false, channel: TextSpan = .empty,
        items: ListSpan = .empty, itemCount: UInt16 = 0, rate: CarriedRate? = nil
    ) {
        self.type = type
        self.hasCoupon = hasCoupon
        self.itemCount = itemCount
        self.currency = currency
        self.total = total
        packedRefund = PackedAmount(refund)
        packedDiscount = PackedAmount(discount)
        packedShipping = PackedAmount(shipping)
        packedCost = PackedAmount(cost)
        self.channel = channel
        self.items = items
        rateBillionths = rate?.rate.billionths ?? 0
        rateCurrency = rate?.currency ?? .none
    }

    /// The amount given back by a refund; the whole total when the event names none.
    @inlinable package var refund: Money? { packedRefund.amount }
    @inlinable package var discount: Money? { packedDiscount.amount }
    @inlinable package var shipping: Money? { packedShipping.amount }
    @inlinable package var cost: Money? { packedCost.amount }
    /// The rate that the producer converted at; counts before the policy's.
    @inlinable package var rate: CarriedRate? {
        rateBillionths == 0 ? nil : CarriedRate(ExchangeRate(billionths: rateBillionths), to: rateCurrency)
    }
}

/// An amount from 0 that may be missing, in as many bytes as one that may not: with them an event fits two cache lines.
package struct PackedAmount: Sendable {
    package var minorUnits: Int64

    @inlinable package init(_ amount: Money?) { minorUnits = amount?.minorUnits ?? -1 }
    @inlinable package var amount: Money? { minorUnits < 0 ? nil : Money(minorUnits: minorUnits) }
}

/// One line of an order.
package struct OrderItem: Hashable, Sendable {
    /// `StableHash` of the article's id; 0 when the line names none.
    package var skuHash: UInt64
    package var category: TextSpan
    /// How many, since goods are sold by weight too; 1,000 when the line does not say.
    package var quantityThousandths: UInt32
    /// The price of one in minor units of the order's currency.
    package var unitPrice: Money?

    @inlinable package init(
        skuHash: UInt64, category: TextSpan, quantityThousandths: UInt32 = 1_000, unitPrice: Money? = nil
    ) {
        self.skuHash = skuHash
        self.category = category
        self.quantityThousandths = quantityThousandths
        self.unitPrice = unitPrice
    }
}

/// An exchange rate that came with the order it is for.
package struct CarriedRate: Hashable, Sendable {
    package var rate: ExchangeRate
    /// The currency that the rate leads to; `.none` stands for the policy's, whichever that is.
    package var currency: CurrencyCode

    @inlinable package init(_ rate: ExchangeRate, to currency: CurrencyCode = .none) {
        self.rate = rate
        self.currency = currency
    }
}
