import Scoring
import ShardEngine
import TestSupport
import Testing

/// An erased id that somebody comes back under: what happened before the erasure stays forgotten.
@Suite struct RevivalTests {
    /// Bought, was erased on day 10, and bought again on day 20.
    private static func revived() -> EngineRun {
        var run = EngineRun(Policies.spend(windowDays: 60))
        run.apply([.order(Policies.start, "a", "1", .completed, 60_000)])
        run.apply([.command(Policies.days(10), "a", "e", .erase(blockFor: .days(5)))])
        run.apply([.order(Policies.days(20), "a", "2", .completed, 20_000)])
        return run
    }

    @Test func `who has come back is told of nothing from before the erasure`() {
        var run = Self.revived()
        run.apply([.order(Policies.days(5), "a", "1", .completed, 60_000)])
        run.apply([.browse(Policies.days(9), "a", "b", .productViewed)])
        run.apply([.command(Policies.days(10), "a", "t", .tag("old"))])
        run.apply([.command(Policies.days(3), "a", "again", .erase(blockFor: nil))])
        #expect(run.rejections.map(\.reason) == [.erased, .erased, .erased, .erased])
        #expect(run.measure(0, of: "a", at: Policies.days(21)) == 200 && run.tiers(of: "a") == [2, 1])
        // What was merely blocked counts, should it come again: it is younger than the erasure.
        run.apply([.order(Policies.days(12), "a", "3", .completed, 5_000)])
        #expect(run.measure(0, of: "a", at: Policies.days(21)) == 250)
    }

    @Test func `neither a snapshot nor tags, attributes and pins wash that away`() throws {
        var run = Self.revived()
        run.apply([
            .command(Policies.days(21), "a", "t", .tag("vip")), .command(Policies.days(21), "a", "s", .set("x", "y")),
            .command(Policies.days(21), "a", "p", .pin("gold", .floor, until: nil)),
            .command(Policies.days(21), "a", "u", .untag("vip")), .command(Policies.days(21), "a", "v", .unpin),
        ])
        var restored = try run.restored()
        restored.apply([.order(Policies.days(5), "a", "1", .completed, 60_000)])
        #expect(restored.rejections.map(\.reason) == [.erased])
        #expect(restored.measure(0, of: "a", at: Policies.days(21)) == 200)
    }

    @Test func `merged into another, the former id is still not heard of from before, and the other's is`() throws {
        var run = Self.revived()
        run.apply([.order(Policies.days(20), "b", "4", .completed, 1_000)])
        run.apply([.command(Policies.days(22), "b", "m", .merge("a"))])
        var restored = try run.restored()
        restored.apply([.order(Policies.days(5), "a", "1", .completed, 60_000)])
        #expect(restored.rejections.map(\.reason) == [.erased])
        restored.apply([.order(Policies.days(5), "b", "5", .completed, 3_000)])
        #expect(restored.measure(0, of: "b", at: Policies.days(22)) == 240)
    }

    @Test func `merging into who has come back leaves that as it is`() {
        var run = Self.revived()
        run.apply([.order(Policies.days(4), "b", "4", .completed, 1_000)])
        run.apply([.command(Policies.days(22), "a", "m", .merge("b"))])
        run.apply([.order(Policies.days(5), "a", "1", .completed, 60_000)])
        #expect(run.rejections.map(\.reason) == [.erased])
        #expect(run.measure(0, of: "a", at: Policies.days(22)) == 210)
    }

    @Test func `a merge from before the erasure does not mean who has come back`() {
        var run = Self.revived()
        run.apply([.order(Policies.days(20), "b", "4", .completed, 1_000)])
        run.apply([.command(Policies.days(5), "b", "m", .merge("a"))])
        #expect(run.rejections.map(\.reason) == [.erased])
        #expect(run.measure(0, of: "a", at: Policies.days(21)) == 200)
        run.apply([.command(Policies.days(21), "b", "n", .merge("a"))])
        #expect(run.measure(0, of: "b", at: Policies.days(22)) == 210)
    }

    // MARK: - Numbers

    @Test func `the changes of who has come back are numbered on, so that no number stands for two`() throws {
        var run = EngineRun(Policies.spend(windowDays: 60))
        run.apply([.order(Policies.start, "a", "1", .completed, 60_000)])
        run.apply([.command(Policies.days(10), "a", "e", .erase(blockFor: .days(5)))])
        var restored = try run.restored()
        restored.apply([.order(Policies.days(20), "a", "2", .completed, 20_000)])
        #expect(run.said["a"]?.tiers.map(\.sequence) == [1] && run.said["a"]?.churn.map(\.sequence) == [1])
        #expect(restored.said["a"]?.tiers.map(\.sequence) == [2] && restored.said["a"]?.churn.map(\.sequence) == [2])
    }

    @Test func `so are those of a former id that was forgotten with the customer it was merged into`() {
        var run = EngineRun(Policies.spend())
        for name in ["a", "b"] { run.apply([.order(Policies.start, name, name, .completed, 10_000)]) }
        run.apply([.command(Policies.days(1), "b", "m", .merge("a"))])
        run.apply([.command(Policies.days(2), "b", "e", .erase(blockFor: nil))])
        run.apply([.order(Policies.days(9), "a", "y", .completed, 10_000)])
        #expect(run.said["a"]?.tiers.map(\.sequence) == [1, 2])
    }
}
