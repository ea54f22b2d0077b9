import RealModule
import Scoring

/// Applies order events to a customer's history: each order once, on its own date, whatever the order of arrival.
struct OrderLedger: ~Copyable {
    let calendar: ZoneCalendar
    private let countFrom: OrderType
    let decayRate: Double
    let fading: DayFading

    init(_ policy: Policy) {
        calendar = policy.calendar
        countFrom = policy.countFrom
        decayRate = Double.log(2) / Double(policy.spendHalfLife.milliseconds)
        fading = DayFading(halfLifeDays: policy.churn.scoring.ewmaHalfLifeDays)
    }

    /// What an event did.
    enum Outcome {
        /// The history changed.
        case changed
        /// The same, to less: what an order of this time, milliseconds, had added was taken back, in part or all of it.
        case reduced(orderTime: Int64)
        /// Known and valid, but nothing that counts: a stage before the counting one, or a later stage of a counted order.
        case noEffect
    }

    /// An order event with its amounts in the policy's currency.
    struct Entry {
        /// As in `OrderEntry.hash`.
        var hash: UInt64
        var time: Int64
        var type: OrderType
        var total: Int64
        /// Of a refund.
        var refund = Refund.whole
        /// What the order cost the shop; nil where it does not say, or nobody asks.
        var cost: Int64?
        /// At which it earns points from now on.
        var rate = PointsRate.none

        /// What is kept beside the order and its total.
        fileprivate var detail: OrderEntry? {
            guard cost != nil || rate != .none else { return nil }
            return OrderEntry(
                hash: rate.millionths, time: time, amount: cost ?? OrderEntry.unknownCost, kind: .detail)
        }
    }

    func apply(
        _ entry: Entry, to record: CustomerStore.Record, _ store: inout CustomerStore, keptSince: EventTime
    ) throws(Rejection) -> Outcome {
        store.foldOrders(before: keptSince, of: record, calendar, fading)
        // A policy that looks further back does not bring back what was folded before: it would be counted again.
        if !record.pointee.foldedBlock.isNone, entry.time <= store.folded(of: record).lastAt {
            throw Rejection(.tooLate, .occurredAt)
        }
        switch entry.type {
        case .placed, .paid, .completed: return try count(entry, record, &store)
        case .updated: return try update(entry, record, &store)
        case .cancelled: return try cancel(entry, record, &store)
        case .refunded: return try refund(entry, record, &store)
        }
    }

    private func count(
        _ entry: Entry, _ record: CustomerStore.Record, _ store: inout CustomerStore
    ) throws(Rejection) -> Outcome {
        guard entry.type.rawValue >= countFrom.rawValue else { return .noEffect }
        let entries = store.orders(of: record)
        if entries.order(entry.hash) != nil {
            if entry.type.rawValue > countFrom.rawValue { return .noEffect }
            throw Rejection(.duplicate, .orderID)
        }
        let waiting = waiting(for: entry.hash, entries)
        let (index, detail) = (entries.insertionIndex(for: entry.time), entry.detail)
        guard entries.count + (detail == nil ? 0 : 1) < OrderEntry.maximumEntries else {
            throw Rejection(.customerFull)
        }
        let order = OrderEntry(hash: entry.hash, time: entry.time, amount: entry.total, kind: .order)
        _ = store.insertOrderEntry(order, at: index, of: record)
        if let detail { _ = store.insertOrderEntry(detail, at: index + 1, of: record) }
        addToEWMA(entry.total, at: entry.time, record)
        for early in waiting { try settle(early, entry.hash, record, &store) }
        return .changed
    }

    /// What came before its order; hardly ever anything.
    private func waiting(for hash: UInt64, _ entries: OrderEntries) -> [OrderEntry] {
        var waiting: [OrderEntry] = []
        for index in 0..<entries.count where OrderEntry.waits(rawKind: entries.rawKind(index)) {
            if entries.hash(index) == hash { waiting.append(entries[index]) }
        }
        return waiting
    }

    /// Carries out whatever waited for an order that is there now; returns when the earliest order was made of which that
    /// took something back, milliseconds.
    func settleAllWaiting(_ record: CustomerStore.Record, _ store: inout CustomerStore) -> Int64? {
        let entries = store.orders(of: record)
        var (orders, waiting): (Set<UInt64>, [OrderEntry]) = ([], [])
        for index in 0..<entries.count {
            let entry = entries[index]
            if entry.isOrder { orders.insert(entry.hash) } else if !entry.isAnnotation { waiting.append(entry) }
        }
        var earliest: Int64?
        for early in waiting where orders.contains(early.hash) {
            // One line makes room for the other: this cannot fail for want of it.
            guard case .reduced(let orderTime)? = try? settle(early, early.hash, record, &store) else { continue }
            earliest = min(earliest ?? orderTime, orderTime)
        }
        return earliest
    }

    /// Carries out a cancellation or refund that came before its order.
    @discardableResult
    private func settle(
        _ early: OrderEntry, _ hash: UInt64, _ record: CustomerStore.Record, _ store: inout CustomerStore
    ) throws(Rejection) -> Outcome {
        let entries = store.orders(of: record)
        if let index = (0..<entries.count).first(where: {
            entries[$0].hash == early.hash && entries[$0].kind == early.kind && entries[$0].time == early.time
        }) {
            store.removeOrderEntries(index..<index + 1, of: record)
        }
        let type: OrderType = early.kind == .earlyCancellation ? .cancelled : .refunded
        let late = Entry(hash: hash, time: early.time, type: type, total: 0, refund: Refund(earlyAmount: early.amount))
        return type == .cancelled ? try cancel(late, record, &store) : try self.refund(late, record, &store)
    }

    private func update(
        _ entry: Entry, _ record: CustomerStore.Record, _ store: inout CustomerStore
    ) throws(Rejection) -> Outcome {
        let entries = store.orders(of: record)
        guard let index = entries.order(entry.hash) else { return .noEffect }
        guard entries[index].kind == .order else { return .noEffect }
        let isRevised = index + 1 < entries.count && entries[index + 1].kind == .revision
        if isRevised, entries[index + 1].hash >= UInt64(entry.time) { throw Rejection(.duplicate, .orderID) }
        var order = entries[index]
        let isDetailed = (index + 1..<entries.endOfOrder(index)).contains { entries[$0].kind == .detail }
        let newLines = (isRevised ? 0 : 1) + (entry.cost == nil || isDetailed ? 0 : 1)
        guard entries.count + newLines <= OrderEntry.maximumEntries else { throw Rejection(.customerFull) }
        let mark = OrderEntry(hash: UInt64(entry.time), time: order.time, amount: 0, kind: .revision)
        if isRevised {
            store.replaceOrderEntry(at: index + 1, with: mark, of: record)
        } else {
            _ = store.insertOrderEntry(mark, at: index + 1, of: record)
        }
        if let cost = entry.cost { note(cost: cost, ofOrderAt: index, record, &store) }
        let revised = store.orders(of: record)
        let refunded = order.amount - net(revised, index..<revised.endOfOrder(index))
        // No order is worth less than nothing, whatever has been given back already.
        let total = max(entry.total, refunded)
        let isLess = total < order.amount
        addToEWMA(total - order.amount, at: order.time, record)
        order.amount = total
        store.replaceOrderEntry(at: index, with: order, of: record)
        if withdrawIfNothingIsLeft(of: index, record, &store) { forgetSpendIfNothingCounts(record, store) }
        return isLess ? .reduced(orderTime: order.time) : .changed
    }

    /// Another cost than the one told before; the rate of its points is the one it was counted with.
    private func note(
        cost: Int64, ofOrderAt index: Int, _ record: CustomerStore.Record, _ store: inout CustomerStore
    ) {
        let entries = store.orders(of: record)
        let end = entries.endOfOrder(index)
        guard let place = (index + 1..<end).first(where: { entries[$0].kind == .detail }) else {
            let detail = OrderEntry(hash: 0, time: entries.time(index), amount: cost, kind: .detail)
            _ = store.insertOrderEntry(detail, at: end, of: record)
            return
        }
        var detail = entries[place]
        detail.amount = cost
        store.replaceOrderEntry(at: place, with: detail, of: record)
    }

    private func cancel(
        _ entry: Entry, _ record: CustomerStore.Record, _ store: inout CustomerStore
    ) throws(Rejection) -> Outcome {
        let entries = store.orders(of: record)
        guard let index = entries.order(entry.hash) else {
            if (0..<entries.count).contains(where: {
                entries[$0].kind == .earlyCancellation && entries[$0].hash == entry.hash
            }) {
                throw Rejection(.duplicate, .orderID)
            }
            try insert(
                OrderEntry(hash: entry.hash, time: entry.time, amount: 0, kind: .earlyCancellation), record, &store)
            return .noEffect
        }
        var order = entries[index]
        guard order.kind != .cancelledOrder else { throw Rejection(.duplicate, .orderID) }
        let end = entries.endOfOrder(index)
        let net = net(entries, index..<end)
        order.kind = .cancelledOrder
        store.replaceOrderEntry(at: index, with: order, of: record)
        if end > index + 1 { store.removeOrderEntries(index + 1..<end, of: record) }
        addToEWMA(-net, at: order.time, record)
        forgetSpendIfNothingCounts(record, store)
        return .reduced(orderTime: order.time)
    }

    private func refund(
        _ entry: Entry, _ record: CustomerStore.Record, _ store: inout CustomerStore
    ) throws(Rejection) -> Outcome {
        let entries = store.orders(of: record)
        guard let index = entries.order(entry.hash) else { return try waitForOrder(entry, record, &store) }
        let order = entries[index]
        guard order.kind != .cancelledOrder else { return .noEffect }
        let end = entries.endOfOrder(index)
        let fingerprint = Self.fingerprint(entry)
        for position in index..<end where entries[position].kind == .refund && entries[position].hash == fingerprint {
            throw Rejection(.duplicate, .orderID)
        }
        let net = net(entries, index..<end)
        // A refund never gives back more than is left of the order.
        let amount = min(entry.refund.minorUnits(of: order.amount) ?? net, net)
        let line = OrderEntry(hash: fingerprint, time: order.time, amount: -amount, kind: .refund)
        guard store.insertOrderEntry(line, at: end, of: record) else { throw Rejection(.customerFull) }
        addToEWMA(-amount, at: order.time, record)
        _ = withdrawIfNothingIsLeft(of: index, record, &store)
        if net == amount { forgetSpendIfNothingCounts(record, store) }
        return .reduced(orderTime: order.time)
    }

    /// Tells one refund of an order from another: by its time and what it gives back.
    private static func fingerprint(_ refund: Entry) -> UInt64 {
        // Folding with all ones, or with 0, would forget the other factor: the odd constant keeps amounts away from both.
        StableHash.mix(
            refund.hash ^ UInt64(bitPattern: refund.time),
            0x9e37_79b9_7f4a_7c15 ^ UInt64(bitPattern: refund.refund.mark))
            >> 16
    }

    private func waitForOrder(
        _ entry: Entry, _ record: CustomerStore.Record, _ store: inout CustomerStore
    ) throws(Rejection) -> Outcome {
        let entries = store.orders(of: record)
        let amount = entry.refund.earlyAmount
        for position in 0..<entries.count
        where entries.hash(position) == entry.hash && entries[position].kind == .earlyRefund
            && entries[position].time == entry.time && entries[position].amount == amount
        {
            throw Rejection(.duplicate, .orderID)
        }
        try insert(OrderEntry(hash: entry.hash, time: entry.time, amount: amount, kind: .earlyRefund), record, &store)
        return .noEffect
    }

    private func insert(
        _ line: OrderEntry, _ record: CustomerStore.Record, _ store: inout CustomerStore
    ) throws(Rejection) {
        let index = store.orders(of: record).insertionIndex(for: line.time)
        guard store.insertOrderEntry(line, at: index, of: record) else { throw Rejection(.customerFull) }
    }

    /// What is left of an order.
    private func net(_ entries: OrderEntries, _ lines: Range<Int>) -> Int64 {
        var net: Int64 = 0
        for line in lines { net += entries[line].countedAmount }
        return net
    }

    /// An order of which nothing is left no longer counts; returns whether it is one.
    private func withdrawIfNothingIsLeft(
        of index: Int, _ record: CustomerStore.Record, _ store: inout CustomerStore
    ) -> Bool {
        let entries = store.orders(of: record)
        let net = net(entries, index..<entries.endOfOrder(index))
        var order = entries[index]
        guard net <= 0, order.amount > 0, order.kind == .order else { return order.kind != .order }
        order.kind = .refundedOrder
        store.replaceOrderEntry(at: index, with: order, of: record)
        return true
    }

    /// Without any order that counts, what is left of the decayed spend is rounding noise.
    func forgetSpendIfNothingCounts(_ record: CustomerStore.Record, _ store: borrowing CustomerStore) {
        if store.lastOrderAt(of: record) < 0 { record.pointee.spendEWMA = 0 }
    }

    /// Adds an amount dated `time` to the decayed spend, whose reference time only moves forward.
    private func addToEWMA(_ amount: Int64, at time: Int64, _ record: CustomerStore.Record) {
        let reference = record.pointee.ewmaAt
        if time >= reference {
            let faded = record.pointee.spendEWMA * Double.exp(-decayRate * Double(time - reference))
            record.pointee.spendEWMA = faded + Double(amount)
            record.pointee.ewmaAt = time
        } else {
            record.pointee.spendEWMA += Double(amount) * Double.exp(-decayRate * Double(reference - time))
        }
        // What subtraction leaves of nothing is rounding noise, far below a minor unit.
        if record.pointee.spendEWMA < 1e-6 { record.pointee.spendEWMA = 0 }
    }
}
