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
        case .tag(let tag): "tag:\(tag)"
        case .attribute(let name, let text): "attribute:\(name)=\(text)"
        case .attributeNumber(let name): "attribute:\(name)"
        }
    }

    package var takesWindow: Bool {
        switch self {
        case .orders, .spend, .averageOrderValue, .contribution, .margin, .browse, .dwellSeconds, .sessions, .csatMean,
            .npsMean, .complaints:
            true
        case .spendEWMA, .points, .daysSinceLastOrder, .tenureDays, .csatLatest, .npsLatest, .complaintsOpen, .pAlive,
            .p0, .churnRisk, .tag, .attribute, .attributeNumber:
            false
        }
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
        case .orders, .spend, .averageOrderValue, .contribution, .margin, .points: .orders
        case .browse, .dwellSeconds, .sessions: .browse
        case .csatLatest, .csatMean, .npsLatest, .npsMean, .complaints, .complaintsOpen: .feedback
        case .spendEWMA, .daysSinceLastOrder, .tenureDays, .pAlive, .p0, .churnRisk, .tag, .attribute,
            .attributeNumber:
            nil
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
            .churnRisk, .contribution, .margin, .points,
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
