import Runtime
import Scoring
import ShardEngine
import TestSupport

/// What the policy files become in one run, and when: drawn apart from everything else, so that the weather of a seed does
/// not depend on it.
struct PolicySwitches {
    let activation: Activation
    let retiersPerSecond: Int
    /// What every file holds at the end.
    private(set) var last: KeptPolicy
    private let pool: [KeptPolicy]
    private var random: SeededRandom

    init(from first: Policy, isRetail: Bool, _ random: inout SeededRandom) {
        activation = Activation(
            mode: random.pick(Activation.Mode.allCases), keepsTierFor: .days(random.below(60)))
        retiersPerSecond = 1 + random.below(30)
        last = KeptPolicy(first)
        var pool = [last]
        for number in 0..<3 {
            let policy = isRetail ? Self.varied(first, number, &random) : RandomPolicy.draw(&random)
            pool.append(KeptPolicy(policy))
        }
        self.pool = pool
        self.random = random
    }

    /// Now and then another policy.
    mutating func next() -> KeptPolicy? {
        guard random.chance(0.25) else { return nil }
        last = random.pick(pool)
        return last
    }

    /// Whether both hosts' files change.
    mutating func isEverywhere() -> Bool { random.chance(0.7) }

    /// What a shop changes: thresholds, names, rungs, how fast spend fades, how soon one falls.
    private static func varied(_ first: Policy, _ number: Int, _ random: inout SeededRandom) -> Policy {
        var policy = first
        policy.version = first.version + 1 + number
        let ease = random.double(-0.6...0.6)
        for index in policy.tiers.indices { policy.tiers[index].entry = policy.tiers[index].entry?.eased(by: ease) }
        if random.chance(0.4) { policy.tiers.remove(at: 1 + random.below(policy.tiers.count - 1)) }
        if random.chance(0.3) { policy.tiers[policy.tiers.count - 1].name = "renamed" }
        if random.chance(0.4) { policy.spendHalfLife = .days(5 + random.below(200)) }
        if random.chance(0.4) { policy.downgrade.grace = .days(random.below(20)) }
        if random.chance(0.3) { policy.downgrade.minimumDwell = .zero }
        if random.chance(0.3) { policy.churn.levels.remove(at: policy.churn.levels.count - 1) }
        if random.chance(0.2) { policy.calendar = .utc }
        return policy
    }
}
