import Scoring
import ShardEngine
import TestSupport
import Testing

/// What merging does to orders: refunds that waited, and histories that are too long for one customer.
@Suite struct MergeRuleTests {
    @Test func `a refund that waited at one id takes back what its order had earned at the other`() {
        var run = EngineRun(Policies.spend(grace: .days(20)))
        run.apply([.order(Policies.start, "b", "1", .completed, 60_000)])
        run.apply([.order(Policies.days(1), "a", "1", .refunded)])
        run.apply([.command(Policies.days(2), "a", "m", .merge("b"))])
        let moves = run.said["a"]?.tiers ?? []
        #expect(moves.map(\.to) == [0, 2, 0])
        #expect(moves.last?.reason == .orderWithdrawn && moves.last?.direction == .correction)
    }

    @Test func `a cancellation that waited does so as well, whoever is merged into whom`() {
        var run = EngineRun(Policies.spend(grace: .days(20)))
        run.apply([.order(Policies.start, "a", "1", .completed, 60_000)])
        run.apply([.order(Policies.days(1), "b", "1", .cancelled)])
        run.apply([.command(Policies.days(2), "a", "m", .merge("b"))])
        #expect(run.said["a"]?.tiers.map(\.reason) == [.firstSeen, .orderWithdrawn])
    }
}
