import Scoring
import TestSupport

/// Small policies for claims about one rule at a time.
enum Policies {
    static let start = EventTime(milliseconds: 1_768_900_000_000)

    static func hours(_ count: Double) -> EventTime {
        EventTime(milliseconds: start.milliseconds + Int64(count * 3_600_000))
    }

    static func days(_ count: Double) -> EventTime { hours(count * 24) }

    /// Tiers by the spend of a window: silver from 100, gold from 500 dollars.
    static func spend(
        windowDays: Int? = 30, margin: Double = 0, dwell: TimeSpan = .zero, grace: TimeSpan = .zero,
        mode: DowngradeRule.Mode = .immediate, more: [Measure] = [], orderDays: Int = 365
    ) -> Policy {
        let spend = Measure(.spend, windowDays: windowDays)
        func entry(_ dollars: Double) -> Condition { .comparison(Comparison(.measure(0), .atLeast, dollars)) }
        return Policy(
            name: "spend", version: 1, hash: "", calendar: .utc, currency: Currencies.usd,
            exchangeRates: [Currencies.jpy: ExchangeRate(billionths: 6_700_000)],
            history: History(orderDays: orderDays, browseDays: 60, feedbackDays: 90), measures: [spend] + more,
            terms: [],
            tiers: [
                Tier(name: "base", entry: nil), Tier(name: "silver", entry: entry(100)),
                Tier(name: "gold", entry: entry(500)),
            ],
            downgrade: DowngradeRule(margin: margin, minimumDwell: dwell, grace: grace, mode: mode),
            churn: ChurnRule(
                model: .defaultMBGNBD, horizonDays: 90,
                levels: [.init(name: "low", from: 0), .init(name: "high", from: 0.8)], margin: 0.02, isCalibrated: false
            ))
    }

    /// The same with terms of three months that protect.
    static func terms() -> Policy {
        var policy = spend()
        policy.validity = Validity(months: 3)
        policy.downgrade.timing = .endOfTerm
        return policy
    }

    /// `spend` with profiles that come out along the events.
    static func profiled(catchUp: TimeSpan? = nil, browseDays: Int = 60) -> Policy {
        var policy = spend()
        policy.profiles = ProfileRule(silence: TimeSpan(milliseconds: 1), catchUp: catchUp)
        policy.history = History(orderDays: 365, browseDays: browseDays, feedbackDays: 365)
        return policy
    }
}

extension EngineRun {
    /// The value of a measure of one customer.
    mutating func measure(_ index: Int, of customer: String, at time: EventTime) -> Double? {
        engine.report(on: Array(customer.utf8), at: time)?.measures[index]
    }

    /// The tiers that a customer went through.
    func tiers(of customer: String) -> [Int] { said[customer]?.tiers.map(\.to) ?? [] }
}
