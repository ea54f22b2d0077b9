import Scoring

extension CustomerStore {
    /// The purchase history as of `time`: orders of one calendar day are one purchase; ages run in days of 24 hours from
    /// the first instant of the first purchase day. Nil before the first order that counts.
    func purchaseHistory(of record: Record, at time: EventTime, _ calendar: ZoneCalendar) -> PurchaseHistory? {
        var days = Int(record.pointee.foldedDays)
        var first = days > 0 ? Int32(record.pointee.foldedFirstDay) : -1
        var last = days > 0 ? Int32(record.pointee.foldedLastDay) : -1
        let entries = orders(of: record)
        for index in 0..<entries.count {
            let entry = entries[index]
            guard entry.kind == .order else { continue }
            let day = calendar.day(of: EventTime(milliseconds: entry.time)).value
            if first < 0 { first = day }
            if day != last { days += 1 }
            last = day
        }
        guard days > 0 else { return nil }
        let ageAtLast = Double(last - first)
        let age = (time - calendar.start(of: DayIndex(first))).days
        return PurchaseHistory(repeats: Double(days - 1), ageAtLast: ageAtLast, age: max(age, ageAtLast))
    }

    /// Moves what has left the history into the lifetime totals and drops it.
    mutating func foldOrders(before start: EventTime, of record: Record, _ calendar: ZoneCalendar) {
        let entries = orders(of: record)
        var index = 0
        while index < entries.count, entries[index].time < start.milliseconds {
            fold(entries[index], into: record, calendar)
            index += 1
        }
        if index > 0 { removeOrderEntries(0..<index, of: record) }
    }

    private func fold(_ entry: OrderEntry, into record: Record, _ calendar: ZoneCalendar) {
        record.pointee.foldedSpend &+= entry.countedAmount
        guard entry.kind == .order else { return }
        record.pointee.foldedOrders &+= 1
        let day = UInt16(clamping: calendar.day(of: EventTime(milliseconds: entry.time)).value)
        if record.pointee.foldedDays == 0 { record.pointee.foldedFirstDay = day }
        if record.pointee.foldedDays == 0 || day != record.pointee.foldedLastDay {
            record.pointee.foldedDays = record.pointee.foldedDays == .max ? .max : record.pointee.foldedDays + 1
        }
        record.pointee.foldedLastDay = day
    }
}
