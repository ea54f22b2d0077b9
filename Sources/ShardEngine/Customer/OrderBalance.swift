import Scoring

/// What an order comes to, with all that belongs to it: made from the order, then each of its lines is added.
struct OrderBalance {
    private let order: OrderEntry
    private var sum: Int64
    private var wholeCost = OrderEntry.unknownCost
    private var told = PointsRate.none

    init(_ order: OrderEntry) {
        self.order = order
        sum = order.countedAmount
    }

    mutating func add(_ line: OrderEntry) {
        sum &+= line.countedAmount
        guard line.kind == .detail else { return }
        (wholeCost, told) = (line.amount, PointsRate(millionths: line.hash))
    }

    /// Minor units that are left of it; 0 or more.
    var net: Int64 { min(max(sum, 0), max(order.amount, 0)) }

    /// The part of its cost that falls to what is left: goods that come back bring their cost back. Nil where it is not
    /// known, and for an order that counts no longer.
    var cost: Int64? {
        guard order.kind == .order, wholeCost != OrderEntry.unknownCost else { return nil }
        guard order.amount > 0 else { return wholeCost }
        // The part is no more than the whole.
        let product = wholeCost.magnitude.multipliedFullWidth(by: net.magnitude)
        return Int64(order.amount.magnitude.dividingFullWidth(product).quotient)
    }

    /// At which it earns points.
    var rate: PointsRate { order.kind == .order ? told : .none }
}

extension OrderEntries {
    /// The order at `index` with the lines up to `end`, which belong to it.
    func balance(_ index: Int, _ end: Int) -> OrderBalance {
        var balance = OrderBalance(self[index])
        for line in index + 1..<end { balance.add(self[line]) }
        return balance
    }
}

/// What the orders of one window cost and earned, those that told their cost apart.
struct AccountSum {
    /// Orders that told their cost, what is left of them, and their costs, minor units.
    var orders: Int64 = 0
    var spend: Int64 = 0
    var costs: Int64 = 0
    var points: Int64 = 0
    /// Of these, what ends with the spell of orders under way.
    private(set) var pointsOfSpell: Int64 = 0

    mutating func add(_ order: OrderBalance, minorPerMajor: UInt64, _ spell: ActiveSpell?) {
        if order.rate != .none {
            let earned = order.rate.points(for: Money(minorUnits: order.net), minorPerMajor: minorPerMajor)
            points &+= earned
            if order.rate == spell?.rate { pointsOfSpell &+= earned }
        }
        guard let cost = order.cost else { return }
        orders &+= 1
        spend &+= order.net
        costs &+= cost
    }

    mutating func endSpell() {
        points &-= pointsOfSpell
        pointsOfSpell = 0
    }

    mutating func add(_ folded: FoldedCosts) {
        orders &+= Int64(folded.orders)
        spend &+= folded.spend
        costs &+= folded.costs
    }
}

/// What the orders that have left the history told of their costs. In the annex: only policies that ask for costs have any.
package struct FoldedCosts: Hashable, Sendable {
    /// Orders that told their cost.
    package var orders: UInt32 = 0
    /// What was left of them, and what that cost; minor units.
    package var spend: Int64 = 0
    package var costs: Int64 = 0

    static let bytes = 20

    package init() {}

    /// Nil for bytes that no engine writes.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.bytes else { return nil }
        orders = UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))
        spend = Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: Int64.self))
        costs = Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 12, as: Int64.self))
        guard orders > 0, spend >= 0, costs >= 0 else { return nil }
    }

    var encoded: [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: orders >> UInt32(8 * $0)) } + UInt64(bitPattern: spend).bytes
            + UInt64(bitPattern: costs).bytes
    }

    mutating func fold(_ order: OrderBalance) {
        guard let cost = order.cost else { return }
        orders &+= 1
        spend &+= order.net
        costs &+= cost
    }

    mutating func add(_ other: FoldedCosts) {
        orders &+= other.orders
        spend &+= other.spend
        costs &+= other.costs
    }
}

extension CustomerStore {
    func foldedCosts(of record: Record) -> FoldedCosts {
        annexSection(.costs, of: record) { _ in true }.flatMap { FoldedCosts($0) } ?? FoldedCosts()
    }

    /// Adds the costs of the first `count` lines, which leave the history.
    mutating func foldCosts(ofFirst count: Int, of record: Record) {
        let entries = orders(of: record)
        var costs = FoldedCosts()
        var index = 0
        while index < count {
            guard entries[index].isOrder else {
                index += 1
                continue
            }
            let end = min(entries.endOfOrder(index), count)
            costs.fold(entries.balance(index, end))
            index = end
        }
        add(costs, of: record)
    }

    /// Adds to the costs of what has left the history.
    mutating func add(_ costs: FoldedCosts, of record: Record) {
        guard costs.orders > 0 else { return }
        var annex = decodedAnnex(of: record)
        annex.costs.add(costs)
        storeAnnex(annex.bytes, of: record)
    }
}
