import Runtime
import Scoring
import TestSupport

/// Which policies are tried beside the live ones in one run, and when: drawn apart from everything else.
struct ShadowTrials {
    private let pool: [KeptPolicy]
    private var random: SeededRandom

    /// Nil in runs where none is tried.
    init?(seed: UInt64, from first: Policy) {
        guard [1, 4, 6].contains(seed % 8) else { return nil }
        var random = SeededRandom(seed: seed ^ 0x5ade)
        var easier = first
        easier.version = first.version + 100
        for index in easier.tiers.indices { easier.tiers[index].entry = easier.tiers[index].entry?.eased(by: 0.4) }
        pool = [easier, RandomPolicy.draw(&random), first].map { KeptPolicy($0) }
        self.random = random
    }

    /// The policy to be tried from the beginning.
    var first: KeptPolicy { pool[0] }

    /// Now and then another one, or none.
    mutating func next() -> KeptPolicy?? {
        guard random.chance(0.3) else { return nil }
        return .some(random.chance(0.2) ? nil : random.pick(pool))
    }
}
