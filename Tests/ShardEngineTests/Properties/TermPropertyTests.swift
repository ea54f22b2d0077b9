import Scoring
import ShardEngine
import TestSupport
import Testing

/// What every policy with terms keeps to, whatever happens.
@Suite struct TermPropertyTests {
    @Test(arguments: 0..<120) func `nobody falls before the end of the term that was announced`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var policy = RandomPolicy.draw(&random)
        policy.validity = Self.validity(&random)
        policy.downgrade.timing = .endOfTerm
        for tiers in Self.moves(policy, &random) {
            for (before, after) in zip(tiers, tiers.dropFirst()) where after.direction == .downgrade {
                #expect(before.validUntil.map { after.at >= $0 } ?? false, "seed \(seed): \(before), \(after)")
            }
        }
    }

    @Test(arguments: 0..<120) func `with terms too nobody falls before the least time in a tier is over`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var policy = RandomPolicy.draw(&random)
        policy.validity = Self.validity(&random)
        policy.downgrade.timing = random.pick([.atOnce, .endOfTerm])
        policy.downgrade.minimumDwell = .days(1 + random.below(60))
        for tiers in Self.moves(policy, &random) {
            for fall in tiers.downgrades {
                #expect(fall.held >= policy.downgrade.minimumDwell, "seed \(seed): \(fall.move)")
            }
        }
    }

    @Test(arguments: 0..<120) func `only the lowest tier has no term, and no term is over when it is announced`(
        seed: Int
    ) {
        var random = SeededRandom(seed: UInt64(seed))
        var policy = RandomPolicy.draw(&random)
        policy.validity = Self.validity(&random)
        for tiers in Self.moves(policy, &random) {
            for move in tiers {
                #expect((move.validUntil == nil) == (move.to == 0), "seed \(seed): \(move)")
                if move.direction != .correction, let end = move.validUntil { #expect(end > move.at, "seed \(seed)") }
            }
        }
    }

    private static func validity(_ random: inout SeededRandom) -> Validity {
        Validity(months: 1 + random.below(4), rounding: random.pick(Validity.Rounding.allCases))
    }

    /// What was said of each customer of a random history.
    private static func moves(_ policy: Policy, _ random: inout SeededRandom) -> [[EngineRun.TierMove]] {
        let history = RandomHistory.draw(&random, customers: 3, events: 60)
        var run = EngineRun(policy)
        for batch in history.batches { run.apply(batch, deadlineLimit: random.pick([0, 1, .max])) }
        run.wait(until: history.end)
        return run.said.values.map(\.tiers)
    }
}
