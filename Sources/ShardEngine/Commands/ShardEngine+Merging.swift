import RealModule
import Scoring

extension ShardEngine {
    /// Joins `other` into `slot`: sums the windows, keeps the higher tier and the longer term, and leaves an alias, so that
    /// events under the former id go on counting. Merging again changes nothing. Returns whether a pin came along.
    mutating func merge(
        _ other: UInt32?, into slot: UInt32, _ occasion: Occasion, into outputs: inout OutputBuffer
    ) -> Bool {
        guard let other = other.map({ resolve($0) }), other != slot else { return false }
        let (record, merged) = (store.slab[slot], store.slab[other])
        guard merged.pointee.slotState == .customer else { return false }
        aboutToChange(other)
        // Deadlines of the other fire in its own name first.
        while merged.pointee.deadline <= occasion.time.milliseconds { fire(other, into: &outputs) }
        if retiering != nil, merged.pointee.isUnsettled { retier(other, at: occasion.time, into: &outputs) }
        outputs.outputs.append(
            .erasure(
                Erasure(
                    customer: outputs.append(text: store.id(of: merged)), cause: copied(occasion, into: &outputs),
                    effectiveAt: occasion.time)))
        rules.ledger.merge(merged, into: record, &store, keptSince: keptSince.orders)
        store.mergeBrowse(of: merged, into: record)
        store.mergeFeedback(of: merged, into: record)
        store.mergePortrait(of: merged, into: record)
        let takesPin = mergeAnnex(of: merged, into: record)
        record.pointee.firstSeen = min(record.pointee.firstSeen, merged.pointee.firstSeen)
        keepHigherTier(of: merged, in: record, occasion, into: &outputs)
        vacate(other, .alias)
        record.pointee.hasAliases = true
        merged.pointee.target = slot
        return takesPin
    }

    /// The slot of the customer that a slot stands for.
    func resolve(_ slot: UInt32) -> UInt32 {
        var (slot, steps) = (slot, 0)
        // Every alias was a customer when its target became one's, so a chain ends; no chain is longer than all slots.
        while steps < store.count, store.slab[slot].pointee.slotState == .alias {
            slot = store.slab[slot].pointee.target
            steps += 1
        }
        return slot
    }

    /// The pin that holds stays; without one, the other's, if there is one: returned is whether it is taken over.
    private mutating func mergeAnnex(of merged: CustomerStore.Record, into record: CustomerStore.Record) -> Bool {
        var annex = store.decodedAnnex(of: record)
        let other = store.decodedAnnex(of: merged)
        let takesPin = !record.pointee.isPinned && merged.pointee.isPinned
        if takesPin {
            annex.pin = other.pin
            record.pointee.pinFloor = merged.pointee.pinFloor
            record.pointee.pinCeiling = merged.pointee.pinCeiling
        }
        annex.adopt(other)
        // What is more than one customer may have is dropped; what was there first stays.
        _ = store.setAnnex(annex, of: record)
        return takesPin
    }

    private mutating func keepHigherTier(
        of merged: CustomerStore.Record, in record: CustomerStore.Record, _ occasion: Occasion,
        into outputs: inout OutputBuffer
    ) {
        var standing = record.pointee.standing
        let other = merged.pointee.standing
        guard merged.pointee.hasEntered else { return }
        guard record.pointee.hasEntered else {
            return enter(with: other, record, occasion, into: &outputs)
        }
        let isHigher = standing.clamped(other.tier) > standing.tier
        let isLonger = other.tier == standing.tier && other.validUntil > standing.validUntil
        guard isHigher || isLonger else { return }
        let held = standing.tier
        standing.tier = standing.clamped(other.tier)
        (standing.since, standing.validUntil, standing.graceEndsAt) = (other.since, other.validUntil, other.graceEndsAt)
        standing.lost = nil
        if isHigher {
            evaluator.evaluate(record, store, at: occasion.time)
            let move = Standing.Move(from: held, to: standing.tier, direction: .correction, reason: .merged)
            say(move, standing, occasion, record, into: &outputs)
        }
        record.pointee.standing = standing
    }
}

extension ShardEngine {
    /// A customer who is first heard of by a merge enters with the other's standing.
    private mutating func enter(
        with other: Standing, _ record: CustomerStore.Record, _ occasion: Occasion, into outputs: inout OutputBuffer
    ) {
        var standing = other
        standing.bounds = record.pointee.standing.bounds
        standing.tier = standing.clamped(other.tier)
        standing.lost = nil
        evaluator.evaluate(record, store, at: occasion.time)
        record.pointee.hasEntered = true
        let move = Standing.Move(from: nil, to: standing.tier, direction: .entry, reason: .merged)
        say(move, standing, occasion, record, into: &outputs)
        record.pointee.standing = standing
    }
}

extension OrderLedger {
    /// Puts the orders of both into one history; of an order that both have, the one that is there stays.
    func merge(
        _ merged: CustomerStore.Record, into record: CustomerStore.Record, _ store: inout CustomerStore,
        keptSince: EventTime
    ) {
        // To the same instant, so that all that is folded is older than all that is not.
        let folded = max(store.folded(of: record).lastAt, store.folded(of: merged).lastAt)
        let start = max(keptSince, EventTime(milliseconds: folded + 1))
        for each in [record, merged] { store.foldOrders(before: start, of: each, calendar, fading) }
        var groups = store.orders(of: record).groups
        var extra: [[OrderEntry]] = []
        for group in store.orders(of: merged).groups where !groups.contains(where: { $0.isSameOrder(as: group) }) {
            extra.append(group)
        }
        mergeEWMA(merged, into: record, without: store.orders(of: merged).groups.filter { !extra.contains($0) })
        groups += extra
        groups.sort { ($0[0].time, $0[0].hash, $0[0].kind.rawValue) < ($1[0].time, $1[0].hash, $1[0].kind.rawValue) }
        let lines = groups.flatMap { $0 }.suffix(OrderEntry.maximumEntries)
        store.setOrders(Array(lines), of: record)
        store.setFolded(store.folded(of: record).merged(with: store.folded(of: merged), calendar, fading), of: record)
        settleAllWaiting(record, &store)
        forgetSpendIfNothingCounts(record, store)
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

extension [OrderEntry] {
    /// Whether both are the same order with what belongs to it, or the same thing that waits for its order.
    fileprivate func isSameOrder(as other: [OrderEntry]) -> Bool {
        self[0].hash == other[0].hash && (self[0].isOrder && other[0].isOrder || self == other)
    }
}

extension OrderEntries {
    /// Each order with what belongs to it, and each line that waits for its order.
    var groups: [[OrderEntry]] {
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

extension CustomerStore {
    mutating func setFolded(_ folded: FoldedOrders, of record: Record) {
        guard folded != FoldedOrders() else { return }
        if record.pointee.foldedBlock.isNone { record.pointee.foldedBlock = arena.allocate(FoldedOrders.bytes) }
        arena.address(record.pointee.foldedBlock).storeBytes(of: folded, as: FoldedOrders.self)
    }

    /// Replaces all lines; they are sorted and within the limit.
    mutating func setOrders(_ lines: [OrderEntry], of record: Record) {
        let oldBytes = orderBytes(of: record)
        if oldBytes > 0 { arena.free(record.pointee.ordersBlock, bytes: oldBytes) }
        let form: OrderEntry.Form = lines.contains { $0.form == .wide } ? .wide : .narrow
        record.pointee.orderForm = form
        record.pointee.orderEntries = UInt16(lines.count)
        record.pointee.ordersBlock = lines.isEmpty ? .none : arena.allocate(lines.count * form.bytes)
        for (index, line) in lines.enumerated() {
            line.store(to: arena.address(record.pointee.ordersBlock) + index * form.bytes, form)
        }
    }

    /// Adds up each day; the oldest days are dropped where both are more than one customer may have.
    mutating func mergeBrowse(of merged: Record, into record: Record) {
        guard merged.pointee.browseBytes > BrowseBucket.headerBytes else { return }
        let session =
            record.pointee.browseBytes > 0 ? arena.address(record.pointee.browseBlock).load(as: UInt32.self) : 0
        let days = (browse(of: record).buckets + browse(of: merged).buckets).sorted { $0.day < $1.day }
        var packed: [BrowseBucket] = []
        for bucket in days {
            if let last = packed.last, last.day == bucket.day, let sum = last.adding(bucket) {
                packed[packed.count - 1] = sum
            } else {
                packed.append(bucket)
            }
        }
        var bytes = BrowseBucket.headerBytes + packed.reduce(0) { $0 + $1.length }
        while bytes > BrowseBucket.maximumBytes { bytes -= packed.removeFirst().length }
        let old = Int(record.pointee.browseBytes)
        record.pointee.browseBlock =
            old == 0 ? arena.allocate(bytes) : arena.resize(record.pointee.browseBlock, from: old, to: bytes)
        record.pointee.browseBytes = UInt16(bytes)
        var address = arena.address(record.pointee.browseBlock)
        address.storeBytes(of: session, as: UInt32.self)
        address += BrowseBucket.headerBytes
        for bucket in packed {
            bucket.store(to: address)
            address += bucket.length
        }
    }

    /// Puts the feedback of both in the order of days, each entry once; the oldest are dropped beyond the limit.
    mutating func mergeFeedback(of merged: Record, into record: Record) {
        let (own, other) = (feedback(of: record), feedback(of: merged))
        guard other.count > 0 else { return }
        var entries = (0..<own.count).map { own[$0] }
        for index in 0..<other.count {
            let entry = other[index]
            if !entries.contains(where: { $0.idHash == entry.idHash && $0.day == entry.day }) { entries.append(entry) }
        }
        entries.sort { ($0.day, $0.idHash) < ($1.day, $1.idHash) }
        entries = Array(entries.suffix(FeedbackEntry.maximumEntries))
        let size = FeedbackEntry.bytes
        if own.count > 0 { arena.free(record.pointee.feedbackBlock, bytes: own.count * size) }
        record.pointee.feedbackBlock = arena.allocate(entries.count * size)
        record.pointee.feedbackEntries = UInt16(entries.count)
        let base = arena.address(record.pointee.feedbackBlock)
        for (index, entry) in entries.enumerated() { entry.store(to: base + index * size) }
    }
}

extension UnsafeRawBufferPointer {
    /// The stored browse buckets, from the oldest; the bytes are those of `CustomerStore.browse(of:)`.
    fileprivate var buckets: [BrowseBucket] {
        guard let base = baseAddress else { return [] }
        var buckets: [BrowseBucket] = []
        var end = base + count
        while end > base {
            buckets.append(BrowseBucket(endingAt: end))
            end -= BrowseBucket.length(endingAt: end)
        }
        return buckets.reversed()
    }
}
