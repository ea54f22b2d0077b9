import Scoring

/// The days on which a customer bought, as the purchase models count them: orders of one calendar day are one purchase.
struct PurchaseDays {
    var count = 0
    /// Counted from 1970-01-01 in the policy's time zone.
    var first: Int32 = -1
    var last: Int32 = -1

    @inline(__always) mutating func add(_ day: Int32) {
        if first < 0 { first = day }
        if day != last { count += 1 }
        last = day
    }

    /// The history as of `time`: ages run in days of 24 hours from the first instant of the first purchase day. Nil
    /// before the first order that counts.
    func history(at time: EventTime, _ calendar: ZoneCalendar) -> PurchaseHistory? {
        guard count > 0 else { return nil }
        let ageAtLast = Double(last - first)
        // A day of 25 hours can make the last day's start older than its number of days.
        let age = max((time - calendar.start(of: DayIndex(first))).days, ageAtLast)
        return PurchaseHistory(repeats: Double(count - 1), ageAtLast: ageAtLast, age: age)
    }
}

extension CustomerStore {
    /// All purchase days up to `now`, those that have left the history included.
    func purchaseDays(of record: Record, _ calendar: ZoneCalendar, upTo now: EventTime = .never) -> PurchaseDays {
        var days = PurchaseDays()
        let folded = folded(of: record)
        if folded.days > 0 {
            days.count = Int(folded.days)
            days.first = Int32(folded.firstDay)
            // The first day may have been counted in another policy's time zone.
            days.last = max(days.first, calendar.day(of: EventTime(milliseconds: folded.lastAt)).value)
        }
        let entries = orders(of: record)
        var index = 0
        while index < entries.count, entries.time(index) <= now.milliseconds {
            if entries.rawKind(index) == OrderEntry.Kind.order.rawValue {
                days.add(calendar.day(of: EventTime(milliseconds: entries.time(index))).value)
            }
            index += 1
        }
        return days
    }
}
