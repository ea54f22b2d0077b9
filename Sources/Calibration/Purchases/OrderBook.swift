import Scoring

/// Every order of a history in its final state: updates, cancellations and refunds act on the original order, on its
/// original date, in whatever order they come; what comes twice counts once.
///
/// Unlike the daemon's ledger, which decides event by event and forgets, it knows the end of every order: an update that
/// comes before its order, or after the order was used up by refunds, counts here. It keeps everything, so the history's
/// orders must fit in memory (measured: 160 MB for 671,438 orders of 200,000 customers, the fit included).
package struct OrderBook: Sendable {
    private struct OrderKey: Hashable {
        var customer: Int
        var order: UInt64
    }

    private struct Refund: Hashable {
        var time: EventTime
        /// Nil: all that is left.
        var amount: Int64?
    }

    private struct Order {
        /// Of the first event that made it count; nil while none has.
        var time: EventTime?
        var total: Int64 = 0
        var updatedAt: EventTime?
        var updatedTotal: Int64 = 0
        var isCancelled = false
        var refunds: [Refund] = []
    }

    private let policy: Policy
    /// Everybody of whom there is an order, whether or not it counts, in the order in which they came.
    package private(set) var customerIDs: [[UInt8]] = []
    private var customerIndex: [[UInt8]: Int] = [:]
    private var orderIndex: [OrderKey: Int] = [:]
    private var orders: [(customer: Int, order: Order)] = []
    /// Events left out because their currency has no rate in the policy, or their amount no place.
    package private(set) var unconvertible = 0

    /// The policy gives time zone, currency, rates, and the stage from which an order counts.
    package init(policy: Policy) { self.policy = policy }

    /// Notes the orders among `events`.
    package mutating func note(_ events: EventBuffer) {
        for event in events.events {
            guard case .order(let body) = event.body else { continue }
            guard let total = try? policy.amount(body.total, of: body), let refund = refund(body) else {
                unconvertible += 1
                continue
            }
            let customer = customer(Array(events.text[event.customer.range]))
            let index = order(OrderKey(customer: customer, order: event.idHash))
            note(body.type, at: event.time, total: total, refund: refund, index)
        }
    }

    /// Customers with at least one order that counts, by id: in whatever order the events came.
    package func customers() -> [CustomerPurchases] {
        var purchases = customerIDs.map { CustomerPurchases(id: $0) }
        for (customer, order) in orders {
            guard let time = order.time, let amount = Self.net(order) else { continue }
            purchases[customer].add(amount, on: policy.calendar.day(of: time))
        }
        for index in purchases.indices { purchases[index].sortDays() }
        return purchases.filter { !$0.days.isEmpty }.sortedByID()
    }

    private mutating func note(_ type: OrderType, at time: EventTime, total: Int64, refund: Int64?, _ index: Int) {
        switch type {
        case .placed, .paid, .completed:
            guard type.rawValue >= policy.countFrom.rawValue, orders[index].order.time == nil else { return }
            orders[index].order.time = time
            orders[index].order.total = total
        case .updated:
            guard orders[index].order.updatedAt.map({ time > $0 }) ?? true else { return }
            orders[index].order.updatedAt = time
            orders[index].order.updatedTotal = total
        case .cancelled: orders[index].order.isCancelled = true
        case .refunded:
            let refund = Refund(time: time, amount: refund)
            if !orders[index].order.refunds.contains(refund) { orders[index].order.refunds.append(refund) }
        }
    }

    /// What is left of an order; nil where it no longer counts. A free order counts.
    private static func net(_ order: Order) -> Int64? {
        guard !order.isCancelled else { return nil }
        let total = order.updatedAt == nil ? order.total : order.updatedTotal
        guard !order.refunds.contains(where: { $0.amount == nil }) else { return nil }
        let net = order.refunds.reduce(total) { $0 - ($1.amount ?? 0) }
        return net <= 0 && total > 0 ? nil : max(net, 0)
    }

    private mutating func customer(_ id: [UInt8]) -> Int {
        if let index = customerIndex[id] { return index }
        customerIndex[id] = customerIDs.count
        customerIDs.append(id)
        return customerIDs.count - 1
    }

    private mutating func order(_ key: OrderKey) -> Int {
        if let index = orderIndex[key] { return index }
        orderIndex[key] = orders.count
        orders.append((key.customer, Order()))
        return orders.count - 1
    }

    /// Nil inside where the event names none; nil outside where it cannot be converted.
    private func refund(_ order: OrderEvent) -> Int64?? {
        guard let refund = order.refund else { return .some(nil) }
        return (try? policy.amount(refund, of: order)).map { .some($0) }
    }
}
