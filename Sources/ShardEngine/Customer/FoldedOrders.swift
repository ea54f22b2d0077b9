import Scoring

/// What the orders that have left a customer's history add up to. Few customers have any, so it is a block of its own.
struct FoldedOrders: Equatable {
    /// Minor units.
    var spend: Int64 = 0
    /// Event time of the latest that counts, milliseconds.
    var lastAt: Int64 = 0
    /// Minor units of the first purchase day.
    var firstDaySpend: Int64 = 0
    /// Σ 2^(−days before the last / half-life) over the purchase days.
    var purchaseEWMA = 0.0
    var orders: UInt32 = 0
    /// The first purchase day, counted as in `DayIndex`, and how many there are.
    var firstDay: UInt16 = 0
    var days: UInt16 = 0

    static let bytes = MemoryLayout<FoldedOrders>.size

    mutating func fold(_ entry: OrderEntry, _ calendar: ZoneCalendar, _ fading: borrowing DayFading) {
        spend &+= entry.countedAmount
        let day = calendar.day(of: EventTime(milliseconds: entry.time))
        if entry.kind == .order { fold(orderOn: day, at: entry.time, calendar, fading) }
        if days > 0, day.value == Int32(firstDay) { firstDaySpend &+= entry.countedAmount }
    }

    private mutating func fold(
        orderOn day: DayIndex, at time: Int64, _ calendar: ZoneCalendar, _ fading: borrowing DayFading
    ) {
        orders &+= 1
        let last = calendar.day(of: EventTime(milliseconds: lastAt))
        if days == 0 { firstDay = UInt16(clamping: day.value) }
        if days == 0 || day != last {
            purchaseEWMA = days == 0 ? 1 : purchaseEWMA * fading.after(days: day.value &- last.value) + 1
            days = days == .max ? .max : days + 1
        }
        lastAt = time
    }
}

extension CustomerStore {
    @inline(__always) func folded(of record: Record) -> FoldedOrders {
        let block = record.pointee.foldedBlock
        return block.isNone ? FoldedOrders() : arena.address(block).load(as: FoldedOrders.self)
    }

    /// Moves what has left the history into the lifetime totals and drops it.
    mutating func foldOrders(
        before start: EventTime, of record: Record, _ calendar: ZoneCalendar, _ fading: borrowing DayFading
    ) {
        let entries = orders(of: record)
        guard entries.count > 0, entries.time(0) < start.milliseconds else { return }
        var folded = folded(of: record)
        var index = 0
        while index < entries.count, entries.time(index) < start.milliseconds {
            folded.fold(entries[index], calendar, fading)
            index += 1
        }
        foldCosts(ofFirst: index, of: record)
        if record.pointee.foldedBlock.isNone { record.pointee.foldedBlock = arena.allocate(FoldedOrders.bytes) }
        arena.address(record.pointee.foldedBlock).storeBytes(of: folded, as: FoldedOrders.self)
        removeOrderEntries(0..<index, of: record)
    }
}
