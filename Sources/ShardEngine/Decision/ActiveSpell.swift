import Scoring

/// A time in which no silence was long enough to end the points of the lowest tier: followed from order to order, from the
/// oldest on. A function of the orders, so that late ones, refunds, merges and looks at the past need no state of their own.
struct ActiveSpell {
    /// At which the points were earned that end with it.
    let rate: PointsRate
    private let days: Int32
    /// The first day after it; `.max` before the first order.
    private(set) var end = Int32.max

    /// Nil where no silence ends points.
    init?(_ rule: PointsRule?) {
        guard let rule, let days = rule.expiresWhenInactiveDays else { return nil }
        rate = rule.lowestRate
        self.days = Int32(truncatingIfNeeded: days)
    }

    /// Puts its end off for an order of `day`, or begins anew with it; returns whether it had ended before.
    mutating func extend(to day: Int32) -> Bool {
        defer { end = day &+ days }
        return day >= end
    }
}
