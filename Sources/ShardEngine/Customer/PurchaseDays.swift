import RealModule
import Scoring

/// The days on which a customer bought, as the purchase models count them: orders of one calendar day are one purchase.
struct PurchaseDays {
    var count = 0
    /// Counted from 1970-01-01 in the policy's time zone.
    var first: Int32 = -1
    var last: Int32 = -1
    /// E as of the last day: Σ 2^(−days before it / half-life).
    var ewmaAtLast = 0.0
    /// Minor units, of all days and of the first alone.
    var spend: Int64 = 0
    var firstDaySpend: Int64 = 0

    /// Counts an order that counts.
    @inline(__always) mutating func add(_ day: Int32, _ fading: borrowing DayFading) {
        if first < 0 { first = day }
        guard day > last else { return }
        ewmaAtLast = count == 0 ? 1 : ewmaAtLast * fading.after(days: day &- last) + 1
        count += 1
        last = day
    }

    /// Adds what a line of the history on `day` amounts to; a refund can stand on a day without an order that counts.
    @inline(__always) mutating func add(amount: Int64, on day: Int32) {
        spend &+= amount
        if day == first { firstDaySpend &+= amount }
    }

    /// The history as of `time`: ages run in days of 24 hours from the first instant of the first purchase day. Nil
    /// before the first order that counts.
    func history(at time: EventTime, _ calendar: ZoneCalendar) -> PurchaseHistory? {
        guard count > 0 else { return nil }
        // The first day may have been counted in another policy's time zone.
        let ageAtLast = Double(max(last - first, 0))
        // A day of 25 hours can make the last day's start older than its number of days.
        let age = max((time - calendar.start(of: DayIndex(first))).days, ageAtLast)
        return PurchaseHistory(repeats: Double(count - 1), ageAtLast: ageAtLast, age: age)
    }

    /// What the churn score looks at, as of `time`.
    func evidence(
        at time: EventTime, _ calendar: ZoneCalendar, minorPerMajor: Double, adjustment: Double
    ) -> ChurnEvidence? {
        history(at: time, calendar).map {
            ChurnEvidence(
                history: $0, ewmaAtLast: ewmaAtLast, monetary: Double(spend) / minorPerMajor, adjustment: adjustment)
        }
    }

    /// Mean total of the repeat purchase days, minor units; 0 without one.
    var meanRepeatAmount: Double { count > 1 ? Double(spend &- firstDaySpend) / Double(count - 1) : 0 }
}

/// 2^(−days / half-life), from a table for what is common.
struct DayFading: ~Copyable {
    private let table: FlatArray<Double>
    private let rate: Double
    private static let tableDays = 1_024

    init(halfLifeDays: Double) {
        let rate = Double.log(2) / halfLifeDays
        self.rate = rate
        table = FlatArray((0..<Self.tableDays).map { Double.exp(-rate * Double($0)) })
    }

    @inline(__always) func after(days: Int32) -> Double {
        days >= 0 && days < Self.tableDays ? table[Int(days)] : Double.exp(-rate * Double(days))
    }
}

extension CustomerStore {
    /// All purchase days up to `now`, those that have left the history included.
    func purchaseDays(of record: Record, _ rules: Rules, upTo now: EventTime = .never) -> PurchaseDays {
        let calendar = rules.policy.calendar
        var days = PurchaseDays()
        let folded = folded(of: record)
        if folded.days > 0 {
            days.count = Int(folded.days)
            days.first = Int32(folded.firstDay)
            days.last = calendar.day(of: EventTime(milliseconds: folded.lastAt)).value
            days.ewmaAtLast = folded.purchaseEWMA
            days.spend = folded.spend
            days.firstDaySpend = folded.firstDaySpend
        }
        let entries = orders(of: record)
        var index = 0
        while index < entries.count, entries.time(index) <= now.milliseconds {
            let kind = entries.rawKind(index)
            if OrderEntry.adds(rawKind: kind) {
                let day = calendar.day(of: EventTime(milliseconds: entries.time(index))).value
                if kind == OrderEntry.Kind.order.rawValue { days.add(day, rules.fading) }
                days.add(amount: entries.amount(index), on: day)
            }
            index += 1
        }
        return days
    }
}
