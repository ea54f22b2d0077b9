import Scoring

extension ShardEngine {
    /// Joins `other` into `slot`: sums the windows, keeps the higher tier and the longer term, and leaves an alias, so that
    /// events under the former id go on counting. Merging again changes nothing. The occasion learns whether a pin came along,
    /// and whether a refund has met its order.
    mutating func merge(
        _ other: UInt32?, into slot: UInt32, _ occasion: inout Occasion, into outputs: inout OutputBuffer
    ) {
        guard let other = other.map({ resolve($0) }), other != slot else { return }
        let (record, merged) = (store.slab[slot], store.slab[other])
        guard merged.pointee.slotState == .customer else { return }
        aboutToChange(other)
        // Deadlines of the other fire in its own name first.
        while merged.pointee.deadline <= occasion.time.milliseconds { fire(other, into: &outputs) }
        if retiering != nil, merged.pointee.isUnsettled { retier(other, at: occasion.time, into: &outputs) }
        sayErased(merged, occasion, into: &outputs)
        occasion.reducedOrderAt = rules.ledger.merge(merged, into: record, &store, keptSince: keptSince.orders)
        store.mergeBrowse(of: merged, into: record)
        store.mergeFeedback(of: merged, into: record)
        store.mergePortrait(of: merged, into: record)
        occasion.pinChange = mergeAnnex(of: merged, into: record)
        record.pointee.firstSeen = min(record.pointee.firstSeen, merged.pointee.firstSeen)
        keepHigherTier(of: merged, in: record, occasion, into: &outputs)
        // What was forgotten under the former id stays so; under the other's it was not.
        let forgottenUpTo = store.notes(of: merged).forgottenUpTo ?? 0
        vacate(other, .alias)
        record.pointee.hasAliases = true
        merged.pointee.target = slot
        merged.pointee.erasedAt = forgottenUpTo
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

    /// The pin that holds stays; without one, the other's, if there is one: taken over then.
    private mutating func mergeAnnex(
        of merged: CustomerStore.Record, into record: CustomerStore.Record
    ) -> PinChange? {
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
        return takesPin ? .set : nil
    }

    private mutating func keepHigherTier(
        of merged: CustomerStore.Record, in record: CustomerStore.Record, _ occasion: Occasion,
        into outputs: inout OutputBuffer
    ) {
        guard merged.pointee.hasEntered else { return }
        // What a pin alone has given the other is not inherited, and what it holds down is.
        let other = store.standing(of: merged)
        guard record.pointee.hasEntered else {
            return enter(with: other, record, occasion, into: &outputs)
        }
        var standing = store.standing(of: record)
        guard other.grant.isMore(than: standing.grant) else { return }
        if let move = standing.take(other, at: occasion.time.milliseconds) {
            evaluator.evaluate(record, store, at: occasion.time)
            say(move, standing, occasion, record, into: &outputs)
        }
        store.setStanding(standing, of: record)
    }
}

extension Standing.Grant {
    fileprivate func isMore(than other: Standing.Grant) -> Bool {
        (tier, validUntil) > (other.tier, other.validUntil)
    }
}

extension ShardEngine {
    /// A customer who is first heard of by a merge enters with the other's standing.
    private mutating func enter(
        with other: Standing, _ record: CustomerStore.Record, _ occasion: Occasion, into outputs: inout OutputBuffer
    ) {
        var standing = store.standing(of: record)
        // What a pin gives that came along begins now: nothing has been held before.
        standing.since = occasion.time.milliseconds
        _ = standing.take(other, at: occasion.time.milliseconds)
        evaluator.evaluate(record, store, at: occasion.time)
        record.pointee.hasEntered = true
        let move = Standing.Move(from: nil, to: standing.current.tier, direction: .entry, reason: .merged)
        say(move, standing, occasion, record, into: &outputs)
        store.setStanding(standing, of: record)
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
        func key(_ entry: FeedbackEntry) -> UInt64 { UInt64(entry.day) << 32 | UInt64(entry.idHash) }
        var known = Set(entries.map(key))
        for index in 0..<other.count where known.insert(key(other[index])).inserted { entries.append(other[index]) }
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
