import Scoring

/// The policy that is measured with unless a file is named: the terms, tiers and churn levels of the retail example, in
/// UTC and without labels, so that a figure needs no file beside the binary.
package enum BenchPolicy {
    package static let retail = Policy(
        name: "bench-retail", version: 1, hash: "built-in", calendar: .utc, currency: usd,
        exchangeRates: [:],
        history: History(orderDays: 365, browseDays: 30, feedbackDays: 365),
        measures: measures, terms: terms, tiers: tiers,
        downgrade: DowngradeRule(margin: 0.2, minimumDwell: .days(30), grace: .days(28), mode: .oneStep),
        churn: ChurnRule(
            model: .defaultBGNBD, horizonDays: 90,
            levels: [
                ChurnRule.Level(name: "low", from: 0),
                ChurnRule.Level(name: "medium", from: 0.6, actions: ["recommend_by_category"]),
                ChurnRule.Level(name: "high", from: 0.85, actions: ["win_back_offer"]),
            ],
            margin: 0.02, isCalibrated: false))

    /// The same with a highest tier that nobody reaches, and with one that everybody has: who stands under the first
    /// rises once, and only once, when the second becomes active.
    static let (unreachable, everybodys) = (ladder(version: 1, platinumFrom: 100), ladder(version: 2, platinumFrom: 0))

    private static func ladder(version: Int, platinumFrom threshold: Double) -> Policy {
        var policy = retail
        policy.version = version
        policy.tiers[policy.tiers.count - 1].entry = score(threshold)
        return policy
    }

    /// Three capital letters: U, S, D.
    package static let usd = CurrencyCode(packed: 0x55_53_44)

    private static let measures = [
        Measure(.spendEWMA), Measure(.orders, windowDays: 365), Measure(.browse(.productViewed), windowDays: 30),
        Measure(.browse(.cartAdded), windowDays: 30), Measure(.sessions, windowDays: 30),
        Measure(.csatMean, windowDays: 365), Measure(.complaintsOpen),
    ]
    private static let (orders, complaints) = (1, 6)

    private static let terms = [
        Term(name: "spending", measure: 0, weight: 55, curve: .saturating(halfAt: 200), whenUnknown: 0),
        Term(name: "frequency", measure: orders, weight: 20, curve: .linear(from: 0, to: 12), whenUnknown: 0),
        Term(name: "views", measure: 2, weight: 5, curve: .linear(from: 0, to: 30), whenUnknown: 0),
        Term(name: "carts", measure: 3, weight: 5, curve: .linear(from: 0, to: 5), whenUnknown: 0),
        Term(name: "visits", measure: 4, weight: 5, curve: .linear(from: 0, to: 10), whenUnknown: 0),
        Term(
            name: "satisfaction", measure: 5, weight: 10,
            curve: .points([.init(x: 0, y: 0), .init(x: 60, y: 0.3), .init(x: 100, y: 1)]), whenUnknown: 0.5),
        Term(name: "complaints", measure: complaints, weight: -10, curve: .linear(from: 0, to: 2), whenUnknown: 0),
    ]

    private static let tiers = [
        Tier(name: "standard", entry: nil, actions: ["welcome_series"]),
        Tier(name: "silver", entry: score(25), actions: ["free_standard_shipping", "birthday_coupon"]),
        Tier(
            name: "gold", entry: .all([score(40), atLeast(3, orders)]),
            actions: ["free_express_shipping", "early_access"]),
        Tier(
            name: "platinum", entry: .all([score(55), atLeast(4, orders), .not(atLeast(2, complaints))]),
            actions: ["personal_advisor", "free_express_shipping", "early_access", "yearly_gift"]),
    ]

    private static func score(_ threshold: Double) -> Condition { .comparison(Comparison(.score, .atLeast, threshold)) }

    private static func atLeast(_ threshold: Double, _ measure: Int) -> Condition {
        .comparison(Comparison(.measure(measure), .atLeast, threshold))
    }
}
