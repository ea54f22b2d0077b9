import Scoring
import ShardEngine
import TestSupport
import Testing

/// Pins that name a tier which a new policy does not have.
@Suite struct DroppedPinTests {
    private static func moves(_ run: borrowing EngineRun) -> [EngineRun.TierMove] { run.said["a"]?.tiers ?? [] }

    /// Without silver.
    private static func withoutSilver() -> Policy {
        var policy = Policies.spend()
        policy.tiers.remove(at: 1)
        policy.hash = "without silver"
        return policy
    }

    @Test func `a floor on a tier that a policy drops, with nothing but the lowest below, ends and is said`() throws {
        var run = EngineRun(Policies.spend())
        run.apply([.order(Policies.start, "a", "1", .completed, 60_000)])
        run.apply([.command(Policies.hours(1), "a", "p", .pin("silver", .floor, until: nil))])
        run.activate(Self.withoutSilver())
        run.retier(atMost: 10)
        let last = try #require(Self.moves(run).last)
        #expect(last.direction == .pin && last.reason == .pinEnded && last.from == 1 && last.to == 1)
        let images = try run.images()
        #expect(images.first?.annex.pin == nil)
        run.apply([.command(Policies.hours(2), "a", "u", .unpin)])
        #expect(Self.moves(run).count == 2)
    }

    @Test func `who stood on such a floor stands where the rules have it, in as many words`() {
        var run = EngineRun(Policies.spend())
        run.apply([.order(Policies.start, "a", "1", .completed, 1_000)])
        run.apply([.command(Policies.hours(1), "a", "p", .pin("silver", .floor, until: nil))])
        run.activate(Self.withoutSilver())
        run.retier(atMost: 10)
        #expect(Self.moves(run).map(\.to) == [0, 1, 0, 0])
        #expect(Self.moves(run).suffix(2).map(\.reason) == [.policyChanged, .pinEnded])
    }

    @Test func `a floor on a dropped tier holds on the highest one below it that is left`() {
        var run = EngineRun(Policies.spend())
        run.apply([.command(Policies.start, "a", "p", .pin("gold", .floor, until: nil))])
        var policy = Policies.spend()
        policy.tiers.remove(at: 2)
        run.activate(policy)
        run.retier(atMost: 10)
        #expect(Self.moves(run).map(\.to) == [2, 1] && Self.moves(run).last?.reason == .policyChanged)
        run.wait(until: Policies.days(90))
        #expect(run.engine.tierCounts() == [0, 1])
        run.apply([.command(Policies.days(91), "a", "u", .unpin)])
        #expect(Self.moves(run).map(\.to) == [2, 1, 0])
    }
}
