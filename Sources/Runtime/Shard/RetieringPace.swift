/// Cuts a re-tiering into portions of so many customers per second, in steady time. What it grants is journalled, so that
/// a replay needs no clock.
package struct RetieringPace {
    private let perSecond: Double
    /// Until when customers have been granted; nil before the first portion.
    private var last: Double?

    /// Of one portion; live events wait for one at most.
    package static let largestPortion = 1_000
    /// Portions come no faster: each is a journal entry.
    private static let beatSeconds = 0.1
    /// A portion that came late makes the next one come earlier, by no more than this: the rate is kept by a shard that is busy.
    private static let longestCarry = 0.01

    package init(perSecond: Int) { self.perSecond = Double(perSecond) }

    /// Customers to look at now; 0 while the next portion is not due.
    package mutating func take(at now: Double) -> Int {
        let since = last ?? now - Self.beatSeconds
        last = since
        let elapsed = now - since
        guard elapsed >= Self.beatSeconds else { return 0 }
        let portion = min(Int(perSecond * elapsed), Self.largestPortion)
        // A rate below ten waits until one customer is due.
        if portion > 0 { last = now - min(elapsed - Double(portion) / perSecond, Self.longestCarry) }
        return portion
    }

    /// The next portion is the first of another re-tiering.
    package mutating func reset() { last = nil }
}
