import Foundation
import Scoring

/// One line of `tierd snapshot export`, as far as purchases go (`schemas/snapshot-export.schema.json`).
struct ExportedCustomer: Decodable {
    struct Order: Decodable {
        var time: Int64
        var amount: Int64
        var kind: String

        enum CodingKeys: String, CodingKey {
            case time = "time_ms"
            case amount = "amount_minor"
            case kind
        }
    }

    var id: String
    /// The shard's clock.
    var asOf: Int64
    var orders: [Order]
    var spendEWMA: Double
    var spendEWMAAt: Int64
    var earlierSpend: Int64
    var earlierDays: Int
    /// These four where there are earlier days.
    var earlierFirstDay: String?
    var earlierFirstDaySpend: Int64?
    var earlierLastAt: Int64?
    var earlierEWMA: Double?

    enum CodingKeys: String, CodingKey {
        case id = "customer_id"
        case asOf = "as_of_ms"
        case orders
        case spendEWMA = "spend_ewma_minor"
        case spendEWMAAt = "spend_ewma_at_ms"
        case earlierSpend = "earlier_spend_minor"
        case earlierDays = "earlier_purchase_days"
        case earlierFirstDay = "earlier_first_day"
        case earlierFirstDaySpend = "earlier_first_day_spend_minor"
        case earlierLastAt = "earlier_last_order_at_ms"
        case earlierEWMA = "earlier_purchase_ewma"
    }

    /// Its purchases; `policy` must be the one that the snapshot was taken under. Without any day for who bought nothing.
    func purchases(_ policy: Policy) -> CustomerPurchases {
        CustomerPurchases(id: Array(id.utf8), days: days(policy.calendar), earlier: earlier(policy))
    }

    /// Refunds stand behind their order and carry its time. Of an order that was refunded whole nothing is left.
    private func days(_ calendar: ZoneCalendar) -> [CustomerPurchases.Day] {
        var days: [CustomerPurchases.Day] = []
        var counts = false
        for line in orders {
            let isOrder = line.kind == "order"
            if line.kind != "refund", line.kind != "revision" { counts = isOrder }
            guard counts, isOrder || line.kind == "refund" else { continue }
            let day = calendar.day(of: EventTime(milliseconds: line.time))
            days.append(CustomerPurchases.Day(day: day, amount: line.amount))
        }
        return days
    }

    private func earlier(_ policy: Policy) -> CustomerPurchases.Earlier? {
        guard earlierDays > 0, let firstDay = earlierFirstDay.flatMap({ DayIndex(date: $0) }), let earlierLastAt else {
            return nil
        }
        let last = policy.calendar.day(of: EventTime(milliseconds: earlierLastAt))
        return CustomerPurchases.Earlier(
            first: firstDay, last: last, days: earlierDays, spend: earlierSpend,
            firstDaySpend: earlierFirstDaySpend ?? 0, ewmaAtLast: earlierEWMA ?? 0,
            spendEWMAAtLast: earlierSpendEWMA(on: last, policy))
    }

    /// What is left of the decayed spend when the orders that are told one by one are taken away.
    private func earlierSpendEWMA(on last: DayIndex, _ policy: Policy) -> Double {
        let halfLife = Double(policy.spendHalfLife.milliseconds)
        let told = orders.reduce(0.0) { sum, line in
            guard ["order", "refunded_order", "refund"].contains(line.kind) else { return sum }
            return sum + Double(line.amount) * exp2(-Double(spendEWMAAt - line.time) / halfLife)
        }
        let days = policy.calendar.day(of: EventTime(milliseconds: spendEWMAAt)) - last
        return max(spendEWMA - told, 0) * exp2(Double(days) / policy.spendHalfLife.days)
    }
}

extension DayIndex {
    /// `1997-09-30`, as `date` writes it.
    fileprivate init?(date: String) {
        let parts = date.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3, (1...12).contains(parts[1]), (1...31).contains(parts[2]) else { return nil }
        self = CivilDate(year: parts[0], month: parts[1], day: parts[2]).index
    }
}
