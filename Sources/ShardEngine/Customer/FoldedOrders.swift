import Scoring

/// What the orders that have left a customer's history add up to. Few customers have any, so it is a block of its own.
struct FoldedOrders: Equatable {
    /// Minor units.
    var spend: Int64 = 0
    /// Event time of the latest that counts, milliseconds.
    var lastAt: Int64 = 0
    var orders: UInt32 = 0
    /// The first purchase day, counted as in `DayIndex`, and how many there are.
    var firstDay: UInt16 = 0
    var days: UInt16 = 0

    static let bytes = MemoryLayout<FoldedOrders>.size

    mutating func fold(_ entry: OrderEntry, _ calendar: ZoneCalendar) {
        spend &+= entry.countedAmount
        guard entry.kind == .order else { return }
        orders &+= 1
        let day = calendar.day(of: EventTime(milliseconds: entry.time))
        let isFirst = days == 0
        if isFirst { firstDay = UInt16(clamping: day.value) }
        if isFirst || day != calendar.day(of: EventTime(milliseconds: lastAt)) { days = days == .max ? .max : days + 1 }
        lastAt = entry.time
    }
}

extension CustomerStore {
    @inline(__always) func folded(of record: Record) -> FoldedOrders {
        let block = record.pointee.foldedBlock
        return block.isNone ? FoldedOrders() : arena.address(block).load(as: FoldedOrders.self)
    }

    /// Moves what has left the history into the lifetime totals and drops it.
    mutating func foldOrders(before start: EventTime, of record: Record, _ calendar: ZoneCalendar) {
        let entries = orders(of: record)
        guard entries.count > 0, entries.time(0) < start.milliseconds else { return }
        var folded = folded(of: record)
        var index = 0
        while index < entries.count, entries.time(index) < start.milliseconds {
            folded.fold(entries[index], calendar)
            index += 1
        }
        if record.pointee.foldedBlock.isNone { record.pointee.foldedBlock = arena.allocate(FoldedOrders.bytes) }
        arena.address(record.pointee.foldedBlock).storeBytes(of: folded, as: FoldedOrders.self)
        removeOrderEntries(0..<index, of: record)
    }
}
