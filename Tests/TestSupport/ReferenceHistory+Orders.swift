import Scoring

extension ReferenceHistory {
    enum OrderOutcome {
        case changed, noEffect, duplicate
    }

    /// `tier` is what the customer holds before.
    mutating func add(
        _ order: OrderEvent, id: String, at time: EventTime, keptSince: EventTime, tier: Int
    ) -> OrderOutcome {
        for index in orders.indices where orders[index].time < keptSince { orders[index].isClosed = true }
        early.removeAll { $0.time < keptSince }
        reducedOrderAt = nil
        switch order.type {
        case .placed, .paid, .completed: return count(order, id, time, tier)
        case .updated: return update(order, id, time)
        case .cancelled: return cancel(id, time)
        case .refunded: return refund(order.refund?.minorUnits, id, time)
        }
    }

    /// The last order that counts of each day after an instant, from the earliest; of what is kept one by one.
    func lastOrders(after time: EventTime) -> [EventTime] {
        let times = orders.filter { $0.counts && !$0.isClosed && $0.time > time }.map(\.time)
        return Dictionary(grouping: times) { policy.calendar.day(of: $0) }.values.compactMap { $0.max() }.sorted()
    }

    private func known(_ id: String) -> Int? { orders.firstIndex { $0.id == id && !$0.isClosed } }

    private mutating func count(_ order: OrderEvent, _ id: String, _ time: EventTime, _ tier: Int) -> OrderOutcome {
        guard order.type.rawValue >= policy.countFrom.rawValue else { return .noEffect }
        guard known(id) == nil else { return order.type == policy.countFrom ? .duplicate : .noEffect }
        let rate = policy.points.map { $0.perUnit * $0.multipliers[tier] } ?? 0
        portrayed.orders += 1
        portrayed.discounted += order.hasCoupon ? 1 : 0
        orders.append(
            Order(id: id, time: time, total: order.total.minorUnits, cost: order.cost?.minorUnits, rate: rate))
        let waiting = early.filter { $0.id == id }.sorted { $0.time < $1.time }
        early.removeAll { $0.id == id }
        for act in waiting {
            _ = act.isCancellation ? cancel(id, act.time) : refund(act.refund, id, act.time)
        }
        reducedOrderAt = nil
        return .changed
    }

    private mutating func update(_ order: OrderEvent, _ id: String, _ time: EventTime) -> OrderOutcome {
        guard let index = known(id), orders[index].counts else { return .noEffect }
        if let revised = orders[index].revisedAt, revised >= time { return .duplicate }
        orders[index].revisedAt = time
        if let cost = order.cost { orders[index].cost = cost.minorUnits }
        let refunded = orders[index].total - orders[index].net
        let total = max(order.total.minorUnits, refunded)
        if total < orders[index].total { reducedOrderAt = orders[index].time }
        orders[index].total = total
        useUp(index)
        return .changed
    }

    private mutating func cancel(_ id: String, _ time: EventTime) -> OrderOutcome {
        guard let index = known(id) else {
            if early.contains(where: { $0.id == id && $0.isCancellation }) { return .duplicate }
            early.append(Early(id: id, time: time, isCancellation: true, refund: nil))
            return .noEffect
        }
        if orders[index].isCancelled { return .duplicate }
        orders[index].isCancelled = true
        reducedOrderAt = orders[index].time
        return .changed
    }

    private mutating func refund(_ amount: Int64?, _ id: String, _ time: EventTime) -> OrderOutcome {
        guard let index = known(id) else {
            if early.contains(where: { $0.id == id && !$0.isCancellation && $0.time == time && $0.refund == amount }) {
                return .duplicate
            }
            early.append(Early(id: id, time: time, isCancellation: false, refund: amount))
            return .noEffect
        }
        if orders[index].isCancelled { return .noEffect }
        if orders[index].refunds.contains(where: { $0.time == time && $0.asked == amount }) { return .duplicate }
        let given = min(amount ?? .max, orders[index].net)
        orders[index].refunds.append((time, amount, given))
        reducedOrderAt = orders[index].time
        useUp(index)
        return .changed
    }

    /// Once nothing is left of an order it no longer counts, for good.
    private mutating func useUp(_ index: Int) {
        if orders[index].net <= 0, orders[index].total > 0 { orders[index].isUsedUp = true }
    }
}
