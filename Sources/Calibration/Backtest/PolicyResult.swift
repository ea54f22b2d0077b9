import Scoring

/// What one policy would have done with the customers.
package struct PolicyResult: Sendable {
    package var name: String
    package var version: Int
    package var hash: String
    /// From the lowest to the highest, at the end of the calibration.
    package var tiers: [TierResult]
    /// Of the tier as a score of the holdout's revenue.
    package var giniRatio: Double?
    /// Over the whole history.
    package var movement: TierLog.Movement
    /// Of the policy's own churn score.
    package var churn: PolicyChurnResult

    package struct TierResult: Hashable, Sendable {
        package var name: String
        package var customers: Int
        /// Spent by them in the holdout, minor units.
        package var revenue: Int64
    }

    init(
        _ log: TierLog, _ churn: PolicyChurnResult, _ customers: [(id: [UInt8], revenue: Int64)], at day: DayIndex,
        end: EventTime
    ) {
        self.churn = churn
        name = log.policy.name
        version = log.policy.version
        hash = log.policy.hash
        tiers = log.policy.tiers.map { TierResult(name: $0.name, customers: 0, revenue: 0) }
        let held = log.tiers(of: customers, at: day)
        for (tier, customer) in zip(held, customers) {
            tiers[tier].customers += 1
            tiers[tier].revenue += customer.revenue
        }
        giniRatio = Ranking.giniRatio(held.map { Double($0) }, amounts: customers.map(\.revenue))
        movement = log.movement(until: end)
    }

    /// For people.
    package var title: String { "\(name) v\(version)" }
}

/// Who stands where under two policies at the end of the calibration.
package struct PolicyMoves: Sendable {
    package var from: String
    package var to: String
    package var fromTiers: [String]
    package var toTiers: [String]
    /// By tier under the first policy, then by tier under the second.
    package var customers: [[Int]]
    /// Spent by them in the holdout, minor units.
    package var revenue: [[Int64]]

    init(from first: TierLog, to second: TierLog, _ customers: [(id: [UInt8], revenue: Int64)], at day: DayIndex) {
        from = "\(first.policy.name) v\(first.policy.version)"
        to = "\(second.policy.name) v\(second.policy.version)"
        fromTiers = first.policy.tiers.map(\.name)
        toTiers = second.policy.tiers.map(\.name)
        let (rows, columns) = (first.policy.tiers.count, second.policy.tiers.count)
        var counts = Array(repeating: Array(repeating: 0, count: columns), count: rows)
        var sums = Array(repeating: Array(repeating: Int64(0), count: columns), count: rows)
        let held = zip(first.tiers(of: customers, at: day), second.tiers(of: customers, at: day))
        for ((before, after), customer) in zip(held, customers) {
            counts[before][after] += 1
            sums[before][after] += customer.revenue
        }
        self.customers = counts
        revenue = sums
    }
}

extension TierLog {
    /// The tiers held at the end of `day`; the lowest where the engine knows no such customer, having refused its orders.
    func tiers(of customers: [(id: [UInt8], revenue: Int64)], at day: DayIndex) -> [Int] {
        let end = policy.calendar.start(of: day + 1)
        return customers.map { tier(of: $0.id, before: end) ?? 0 }
    }
}
