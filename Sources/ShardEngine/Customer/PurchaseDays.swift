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
    /// All purchase days, those that have left the history included.
    func purchaseDays(of record: Record, _ calendar: ZoneCalendar) -> PurchaseDays {
        var days = PurchaseDays()
        if record.pointee.foldedDays > 0 {
            days.count = Int(record.pointee.foldedDays)
            days.first = Int32(record.pointee.foldedFirstDay)
            days.last = calendar.day(of: EventTime(milliseconds: record.pointee.foldedLastAt)).value
        }
        let entries = orders(of: record)
        var index = 0
        while index < entries.count {
            if entries.rawKind(index) == OrderEntry.Kind.order.rawValue {
                days.add(calendar.day(of: EventTime(milliseconds: entries.time(index))).value)
            }
            index += 1
        }
        return days
    }

    /// Moves what has left the history into the lifetime totals and drops it.
    mutating func foldOrders(before start: EventTime, of record: Record, _ calendar: ZoneCalendar) {
        let entries = orders(of: record)
        var index = 0
        while index < entries.count, entries.time(index) < start.milliseconds {
            fold(entries[index], into: record, calendar)
            index += 1
        }
        if index > 0 { removeOrderEntries(0..<index, of: record) }
    }

    private func fold(_ entry: OrderEntry, into record: Record, _ calendar: ZoneCalendar) {
        record.pointee.foldedSpend &+= entry.countedAmount
        guard entry.kind == .order else { return }
        record.pointee.foldedOrders &+= 1
        let day = calendar.day(of: EventTime(milliseconds: entry.time))
        let isFirst = record.pointee.foldedDays == 0
        if isFirst { record.pointee.foldedFirstDay = UInt16(clamping: day.value) }
        if isFirst || day != calendar.day(of: EventTime(milliseconds: record.pointee.foldedLastAt)) {
            record.pointee.foldedDays = record.pointee.foldedDays == .max ? .max : record.pointee.foldedDays + 1
        }
        record.pointee.foldedLastAt = entry.time
    }
}
