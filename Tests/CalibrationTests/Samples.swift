import Calibration
import RealModule
import Scoring
import TestSupport

/// Policies and customers for the tests of this target.
enum Samples {
    static let usd = CurrencyCode("USD")!

    static func policy(
        _ name: String = "p", countFrom: OrderType = .completed, rates: [CurrencyCode: ExchangeRate] = [:]
    ) -> Policy {
        Policy(
            name: name, version: 1, hash: "", calendar: .utc, currency: usd, exchangeRates: rates, countFrom: countFrom,
            history: History(orderDays: 365, browseDays: 30, feedbackDays: 365), measures: [], terms: [],
            tiers: ["standard", "silver", "gold"].map { Tier(name: $0, entry: nil) },
            downgrade: DowngradeRule(margin: 0.2, minimumDwell: .zero, grace: .zero, mode: .immediate),
            churn: ChurnRule(
                model: .defaultBGNBD, horizonDays: 90, levels: [ChurnRule.Level(name: "low", from: 0)], margin: 0,
                isCalibrated: false))
    }

    static func day(_ day: Int) -> EventTime { EventTime.earliest + .days(day) }

    /// Tier changes as an engine says them: (customer, day, tier, direction).
    static func outputs(_ changes: [(String, Int, Int, TierChange.Direction)]) -> OutputBuffer {
        var buffer = OutputBuffer()
        for (customer, day, tier, direction) in changes {
            let id = Array(customer.utf8).withUnsafeBytes { buffer.append(text: $0) }
            let none = EvidenceSpan(0..<0)
            buffer.outputs.append(
                .tierChange(
                    TierChange(
                        customer: id, from: nil, to: tier, direction: direction, reason: .requirementMet,
                        cause: .deadline(.none), effectiveAt: Samples.day(day), sequence: 1, score: 0, terms: none,
                        criteria: none, validUntil: nil, progress: nil)))
        }
        return buffer
    }

    /// Customers who buy at their own rates and amounts for a year from day 1,000; some stop.
    static func purchases(_ count: Int, seed: UInt64) -> [CustomerPurchases] {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { index in
            let gap = Double.exp(random.double(2.5...5.5))
            let amount = random.double(1_000...9_000)
            let dropout = 0.5 * random.unit() * random.unit()
            var day = 1_000 + random.double(0...120)
            var days: [CustomerPurchases.Day] = []
            repeat {
                let total = Int64((amount * random.double(0.5...1.5)).rounded())
                days.append(.init(day: DayIndex(Int32(day)), amount: total))
                day -= gap * Double.log(1 - random.unit())
            } while day < 1_365 && !random.chance(dropout)
            return CustomerPurchases(id: Array("c-\(index)".utf8), days: days)
        }
    }
}
