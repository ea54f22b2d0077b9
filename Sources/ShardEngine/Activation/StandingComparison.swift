import Scoring

/// Where the customers of a live engine stand in another one that a policy was tried on, counted a few at a time between
/// batches: each as of the moment it is looked at.
package struct StandingComparison {
    /// Customers by live tier and by tier under the other policy, `live * tierCount + other`.
    private var counts: [Int]
    private let liveTierCount: Int
    private let tierCount: Int
    private let translation: PolicyTranslation
    private var next: UInt32 = 0

    package init(live: Policy, other: Policy) {
        translation = PolicyTranslation(from: live, to: other)
        (liveTierCount, tierCount) = (live.tiers.count, other.tiers.count)
        counts = Array(repeating: 0, count: liveTierCount * tierCount)
    }

    /// Looks at no more than `limit` further slots; true when all have been looked at. A customer whom one of the two does
    /// not know is left out.
    package mutating func look(
        atMost limit: Int, live: borrowing ShardEngine, other: borrowing ShardEngine
    ) -> Bool {
        let end = min(next + UInt32(limit), UInt32(live.store.count))
        while next < end {
            if let held = live.tier(at: next), let reached = other.tier(like: next, of: live) {
                counts[held * tierCount + reached] += 1
            }
            next += 1
        }
        return next == UInt32(live.store.count)
    }

    /// How many stand on `live` by the live policy and on `other` by the other one.
    package func customers(live: Int, other: Int) -> Int { counts[live * tierCount + other] }

    /// Customers whose tier by the other policy is higher than, lower than, or the same as the live one.
    package struct Summary: Hashable, Sendable {
        package var higher = 0
        package var lower = 0
        package var same = 0

        package init(higher: Int = 0, lower: Int = 0, same: Int = 0) {
            self.higher = higher
            self.lower = lower
            self.same = same
        }
    }

    package var summary: Summary {
        var summary = Summary()
        for live in 0..<liveTierCount {
            for other in 0..<tierCount {
                let customers = customers(live: live, other: other)
                switch direction(live: live, other: other) {
                case .higher: summary.higher += customers
                case .lower: summary.lower += customers
                case .same: summary.same += customers
                }
            }
        }
        return summary
    }

    private enum Direction { case higher, lower, same }

    /// By name, as an activation goes: a tier that the other policy does not have stands between those that it has.
    private func direction(live: Int, other: Int) -> Direction {
        let (tier, isGone) = translation.standing(of: live)
        if other > tier { return .higher }
        return other < tier || isGone ? .lower : .same
    }
}

extension ShardEngine {
    /// The tier of a customer of another engine. The slot is most often the same in both.
    fileprivate func tier(like slot: UInt32, of engine: borrowing ShardEngine) -> Int? {
        let id = engine.store.id(of: engine.store.slab[slot])
        if slot < UInt32(store.count), store.holds(id, at: slot) { return tier(at: resolve(slot)) }
        return tier(of: id)
    }
}
