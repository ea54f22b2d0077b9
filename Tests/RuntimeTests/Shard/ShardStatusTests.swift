import Runtime
import Scoring
import ShardEngine
import TestSupport
import Testing

@Suite struct ShardStatusTests {
    private static func time(_ day: Int) -> EventTime {
        EventTime(milliseconds: 1_768_900_000_000 + Int64(day) * 86_400_000)
    }

    /// Counted from what was said, in the order of the tiers.
    private static func counted(_ run: borrowing EngineRun, tiers: Int) -> [Int] {
        var status = ShardStatus(shard: 0)
        status.tierCounts = Array(repeating: 0, count: tiers)
        for output in run.outputs { status.count(output) }
        for move in run.unheard { status.count(move) }
        return status.tierCounts
    }

    @Test func `customers who are erased or merged into others are counted out of their tiers`() throws {
        let policy = try PolicyFile.parse(
            text: """
                policy: tiers
                version: 1
                time_zone: UTC
                currency: USD
                score: {terms: [{name: spending, measure: spend_lifetime, weight: 100, curve: {linear: [0, 500]}}]}
                tiers:
                  - {name: base}
                  - {name: silver, enter: {measure: spend_lifetime, at_least: 100}}
                  - {name: gold, enter: {measure: spend_lifetime, at_least: 500}}
                downgrade: {margin: 0%, minimum_dwell: 0d, grace: 0d, mode: immediate}
                churn: {levels: [{name: any}]}
                """, file: "tiers")
        var run = EngineRun(policy)
        for (index, spend) in [1_000, 20_000, 30_000, 60_000, 70_000].enumerated() {
            run.apply([.order(Self.time(0), "c-\(index)", "o-\(index)", .completed, Int64(spend))])
        }
        #expect(Self.counted(run, tiers: 3) == [1, 2, 2])
        run.apply([.command(Self.time(1), "c-3", "e", .erase(blockFor: .days(1)))])
        #expect(Self.counted(run, tiers: 3) == [1, 2, 1])
        run.apply([.command(Self.time(1), "c-1", "m", .merge("c-2"))])
        #expect(Self.counted(run, tiers: 3) == [1, 0, 2])
        // Erased before anything was heard, merged into somebody new, and back again.
        run.apply([
            .command(Self.time(2), "nobody", "f", .erase(blockFor: nil)),
            .command(Self.time(2), "new", "n", .merge("c-4")),
            .order(Self.time(3), "c-3", "o-9", .completed, 1_000),
        ])
        #expect(Self.counted(run, tiers: 3) == [2, 0, 2])
        #expect(Self.counted(run, tiers: 3) == run.engine.tierCounts())
    }

    @Test(arguments: 0..<30) func `changes that nobody is told of are counted all the same`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var policy = RandomPolicy.draw(&random)
        policy.quietBeyond = .days(3)
        let history = RandomHistory.draw(&random, customers: 5, events: 60)
        var run = EngineRun(policy)
        for batch in history.batches {
            run.apply(batch, wallClock: (batch.map(\.time).max() ?? .earliest) + .days(random.below(8)))
        }
        run.wait(until: history.end)
        #expect(Self.counted(run, tiers: policy.tiers.count) == run.engine.tierCounts(), "seed \(seed)")
    }
}
