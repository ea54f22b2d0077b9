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
    package var sentiment: Sentiment?
    /// The score in hundredths of a per cent of its scale (0…10,000); for NPS the answer 0…10 times 1,000. Nil: none given.
    package var score: UInt16?
    /// Whether the one whom a referral brought has become a customer. Nil: not said.
    package var isConverted: Bool?
    package var channel: TextSpan
    /// `StableHash` of the order that it is about; 0 when it names none.
    package var orderHash: UInt64
    /// `StableHash` of the customer whom a referral brought; 0 when it names none.
    package var referredHash: UInt64

    @inlinable package init(
        type: FeedbackType, score: UInt16?, sentiment: Sentiment?, channel: TextSpan = .empty, orderHash: UInt64 = 0,
        referredHash: UInt64 = 0, isConverted: Bool? = nil
    ) {
        self.type = type
        self.sentiment = sentiment
        self.score = score
        self.isConverted = isConverted
        self.channel = channel
        self.orderHash = orderHash
        self.referredHash = referredHash
    }
}
