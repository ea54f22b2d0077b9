/// How much there is of something. Raw values of all levels are the names on the wire.
package enum Grade: String, CaseIterable, Comparable, Sendable {
    case unknown, low, medium, high

    private var rank: Int {
        switch self {
        case .unknown: 0
        case .low: 1
        case .medium: 2
        case .high: 3
        }
    }

    package static func < (left: Grade, right: Grade) -> Bool { left.rank < right.rank }
}

package enum PurchaseBehaviour: String, CaseIterable, Sendable {
    /// Known from feedback alone: may have bought before there were events.
    case unknown
    case never
    case oneTime = "one_time"
    case occasional
    case frequent
    case lapsed
}

package enum FeedbackTone: String, CaseIterable, Sendable {
    case unknown, negative, neutral, positive
}

/// Where a customer is in the relation with the shop.
///
///     prospect ──► new ──► growing ◄──► mature ◄──► declining ──► churned ──► won_back ──► …
package enum LifecycleStage: String, CaseIterable, Sendable {
    case unknown
    case prospect
    case new
    case growing
    case mature
    case declining
    case churned
    case wonBack = "won_back"
}

package enum ShoppingStyle: String, CaseIterable, Sendable {
    case unknown, rational, emotional, impulsive
}

package enum Recommendation: String, CaseIterable, Sendable {
    case unknown, detractor, passive, promoter
}
