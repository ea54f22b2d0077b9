import Scoring

/// An event with all that profiles read, as a test writes it: texts instead of spans.
package struct ShopEvent: Sendable {
    package var time: EventTime
    package var customer: String
    package var id: String
    package var kind: Kind

    package enum Kind: Sendable {
        case order(Order)
        case browse(Browse)
        case feedback(Feedback)
    }

    package struct Order: Sendable {
        package var type = OrderType.completed
        package var total: Int64 = 10_000
        package var discount: Int64?
        package var cost: Int64?
        package var hasCoupon = false
        package var channel = ""
        /// The categories of its lines.
        package var categories: [String] = []
        package init() {}
    }

    package struct Browse: Sendable {
        package var type = BrowseType.productViewed
        package var sku: UInt64 = 0
        package var category = ""
        package var channel = ""
        package var campaign = ""
        package var session: UInt64 = 0
        package init() {}
    }

    package struct Feedback: Sendable {
        package var type = FeedbackType.csat
        package var score: UInt16?
        package var sentiment: Sentiment?
        package var channel = ""
        package var isConverted: Bool?
        package init() {}
    }

    package init(_ time: EventTime, _ customer: String, _ id: String, _ kind: Kind) {
        self.time = time
        self.customer = customer
        self.id = id
        self.kind = kind
    }

    package static func order(
        _ time: EventTime, _ id: String, of customer: String = "ann", _ change: (inout Order) -> Void = { _ in }
    ) -> ShopEvent {
        ShopEvent(time, customer, id, .order(changed(Order(), change)))
    }

    package static func browse(
        _ time: EventTime, _ id: String, of customer: String = "ann", _ change: (inout Browse) -> Void = { _ in }
    ) -> ShopEvent {
        ShopEvent(time, customer, id, .browse(changed(Browse(), change)))
    }

    package static func feedback(
        _ time: EventTime, _ id: String, of customer: String = "ann", _ change: (inout Feedback) -> Void = { _ in }
    ) -> ShopEvent {
        ShopEvent(time, customer, id, .feedback(changed(Feedback(), change)))
    }

    private static func changed<Value>(_ value: Value, _ change: (inout Value) -> Void) -> Value {
        var value = value
        change(&value)
        return value
    }

    package var input: InputKind {
        switch kind {
        case .order: .orders
        case .browse: .browse
        case .feedback: .feedback
        }
    }

    /// Appends the event with its texts.
    package func append(to buffer: inout EventBuffer) {
        let (who, what) = (Self.span(customer, &buffer), Self.span(id, &buffer))
        let body = body(&buffer)
        buffer.events.append(
            Event(
                time: time, customer: who, customerHash: StableHash.of(customer), id: what, idHash: StableHash.of(id),
                body: body))
    }

    private func body(_ buffer: inout EventBuffer) -> Event.Body {
        switch kind {
        case .order(let order):
            let start = buffer.items.count
            for category in order.categories {
                buffer.items.append(OrderItem(skuHash: 0, category: Self.span(category, &buffer)))
            }
            return .order(
                OrderEvent(
                    type: order.type, currency: Currencies.usd, total: Money(minorUnits: order.total),
                    discount: order.discount.map { Money(minorUnits: $0) },
                    cost: order.cost.map { Money(minorUnits: $0) }, hasCoupon: order.hasCoupon,
                    channel: Self.span(order.channel, &buffer),
                    items: ListSpan(offset: start, count: order.categories.count),
                    itemCount: UInt16(order.categories.count)))
        case .browse(let browse):
            return .browse(
                BrowseEvent(
                    type: browse.type, sessionHash: browse.session, dwellMilliseconds: 0, skuHash: browse.sku,
                    category: Self.span(browse.category, &buffer), channel: Self.span(browse.channel, &buffer),
                    campaign: Self.span(browse.campaign, &buffer)))
        case .feedback(let feedback):
            return .feedback(
                FeedbackEvent(
                    type: feedback.type, score: feedback.score, sentiment: feedback.sentiment,
                    channel: Self.span(feedback.channel, &buffer), isConverted: feedback.isConverted))
        }
    }

    private static func span(_ text: String, _ buffer: inout EventBuffer) -> TextSpan {
        guard !text.isEmpty else { return .empty }
        var text = text
        return text.withUTF8 { buffer.append(text: UnsafeRawBufferPointer($0)) }
    }
}
