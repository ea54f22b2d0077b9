import Scoring

/// Every order of a history in its final state: updates, cancellations and refunds act on the original order, on its
/// original date, in whatever order they come; what comes twice counts once.
///
/// An order comes to what the daemon's ledger would make of it, had its events come in the order in which they happened.
/// Unlike the ledger, which takes them as they come and forgets, it keeps everything, so the history's orders must fit in
/// memory (measured: 160 MB for 671,438 orders of 200,000 customers, the fit included).
package struct OrderBook: Sendable {
    private struct OrderKey: Hashable {
        var customer: Int
        var order: UInt64
    }

    /// What made an order count. Of two at one instant the earlier stage is the first.
    private struct Start: Comparable {
        var time: EventTime
        var stage: OrderType.RawValue
        /// Minor units.
        var total: Int64

        static func < (left: Start, right: Start) -> Bool {
            (left.time, left.stage, left.total) < (right.time, right.stage, right.total)
        }
    }

    /// What happened to an order later. At one instant updates come before refunds.
    private struct Change: Hashable, Comparable {
        var time: EventTime
        var what: What

        enum What: Hashable {
            /// To another total, minor units.
            case update(Int64)
            case refund(Refund)

            /// In which order they are taken at one instant.
            var rank: (Int, Int64) {
                switch self {
                case .update(let total): (0, total)
                case .refund(let refund): (1, refund.mark)
                }
            }
        }

        static func < (left: Change, right: Change) -> Bool {
            left.time == right.time ? left.what.rank < right.what.rank : left.time < right.time
        }
    }

    private struct Order {
        /// The first that made it count; nil while nothing has.
        var start: Start?
        var isCancelled = false
        /// Ascending.
        var changes: [Change] = []
    }

    private let policy: Policy
    private let conversion: Conversion
    /// Everybody of whom there is an order, whether or not it counts, in the order in which they came.
    package private(set) var customerIDs: [[UInt8]] = []
    private var customerIndex: [[UInt8]: Int] = [:]
    private var orderIndex: [OrderKey: Int] = [:]
    private var orders: [(customer: Int, order: Order)] = []
    /// Events left out because their currency has no rate in the policy, or their amount no place.
    package private(set) var unconvertible = 0

    /// The policy gives time zone, currency, rates, and the stage from which an order counts.
    package init(policy: Policy) {
        self.policy = policy
        conversion = Conversion(policy)
    }

    /// Notes the orders among `events`.
    package mutating func note(_ events: EventBuffer) {
        for event in events.events {
            guard case .order(let body) = event.body else { continue }
            guard let total = total(body), let refund = refund(body) else {
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
            guard let start = order.start, let amount = Self.net(order, since: start) else { continue }
            purchases[customer].add(amount, on: policy.calendar.day(of: start.time))
        }
        for index in purchases.indices { purchases[index].sortDays() }
        return purchases.filter { !$0.days.isEmpty }.sortedByID()
    }

    private mutating func note(_ type: OrderType, at time: EventTime, total: Int64, refund: Refund, _ index: Int) {
        switch type {
        case .placed, .paid, .completed:
            guard type.rawValue >= policy.countFrom.rawValue else { return }
            let start = Start(time: time, stage: type.rawValue, total: total)
            if orders[index].order.start.map({ start < $0 }) ?? true { orders[index].order.start = start }
        case .updated: note(Change(time: time, what: .update(total)), index)
        case .cancelled: orders[index].order.isCancelled = true
        case .refunded: note(Change(time: time, what: .refund(refund)), index)
        }
    }

    /// Where its order puts it; what comes again changes nothing.
    private mutating func note(_ change: Change, _ index: Int) {
        guard !orders[index].order.changes.contains(change) else { return }
        let last = orders[index].order.changes.lastIndex { $0 < change }
        orders[index].order.changes.insert(change, at: last.map { $0 + 1 } ?? 0)
    }

    /// What is left of an order; nil where it no longer counts, as once refunds have used it up. A free order counts.
    private static func net(_ order: Order, since start: Start) -> Int64? {
        guard !order.isCancelled else { return nil }
        var (total, refunded, updatedAt) = (start.total, Int64(0), EventTime?.none)
        for change in order.changes {
            switch change.what {
            case .update(let new):
                // The order itself tells the total of its own time.
                guard change.time >= start.time, updatedAt.map({ change.time > $0 }) ?? true else { continue }
                updatedAt = change.time
                total = max(new, refunded)
            case .refund(let refund):
                let left = total - refunded
                refunded += min(refund.minorUnits(of: total) ?? left, left)
            }
            if total > 0, refunded >= total { return nil }
        }
        return total - refunded
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

    /// Nil where it cannot be converted; that of a cancellation or a refund counts for nothing.
    private func total(_ order: OrderEvent) -> Int64? {
        order.type.countsTotal ? try? conversion.amount(order.total, of: order) : 0
    }

    /// Nil where it cannot be converted.
    private func refund(_ order: OrderEvent) -> Refund? {
        order.type == .refunded ? try? conversion.refund(of: order) : .whole
    }
}
