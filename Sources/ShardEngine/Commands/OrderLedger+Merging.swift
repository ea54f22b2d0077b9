import RealModule
import Scoring

extension OrderLedger {
    /// Puts the orders of both into one history; of an order that both have, the one that is there stays. What is more than
    /// one customer may have goes into the totals, the oldest first. Returns when the earliest order was made that a refund
    /// has met by this, milliseconds.
    func merge(
        _ merged: CustomerStore.Record, into record: CustomerStore.Record, _ store: inout CustomerStore,
        keptSince: EventTime
    ) -> Int64? {
        // To the same instant, so that all that is folded is older than all that is not.
        let folded = max(store.folded(of: record).lastAt, store.folded(of: merged).lastAt)
        let start = max(keptSince, EventTime(milliseconds: folded + 1))
        for each in [record, merged] { store.foldOrders(before: start, of: each, calendar, fading) }
        var groups = store.orders(of: record).groups
        let known = KnownGroups(groups)
        var doubled: [[OrderEntry]] = []
        for group in store.orders(of: merged).groups {
            if known.contains(group) { doubled.append(group) } else { groups.append(group) }
        }
        mergeEWMA(merged, into: record, without: doubled)
        groups.sort { ($0[0].time, $0[0].hash, $0[0].kind.rawValue) < ($1[0].time, $1[0].hash, $1[0].kind.rawValue) }
        var totals = store.folded(of: record).merged(with: store.folded(of: merged), calendar, fading)
        let kept = foldExcess(of: groups, into: &totals)
        store.setOrders(Array(groups[kept...].joined()), of: record)
        store.setFolded(totals, of: record)
        let reducedOrderAt = settleAllWaiting(record, &store)
        forgetSpendIfNothingCounts(record, store)
        return reducedOrderAt
    }

    /// Folds whole orders until no more lines are left than one customer may have; returns the first group that stays.
    /// What happened at one instant is folded together: an order of the last one folded would come too late.
    private func foldExcess(of groups: [[OrderEntry]], into totals: inout FoldedOrders) -> Int {
        var excess = groups.reduce(0) { $0 + $1.count } - OrderEntry.maximumEntries
        var index = 0
        while index < groups.count, excess > 0 || index > 0 && groups[index][0].time == groups[index - 1][0].time {
            for line in groups[index] { totals.fold(line, calendar, fading) }
            excess -= groups[index].count
            index += 1
        }
        return index
    }

    private func mergeEWMA(
        _ merged: CustomerStore.Record, into record: CustomerStore.Record, without doubled: [[OrderEntry]]
    ) {
        let reference = max(record.pointee.ewmaAt, merged.pointee.ewmaAt)
        func faded(_ each: CustomerStore.Record) -> Double {
            each.pointee.spendEWMA * Double.exp(-decayRate * Double(reference - each.pointee.ewmaAt))
        }
        var sum = faded(record) + faded(merged)
        for entry in doubled.joined() {
            sum -= Double(entry.countedAmount) * Double.exp(-decayRate * Double(max(reference - entry.time, 0)))
        }
        record.pointee.spendEWMA = sum < 1e-6 ? 0 : sum
        record.pointee.ewmaAt = reference
    }
}

/// What a history has, each order with what belongs to it. Asked what is in it only, so that no order of a set shows.
private struct KnownGroups {
    private var orders: Set<UInt64> = []
    private var waiting: Set<OrderEntry> = []

    init(_ groups: [[OrderEntry]]) {
        for group in groups {
            if group[0].isOrder { orders.insert(group[0].hash) } else { waiting.insert(group[0]) }
        }
    }

    /// Whether the same order is there, or the same thing that waits for its order.
    func contains(_ group: [OrderEntry]) -> Bool {
        group[0].isOrder ? orders.contains(group[0].hash) : waiting.contains(group[0])
    }
}

extension OrderEntries {
    /// Each order with what belongs to it, and each line that waits for its order.
    fileprivate var groups: [[OrderEntry]] {
        var groups: [[OrderEntry]] = []
        var index = 0
        while index < count {
            let end = self[index].isOrder ? endOfOrder(index) : index + 1
            groups.append((index..<end).map { self[$0] })
            index = end
        }
        return groups
    }
}

extension FoldedOrders {
    /// What both add up to. A day on which both bought is counted twice: the single days are not known any more.
    func merged(with other: FoldedOrders, _ calendar: ZoneCalendar, _ fading: borrowing DayFading) -> FoldedOrders {
        guard days > 0 else { return other.days > 0 ? other.adding(spend) : adding(other.spend) }
        guard other.days > 0 else { return adding(other.spend) }
        func lastDay(_ orders: FoldedOrders) -> Int32 {
            calendar.day(of: EventTime(milliseconds: orders.lastAt)).value
        }
        let (late, early) = lastAt >= other.lastAt ? (self, other) : (other, self)
        var sum = late
        sum.spend &+= early.spend
        sum.orders &+= early.orders
        sum.days = UInt16(clamping: Int(days) + Int(other.days))
        sum.purchaseEWMA += early.purchaseEWMA * fading.after(days: lastDay(late) - lastDay(early))
        sum.firstDay = min(firstDay, other.firstDay)
        sum.firstDaySpend =
            (firstDay == sum.firstDay ? firstDaySpend : 0) &+ (other.firstDay == sum.firstDay ? other.firstDaySpend : 0)
        return sum
    }

    private func adding(_ more: Int64) -> FoldedOrders {
        var sum = self
        sum.spend &+= more
        return sum
    }
}
