/// A run of bytes inside the text buffer that travels with a batch of events (`EventBuffer.text`).
package struct TextSpan: Hashable, Sendable {
    package var offset: UInt32
    package var length: UInt32

    @inlinable package init(offset: Int, length: Int) {
        self.offset = UInt32(truncatingIfNeeded: offset)
        self.length = UInt32(truncatingIfNeeded: length)
    }
    package static let empty = TextSpan(offset: 0, length: 0)
    @inlinable package var isEmpty: Bool { length == 0 }
    @inlinable package var range: Range<Int> { Int(offset)..<Int(offset) + Int(length) }
}

/// The four input streams. The raw value is the rank that orders events of one instant inside a batch.
package enum InputKind: UInt8, CaseIterable, Sendable {
    case orders = 0
    case browse = 1
    case feedback = 2
    case commands = 3
}

/// A decoded and validated domain event. Trivial: texts are spans of the batch's buffer, ids also 64-bit fixed-seed hashes.
package struct Event: Sendable {
    /// When it happened, by the producer's account (`occurred_at`).
    package var time: EventTime
    package var customer: TextSpan
    /// `StableHash` of the customer id's bytes.
    package var customerHash: UInt64
    /// `order_id` of an order, `event_id` of any other event.
    package var id: TextSpan
    /// `StableHash` of the id's bytes.
    package var idHash: UInt64
    package var body: Body

    package enum Body: Sendable {
        case order(OrderEvent)
        case browse(BrowseEvent)
        case feedback(FeedbackEvent)
        case command(CommandEvent)
    }

    @inlinable package init(
        time: EventTime, customer: TextSpan, customerHash: UInt64, id: TextSpan, idHash: UInt64, body: Body
    ) {
        self.time = time
        self.customer = customer
        self.customerHash = customerHash
        self.id = id
        self.idHash = idHash
        self.body = body
    }
}

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
    package var currency: CurrencyCode
    package var total: Money
    /// The amount given back by a refund; the whole total when the event names none.
    package var refund: Money?
    package var discount: Money?
    package var cost: Money?
    package var channel: TextSpan

    @inlinable package init(
        type: OrderType, currency: CurrencyCode, total: Money, refund: Money? = nil, discount: Money? = nil,
        cost: Money? = nil, channel: TextSpan = .empty
    ) {
        self.type = type
        self.currency = currency
        self.total = total
        self.refund = refund
        self.discount = discount
        self.cost = cost
        self.channel = channel
    }
}

/// What a visitor did. Raw values are bit positions in the daily browse buckets: append only.
package enum BrowseType: UInt8, CaseIterable, Sendable {
    case pageViewed = 0
    case productViewed = 1
    case categoryViewed = 2
    case searched = 3
    case linkClicked = 4
    case cartAdded = 5
    case cartRemoved = 6
    case checkoutStarted = 7
    case wishlistAdded = 8
    case emailOpened = 9
    case emailClicked = 10
    case pushOpened = 11

    /// The name on the wire.
    package var name: StaticString {
        switch self {
        case .pageViewed: "page_viewed"
        case .productViewed: "product_viewed"
        case .categoryViewed: "category_viewed"
        case .searched: "searched"
        case .linkClicked: "link_clicked"
        case .cartAdded: "cart_added"
        case .cartRemoved: "cart_removed"
        case .checkoutStarted: "checkout_started"
        case .wishlistAdded: "wishlist_added"
        case .emailOpened: "email_opened"
        case .emailClicked: "email_clicked"
        case .pushOpened: "push_opened"
        }
    }
}

/// What a browse event says.
package struct BrowseEvent: Sendable {
    package var type: BrowseType
    /// `StableHash` of the session id's bytes; 0 when the event names no session.
    package var sessionHash: UInt64
    /// Time spent, milliseconds; at most `maximumDwell`.
    package var dwellMilliseconds: UInt32
    package var category: TextSpan

    /// One day: a longer dwell is a forgotten tab, and is rejected as out of range.
    package static let maximumDwell: UInt32 = 86_400_000

    @inlinable package init(
        type: BrowseType, sessionHash: UInt64, dwellMilliseconds: UInt32, category: TextSpan = .empty
    ) {
        self.type = type
        self.sessionHash = sessionHash
        self.dwellMilliseconds = dwellMilliseconds
        self.category = category
    }
}

/// The kinds of feedback. Raw values are stored in feedback entries: append only.
package enum FeedbackType: UInt8, CaseIterable, Sendable {
    case review = 0
    case csat = 1
    case nps = 2
    case complaint = 3
    case complaintResolved = 4
    case survey = 5
    case referral = 6
    case supportContact = 7
    case socialMention = 8

    /// The name on the wire.
    package var name: StaticString {
        switch self {
        case .review: "review"
        case .csat: "csat"
        case .nps: "nps"
        case .complaint: "complaint"
        case .complaintResolved: "complaint_resolved"
        case .survey: "survey"
        case .referral: "referral"
        case .supportContact: "support_contact"
        case .socialMention: "social_mention"
        }
    }
}

/// How a text was felt to read.
package enum Sentiment: Int8, CaseIterable, Sendable {
    case negative = -1
    case neutral = 0
    case positive = 1
}

/// What a feedback event says.
package struct FeedbackEvent: Sendable {
    package var type: FeedbackType
    /// The score in hundredths of a per cent of its scale (0…10,000); for NPS the answer 0…10 times 1,000. Nil: none given.
    package var score: UInt16?
    package var sentiment: Sentiment?

    @inlinable package init(type: FeedbackType, score: UInt16?, sentiment: Sentiment?) {
        self.type = type
        self.score = score
        self.sentiment = sentiment
    }
}

/// What an operator or another system asks for. Only the name is decoded so far; the engine refuses them all.
package enum CommandType: UInt8, CaseIterable, Sendable {
    case erase = 0
    case pin = 1
    case unpin = 2
    case merge = 3
    case attribute = 4
    case recompute = 5
}

/// A command to the engine.
package struct CommandEvent: Sendable {
    package var type: CommandType
    @inlinable package init(type: CommandType) { self.type = type }
}
