import Scoring

/// The order entries of a customer in the arena.
extension CustomerStore {
    @inline(__always) func orders(of record: Record) -> OrderEntries {
        let count = Int(record.pointee.orderEntries)
        return OrderEntries(
            base: count == 0 ? nil : arena.address(record.pointee.ordersBlock), count: count,
            form: record.pointee.orderForm)
    }

    func orderBytes(of record: Record) -> Int { Int(record.pointee.orderEntries) * record.pointee.orderForm.bytes }

    /// Opens a gap of one entry at `index` and stores `entry` there; false at the customer's limit.
    mutating func insertOrderEntry(_ entry: OrderEntry, at index: Int, of record: Record) -> Bool {
        let count = Int(record.pointee.orderEntries)
        guard count < OrderEntry.maximumEntries else { return false }
        widenOrders(toHold: entry, record)
        let size = record.pointee.orderForm.bytes
        record.pointee.ordersBlock = arena.resize(
            record.pointee.ordersBlock, from: count * size, to: (count + 1) * size)
        record.pointee.orderEntries = UInt16(count + 1)
        let base = arena.address(record.pointee.ordersBlock)
        memmoveBytes(base + (index + 1) * size, base + index * size, (count - index) * size)
        entry.store(to: base + index * size, record.pointee.orderForm)
        return true
    }

    /// Stores `entry` in the place of the one at `index`; its time must be the same.
    mutating func replaceOrderEntry(at index: Int, with entry: OrderEntry, of record: Record) {
        widenOrders(toHold: entry, record)
        let form = record.pointee.orderForm
        entry.store(to: arena.address(record.pointee.ordersBlock) + index * form.bytes, form)
    }

    /// Removes entries, keeping the order of the rest.
    mutating func removeOrderEntries(_ range: Range<Int>, of record: Record) {
        let count = Int(record.pointee.orderEntries)
        let size = record.pointee.orderForm.bytes
        let base = arena.address(record.pointee.ordersBlock)
        memmoveBytes(base + range.lowerBound * size, base + range.upperBound * size, (count - range.upperBound) * size)
        let left = count - range.count
        record.pointee.ordersBlock = shrink(record.pointee.ordersBlock, from: count * size, to: left * size)
        record.pointee.orderEntries = UInt16(left)
        if left == 0 { record.pointee.orderForm = .narrow }
    }

    /// Turns the history into the wide form if `entry` needs it. It stays wide until it is empty.
    private mutating func widenOrders(toHold entry: OrderEntry, _ record: Record) {
        guard entry.form == .wide, record.pointee.orderForm == .narrow else { return }
        let entries = orders(of: record)
        let (oldBlock, oldBytes) = (record.pointee.ordersBlock, orderBytes(of: record))
        record.pointee.orderForm = .wide
        guard entries.count > 0 else { return }
        let block = arena.allocate(orderBytes(of: record))
        for index in 0..<entries.count {
            entries[index].store(to: arena.address(block) + index * OrderEntry.Form.wide.bytes, .wide)
        }
        arena.free(oldBlock, bytes: oldBytes)
        record.pointee.ordersBlock = block
    }

    /// Event time of the last order that counts of each day after an instant, milliseconds, from the earliest.
    func lastOrders(of record: Record, after time: Int64, _ calendar: ZoneCalendar) -> [Int64] {
        let entries = orders(of: record)
        var times: [Int64] = []
        var end = Int64.max
        var index = entries.count - 1
        while index >= 0, entries.time(index) > time {
            let order = entries.time(index)
            if entries.rawKind(index) == OrderEntry.Kind.order.rawValue, order < end {
                times.append(order)
                end = calendar.start(of: calendar.day(of: EventTime(milliseconds: order))).milliseconds
            }
            index -= 1
        }
        return times.reversed()
    }

    /// Event time of the latest order that counts, milliseconds; −1 for none.
    func lastOrderAt(of record: Record, upTo now: EventTime = .never) -> Int64 {
        let entries = orders(of: record)
        var index = entries.count - 1
        while index >= 0 {
            if entries.rawKind(index) == OrderEntry.Kind.order.rawValue, entries.time(index) <= now.milliseconds {
                return entries.time(index)
            }
            index -= 1
        }
        let folded = folded(of: record)
        return folded.days > 0 ? folded.lastAt : -1
    }
}
