/// What is known of a customer as of an instant, in numbers; every dimension is a function of it. No evidence is nil and
/// never a zero.
package struct ProfileEvidence: Hashable, Sendable {
    /// Days since the first event of any kind.
    package var tenureDays: Double
    /// Nil before the first order that counts.
    package var purchases: PurchaseEvidence?
    /// Nil before the first browse event.
    package var browsing: BrowsingEvidence?
    /// Nil without feedback in the history.
    package var feedback: FeedbackEvidence?
    package var habits = ShoppingHabits()
    package var referrals = Referrals()
    package var preferences = PreferenceEvidence()

    package init(tenureDays: Double) { self.tenureDays = tenureDays }
}

/// Orders that count; amounts in major units.
package struct PurchaseEvidence: Hashable, Sendable {
    package var orders = 0.0
    package var spend = 0.0
    package var spendInYear = 0.0
    package var ordersInYear = 0.0
    /// Days with an order.
    package var purchaseDays = 0.0
    package var purchaseDaysInYear = 0.0
    package var daysSinceFirst = 0.0
    package var daysSinceLast = 0.0
    /// Of the last 90 days and of the 90 before.
    package var recentSpend = 0.0
    package var earlierSpend = 0.0
    /// Days between purchase days, as far as they are kept one by one; nil with fewer than two of them.
    package var meanGap: Double?
    /// Standard deviation of these; nil with fewer than three purchase days.
    package var gapDeviation: Double?
    /// The latest one.
    package var lastGap: Double?

    package init() {}

    /// Calendar days of the longest window, today included; and of the recent one and the one before together.
    package static let yearDays = 365
    package static let recentDays = 90
    package static let earlierDays = 180

    package var averageOrderValue: Double { orders > 0 ? spend / orders : 0 }

    /// 1 for gaps of one length, falling towards 0 with their spread and with a silence longer than two of them; nil
    /// while there is no cadence to keep.
    package var regularity: Double? {
        guard let meanGap, let gapDeviation, meanGap > 0 else { return nil }
        let kept = daysSinceLast > 2 * meanGap ? 2 * meanGap / daysSinceLast : 1
        return kept / (1 + gapDeviation / meanGap)
    }

    /// How fast `regularity` falls in silence: not at all until the cadence is broken, and ever more slowly from then on.
    package var regularityLimit: SpeedLimit {
        guard let regularity, let meanGap else { return .none }
        let unbroken = 2 * meanGap - daysSinceLast
        guard unbroken <= 0 else {
            return SpeedLimit(up: 0, down: 0, holdsFor: unbroken * TimeSpan.millisecondsPerDay)
        }
        // It is c/s after s days of silence, and falls by c/s².
        return SpeedLimit(up: 0, down: regularity / daysSinceLast / TimeSpan.millisecondsPerDay)
    }
}

/// Browsing of the last 30 days, and faded with a half-life of 14 days.
package struct BrowsingEvidence: Hashable, Sendable {
    package var visits = 0.0
    /// Pages, products and categories.
    package var views = 0.0
    package var searches = 0.0
    /// Of links, e-mails and pushes.
    package var clicks = 0.0
    package var carts = 0.0
    package var dwellSeconds = 0.0
    /// Faded sum: a view counts 1, a search, a click or a wish 2, a cart 3, a checkout 4.
    package var engagement = 0.0

    package init() {}

    package static let halfLifeDays = 14.0
    package static let windowDays = 30

    /// What an event of a kind counts in `engagement`.
    package static func weight(of type: BrowseType) -> Double {
        switch type {
        case .pageViewed, .productViewed, .categoryViewed, .emailOpened, .pushOpened: 1
        case .searched, .linkClicked, .wishlistAdded, .emailClicked: 2
        case .cartAdded: 3
        case .checkoutStarted: 4
        case .cartRemoved: 0
        }
    }
}

/// Feedback within the history.
package struct FeedbackEvidence: Hashable, Sendable {
    package var reviews = 0.0
    /// What was felt to be good, neither, and bad; reviews and answers without a feeling told by their score. A complaint is
    /// bad while it is open, and neither afterwards.
    package var positive = 0.0
    package var neutral = 0.0
    package var negative = 0.0
    package var complaints = 0.0
    /// Those that no later resolution answers.
    package var complaintsOpen = 0.0
    /// Mean of CSAT, survey and review scores in per cent, faded with a half-life of 90 days.
    package var satisfaction: Double?
    /// 0…10.
    package var latestNPS: Double?

    package init() {}

    package static let halfLifeDays = 90.0
}

/// How a customer comes to buy, over the orders that said so.
package struct ShoppingHabits: Hashable, Sendable {
    package var orders = 0.0
    /// With a discount or a coupon.
    package var discounted = 0.0
    /// Within a day of an answer to a campaign.
    package var flash = 0.0
    /// That views of products preceded; the sums below are over these.
    package var considered = 0.0
    package var views = 0.0
    /// Different products looked at.
    package var compared = 0.0
    package var decisionHours = 0.0
    package var units = 0.0
    /// What is left of the totals of the orders that told their cost, major units; nil where none did.
    package var contribution: Double?
    /// That as a share of these totals, at most 1.
    package var margin: Double?

    package init() {}

    package var discountedShare: Double? { orders > 0 ? discounted / orders : nil }
    package var flashShare: Double? { orders > 0 ? flash / orders : nil }
    package var unitsPerOrder: Double? { orders > 0 && units > 0 ? units / orders : nil }
    package var viewsPerOrder: Double? { considered > 0 ? views / considered : nil }
    package var comparedPerOrder: Double? { considered > 0 ? compared / considered : nil }
    package var hoursPerOrder: Double? { considered > 0 ? decisionHours / considered : nil }
}

/// Since the first event.
package struct Referrals: Hashable, Sendable {
    package var made = 0.0
    /// That became customers.
    package var converted = 0.0

    package init() {}
}

package struct PreferenceEvidence: Hashable, Sendable {
    /// Of the categories: the sum of the squared shares, 1 for one alone; nil without any.
    package var concentration: Double?
    /// Of the foremost category, 0…1; nil without any.
    package var topShare: Double?
    /// Categories bought from, among those that are kept.
    package var categoriesBought = 0.0

    package init() {}
}
