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
    /// The amount given back by a refund; the whole total when the event names none.
    package var refund: Money?
    package var discount: Money?
    package var shipping: Money?
    package var cost: Money?
    package var channel: TextSpan
    /// The first `maximumItems` lines, in `EventBuffer.items`.
    package var items: ListSpan
    /// The rate that the producer converted at; counts before the policy's.
    package var rate: CarriedRate?

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
        self.refund = refund
        self.discount = discount
        self.shipping = shipping
        self.cost = cost
        self.channel = channel
        self.items = items
        self.rate = rate
    }
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
