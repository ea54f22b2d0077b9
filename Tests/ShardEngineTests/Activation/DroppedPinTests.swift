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

    /// Without silver, and with gold from 1,000 dollars; who was gold by 600 has gold as the second of two tiers and lost it.
    private static func dearer(grace: TimeSpan = .zero) -> Policy {
        var policy = withoutSilver()
        policy.downgrade.grace = grace
        policy.tiers[1].entry = .comparison(Comparison(.measure(0), .atLeast, 1_000))
        policy.hash = "dearer"
        return policy
    }

    /// Gold by 600 dollars, and held on silver at least, which the policy that becomes active does not have.
    private static func switched(to policy: Policy, _ activation: Activation) -> EngineRun {
        var run = EngineRun(Policies.spend())
        run.apply([.order(Policies.start, "a", "1", .completed, 60_000)])
        run.apply([.command(Policies.hours(1), "a", "p", .pin("silver", .floor, until: nil))])
        run.activate(policy, activation)
        run.retier(atMost: 10)
        return run
    }

    @Test func `the end of a floor that a policy drops takes no tier for as long as tiers are kept`() {
        var run = Self.switched(
            to: Self.dearer(), Activation(mode: .grandfathered, keepsTierFor: .days(20)))
        #expect(Self.moves(run).map(\.to) == [2, 1] && Self.moves(run).last?.reason == .pinEnded)
        run.wait(until: Policies.days(20))
        #expect(Self.moves(run).count == 2)
        run.wait(until: Policies.days(21))
        #expect(Self.moves(run).map(\.to) == [2, 1, 0] && Self.moves(run).last?.at == Policies.hours(1 + 20 * 24))
    }

    @Test func `the end of a floor that a policy drops leaves the grace that any other loss has`() {
        var run = Self.switched(to: Self.dearer(grace: .days(5)), Activation())
        #expect(Self.moves(run).map(\.to) == [2, 1] && Self.moves(run).last?.reason == .pinEnded)
        run.wait(until: Policies.days(6))
        #expect(Self.moves(run).map(\.reason) == [.firstSeen, .pinEnded, .graceEnded])
        #expect(Self.moves(run).last?.at == Policies.hours(1 + 5 * 24))
    }

    @Test func `a floor below a tier that is kept for a while may end in that while and takes nothing`() {
        var policy = Policies.spend()
        policy.tiers[2].entry = .comparison(Comparison(.measure(0), .atLeast, 1_000))
        var run = Self.switched(to: policy, Activation(mode: .grandfathered, keepsTierFor: .days(20)))
        run.apply([.command(Policies.days(9), "a", "u", .unpin)])
        #expect(Self.moves(run).map(\.to) == [2])
        run.wait(until: Policies.days(21))
        #expect(Self.moves(run).map(\.to) == [2, 1] && Self.moves(run).last?.reason == .graceEnded)
    }
}
