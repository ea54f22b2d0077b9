import Foundation
import Scoring
import ShardEngine
import TestSupport
import Testing

/// The engine against the oracle: random policies, random histories. `ORACLE_CASES=5000` asks for more of them,
/// `ORACLE_SEED=17` for one alone, `ORACLE_MINUTES=10` for an oracle that looks more often than every twelve hours and
/// so does not miss a peak that rises above a threshold for a few hours only.
@Suite struct OracleTests {
    private static var seeds: [Int] {
        if let seed = setting("ORACLE_SEED") { return [seed] }
        return Array(0..<(setting("ORACLE_CASES") ?? 200))
    }

    private static func setting(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }

    @Test(arguments: seeds) func `the engine says what the oracle says`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let policy = RandomPolicy.draw(&random)
        let history = RandomHistory.draw(&random, customers: 1 + random.below(3), events: 20 + random.below(60))
        expectAgreement(on: history, policy, &random, seed: seed)
    }

    @Test(arguments: seeds) func `so it does where measures tell what has become known of a customer`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let policy = RandomPolicy.draw(&random, portraits: true)
        let history = RandomHistory.draw(&random, customers: 1 + random.below(3), events: 20 + random.below(60))
        expectAgreement(on: history, policy, &random, seed: seed)
    }

    @Test(arguments: seeds) func `so it does where silence ends points, which decide alone`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let policy = RandomPolicy.draw(&random).decidedByPoints(&random)
        let history = RandomHistory.draw(&random, customers: 1 + random.below(3), events: 20 + random.below(60))
        expectAgreement(on: history, policy, &random, seed: seed)
    }

    private func expectAgreement(
        on history: RandomHistory, _ policy: Policy, _ random: inout SeededRandom, seed: Int
    ) {
        var run = EngineRun(policy)
        var oracle = ReferenceScorer(policy, lookingEvery: .minutes(Self.setting("ORACLE_MINUTES") ?? 720))
        for batch in history.batches {
            run.apply(batch, deadlineLimit: random.pick([0, 1, .max]))
            if random.chance(0.1) { run.engine.tidy() }
            oracle.apply(batch)
        }
        run.wait(until: history.end)
        oracle.wait(until: history.end)
        #expect(run.rejections == oracle.rejections, "seed \(seed)")
        #expect(run.said.keys.sorted() == oracle.said.keys.sorted(), "seed \(seed)")
        for (customer, said) in oracle.said {
            let difference = Self.difference(run.said[customer] ?? .init(), said)
            #expect(difference == nil, "seed \(seed), \(customer)")
        }
    }

    @Test func `the random histories meet every reason for a change but commands and policies`() {
        var met: Set<TierChange.Reason> = []
        for seed in 0..<200 {
            var random = SeededRandom(seed: UInt64(seed))
            let policy = RandomPolicy.draw(&random)
            let history = RandomHistory.draw(&random, customers: 3, events: 60)
            var run = EngineRun(policy)
            for batch in history.batches { run.apply(batch) }
            run.wait(until: history.end)
            for said in run.said.values { met.formUnion(said.tiers.map(\.reason)) }
        }
        #expect(met == Set(TierChange.Reason.allCases).subtracting([.pinned, .pinEnded, .merged, .policyChanged]))
    }

    /// The first thing on which the two do not agree; nil if there is none.
    private static func difference(_ engine: EngineRun.Said, _ oracle: EngineRun.Said) -> String? {
        for index in 0..<max(engine.tiers.count, oracle.tiers.count) {
            guard index < engine.tiers.count, index < oracle.tiers.count,
                agree(engine.tiers[index], oracle.tiers[index])
            else { return "tier \(index): \(text(engine.tiers, index)) is not \(text(oracle.tiers, index))" }
        }
        for index in 0..<max(engine.churn.count, oracle.churn.count) {
            guard index < engine.churn.count, index < oracle.churn.count,
                agree(engine.churn[index], oracle.churn[index])
            else { return "churn \(index): \(text(engine.churn, index)) is not \(text(oracle.churn, index))" }
        }
        return nil
    }

    private static func text<Move>(_ moves: [Move], _ index: Int) -> String {
        index < moves.count ? "\(moves[index])" : "nothing"
    }

    private static func agree(_ engine: EngineRun.TierMove, _ oracle: EngineRun.TierMove) -> Bool {
        var same = engine
        same.score = oracle.score
        same.at = oracle.at
        let apart = abs((engine.at - oracle.at).milliseconds)
        return same == oracle && isClose(engine.score, oracle.score, relative: 1e-6, absolute: 1e-6)
            && apart <= (engine.isByTime ? 1_000 : 0)
    }

    private static func agree(_ engine: EngineRun.ChurnMove, _ oracle: EngineRun.ChurnMove) -> Bool {
        var same = engine
        same.probability = oracle.probability
        return same == oracle && isClose(engine.probability, oracle.probability, relative: 1e-9)
    }
}
