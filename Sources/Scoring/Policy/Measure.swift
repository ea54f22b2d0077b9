/// A named number computed from a customer's state at an instant. Counts and sums are known from the start (0);
/// the others are unknown until there is evidence.
package struct Measure: Hashable, Sendable {
    package var quantity: Quantity
    package var window: Window

    /// What a measure counts over.
    package enum Window: Hashable, Sendable {
        /// Calendar days, today included.
        case days(Int)
        /// The policy's qualification period, from its first day until now.
        case period
        /// Everything; also where no window applies.
        case lifetime
    }

    package init(_ quantity: Quantity, _ window: Window) {
        self.quantity = quantity
        self.window = window
    }

    /// Without days, over the lifetime.
    package init(_ quantity: Quantity, windowDays: Int? = nil) {
        self.init(quantity, windowDays.map { .days($0) } ?? .lifetime)
    }

    /// The days of a window of days.
    package var windowDays: Int? {
        guard case .days(let days) = window else { return nil }
        return days
    }

    /// Whether something leaves it as time goes by.
    package var isWindowed: Bool { window != .lifetime }

    /// Whether midnights move it with no event arriving.
    package var isMovedByMidnights: Bool {
        quantity.history != nil && (isWindowed || quantity.ownDays != nil) || quantity.history == .feedback
    }

    /// The days of history that it looks at; nil for as many as are kept.
    package var daysNeeded: Int? { windowDays ?? quantity.ownDays }

    package enum Quantity: Hashable, Sendable {
        /// Orders that count, net of cancellations and full refunds.
        case orders
        /// Their amounts net of refunds, major units of the policy's currency.
        case spend
        /// Spend over orders; unknown without orders.
        case averageOrderValue
        /// Contribution: spend less the costs that are known, so that orders of unknown cost count whole; major units.
        /// Unknown while no order in the window told its cost.
        case contribution
        /// Contribution margin ratio of the orders that told their cost: 1 − costs / spend, at most 1. Unknown without any.
        case margin
        /// Points earned and neither taken back nor expired, as `Policy.points` has it; the window is its expiry.
        case points
        /// Σ amount · 2^(−age / half-life), major units; the half-life is the policy's.
        case spendEWMA
        /// Days of 24 hours since the latest order, fractional.
        case daysSinceLastOrder
        /// Days of 24 hours since the first event of any kind, fractional.
        case tenureDays
        /// Browse events of one type, or of all.
        case browse(BrowseType?)
        /// Time spent, seconds.
        case dwellSeconds
        /// Browsing sessions.
        case sessions
        /// Latest CSAT or review score, per cent of its scale.
        case csatLatest
        /// Their mean.
        case csatMean
        /// Latest NPS answer, 0…10.
        case npsLatest
        case npsMean
        case complaints
        /// Complaints without a later resolution.
        case complaintsOpen
        /// P(alive) under the policy's churn model; unknown before the first order.
        case pAlive
        /// Probability of no purchase within the churn horizon; unknown before the first order.
        case p0
        /// The churn risk as the policy scores it, without its adjustment; unknown before the first order.
        case churnRisk
        /// Faded browsing of the last 30 days, as `BrowsingEvidence.engagement`; unknown before the first browse event.
        case engagement
        /// What was good (1), neither (0) and bad (−1) on average, of whatever feedback says so: a sentiment wherever one is
        /// given, else the score of a review, answer or mention, and complaints.
        case sentimentMean
        /// Spend of the last 90 days over that of the 90 before, less 1: 0.25 is a quarter more. Unknown without any before.
        case spendGrowth
        /// The same of orders.
        case orderGrowth
        /// Purchase days after the first over all purchase days, 0…1; unknown before the first order.
        case repeatRate
        /// How regular the purchases are and whether their cadence is kept, 0…1, as `PurchaseEvidence.regularity`; unknown
        /// with fewer than three purchase days.
        case regularity
        /// 0…1, as `Dimensions.loyaltyScore`; unknown before the first order.
        case loyalty
        /// 1…5 as `RFM` has them, by the policy's thresholds; unknown before the first order.
        case recencyScore
        case frequencyScore
        case monetaryScore
        /// Of orders, the share with a discount or a coupon, 0…1; unknown before an order.
        case discountedShare
        /// Categories bought from, among the eight that are kept; unknown while no order told one.
        case categoryBreadth
        /// Share of the foremost category among those kept, 0…1, as profiles list it; unknown without any.
        case topCategoryShare
        /// Referrals made, and those that became customers.
        case referrals
        case referralsConverted
        /// Purchase days expected within the churn horizon; unknown before the first order.
        case expectedOrders
        /// What the customer is worth from now on by the policy's `value`, major units; unknown before the first order.
        case lifetimeValue
        /// 1 for who has the tag by a command, else 0.
        case tag(String)
        /// 1 for whose attribute is this text by a command, else 0.
        case attribute(name: String, text: String)
        /// An attribute that a command set to a number; unknown while there is none, or it is no number.
        case attributeNumber(String)
    }

    /// The name in policies, outputs and the API, e.g. `spend_365d`.
    package var name: String {
        let base = quantity.baseName
        guard quantity.takesWindow else { return base }
        return switch window {
        case .days(let days): "\(base)_\(days)d"
        case .period: "\(base)_period"
        case .lifetime: "\(base)_lifetime"
        }
    }
}

extension Measure.Quantity {
    /// The name without the window.
    package var baseName: String {
        switch self {
        case .orders: "orders"
        case .spend: "spend"
        case .averageOrderValue: "average_order_value"
        case .contribution: "contribution"
        case .margin: "margin"
        case .points: "points"
        case .spendEWMA: "spend_ewma"
        case .daysSinceLastOrder: "days_since_last_order"
        case .tenureDays: "tenure_days"
        case .browse(let type): type.map { "\($0.name)" } ?? "browse_events"
        case .dwellSeconds: "dwell_seconds"
        case .sessions: "sessions"
        case .csatLatest: "csat_latest"
        case .csatMean: "csat_mean"
        case .npsLatest: "nps_latest"
        case .npsMean: "nps_mean"
        case .complaints: "complaints"
        case .complaintsOpen: "complaints_open"
        case .pAlive: "p_alive"
        case .p0: "p0"
        case .churnRisk: "churn_risk"
        case .engagement, .sentimentMean, .spendGrowth, .orderGrowth, .repeatRate, .regularity, .loyalty, .recencyScore,
            .frequencyScore, .monetaryScore, .discountedShare, .categoryBreadth, .topCategoryShare, .referrals,
            .referralsConverted, .expectedOrders, .lifetimeValue:
            dimensionName
        case .tag(let tag): "tag:\(tag)"
        case .attribute(let name, let text): "attribute:\(name)=\(text)"
        case .attributeNumber(let name): "attribute:\(name)"
        }
    }

    /// Of the measures of the profiles' dimensions.
    private var dimensionName: String {
        switch self {
        case .engagement: "engagement"
        case .sentimentMean: "sentiment_mean"
        case .spendGrowth: "spend_growth"
        case .orderGrowth: "order_growth"
        case .repeatRate: "repeat_rate"
        case .regularity: "regularity"
        case .loyalty: "loyalty"
        case .recencyScore: "recency_score"
        case .frequencyScore: "frequency_score"
        case .monetaryScore: "monetary_score"
        case .discountedShare: "discounted_share"
        case .categoryBreadth: "category_breadth"
        case .topCategoryShare: "top_category_share"
        case .referrals: "referrals"
        case .referralsConverted: "referrals_converted"
        case .expectedOrders: "expected_orders"
        default: "lifetime_value"
        }
    }

    package var takesWindow: Bool {
        switch self {
        case .orders, .spend, .averageOrderValue, .contribution, .margin, .browse, .dwellSeconds, .sessions, .csatMean,
            .npsMean, .complaints, .sentimentMean:
            true
        default: false
        }
    }

    /// The days that it looks back by itself, where no window says so.
    package var ownDays: Int? {
        switch self {
        case .engagement: BrowsingEvidence.windowDays
        case .spendGrowth, .orderGrowth: PurchaseEvidence.earlierDays
        default: nil
        }
    }

    /// What a policy must say besides, for it to be computed.
    package var need: Need? {
        switch self {
        case .loyalty, .recencyScore, .frequencyScore, .monetaryScore, .discountedShare, .categoryBreadth,
            .topCategoryShare, .referrals, .referralsConverted:
            .profiles
        case .lifetimeValue: .value
        default: nil
        }
    }

    /// Raw values are the fields of policies.
    package enum Need: String, CaseIterable, Sendable {
        /// For what is kept, and for the thresholds of what is scored.
        case profiles
        case value
    }

    /// Whether `_lifetime` may stand for the window: true for what is totalled beyond the longest window.
    package var takesLifetime: Bool {
        switch self {
        case .orders, .spend, .averageOrderValue, .contribution, .margin: true
        default: false
        }
    }

    /// Whether `_period` may stand for the window.
    package var takesPeriod: Bool { takesLifetime }

    /// Which input's history the window is taken over; nil where no window applies.
    package var history: InputKind? {
        switch self {
        case .orders, .spend, .averageOrderValue, .contribution, .margin, .points, .spendGrowth, .orderGrowth: .orders
        case .browse, .dwellSeconds, .sessions, .engagement: .browse
        case .csatLatest, .csatMean, .npsLatest, .npsMean, .complaints, .complaintsOpen, .sentimentMean: .feedback
        default: nil
        }
    }

    /// Whether orders must keep their cost for it.
    package var needsCosts: Bool { self == .contribution || self == .margin }

    /// Those with a name of their own; a tag or an attribute is named by the policy.
    package static let all: [Measure.Quantity] =
        [
            .orders, .spend, .averageOrderValue, .spendEWMA, .daysSinceLastOrder, .tenureDays, .browse(nil),
            .dwellSeconds,
            .sessions, .csatLatest, .csatMean, .npsLatest, .npsMean, .complaints, .complaintsOpen, .pAlive, .p0,
            .churnRisk, .contribution, .margin, .points, .engagement, .sentimentMean, .spendGrowth, .orderGrowth,
            .repeatRate, .regularity, .loyalty, .recencyScore, .frequencyScore, .monetaryScore, .discountedShare,
            .categoryBreadth, .topCategoryShare, .referrals, .referralsConverted, .expectedOrders, .lifetimeValue,
        ] + BrowseType.allCases.map { .browse($0) }
}

extension Measure {
    /// The longest window that a policy may name: ten years.
    package static let maximumWindowDays = 3_653

    /// Reads a name such as `orders_90d`, `spend_lifetime` or `p_alive`; nil if no measure has exactly this name.
    package init?(name: String) {
        for quantity in Quantity.all {
            let base = quantity.baseName
            guard name.hasPrefix(base) else { continue }
            let rest = name.dropFirst(base.count)
            // One spelling each: not `orders_+90d`, not `orders_090d`.
            if let measure = Self.parse(quantity, suffix: rest), measure.name == name {
                self = measure
                return
            }
        }
        return nil
    }

    private static func parse(_ quantity: Quantity, suffix: Substring) -> Measure? {
        if suffix.isEmpty { return quantity.takesWindow ? nil : Measure(quantity) }
        if suffix == "_lifetime" { return quantity.takesLifetime ? Measure(quantity) : nil }
        if suffix == "_period" { return quantity.takesPeriod ? Measure(quantity, .period) : nil }
        guard quantity.takesWindow, suffix.first == "_", suffix.last == "d",
            let days = Int(suffix.dropFirst().dropLast()), (1...maximumWindowDays).contains(days)
        else { return nil }
        return Measure(quantity, windowDays: days)
    }
}
