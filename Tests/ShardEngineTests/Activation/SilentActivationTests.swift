import Scoring
import ShardEngine
import TestSupport
import Testing

/// What is not the policy's doing is said amid a silent change of policy too.
@Suite struct SilentActivationTests {
    private static let silent = Activation(mode: .silent)

    @Test(arguments: [false, true]) func `a pin that ends amid a silent change of policy is said to`(
        isSettledFirst: Bool
    ) {
        var run = EngineRun(Policies.spend())
        run.apply([.order(Policies.start, "a", "1", .completed, 1_000)])
        run.apply([.command(Policies.hours(1), "a", "p", .pin("gold", .floor, until: Policies.days(5)))])
        var policy = Policies.spend()
        policy.hash = "another"
        run.activate(policy, Self.silent)
        if isSettledFirst { run.retier(atMost: 10) }
        run.wait(until: Policies.days(6))
        let moves = run.said["a"]?.tiers ?? []
        #expect(moves.map(\.to) == [0, 2, 0] && moves.map(\.sequence) == [1, 2, 3])
        #expect(moves.last?.reason == .pinEnded && moves.last?.at == Policies.days(5) && moves.last?.isByTime == true)
    }

    @Test func `what a pin covered and the policy changes is moved in silence before the pin ends`() {
        var run = EngineRun(Policies.spend())
        run.apply([.order(Policies.start, "a", "1", .completed, 60_000)])
        run.apply([.command(Policies.hours(1), "a", "p", .pin("silver", .floor, until: Policies.days(5)))])
        var policy = Policies.spend()
        for index in [1, 2] { policy.tiers[index].entry = .comparison(Comparison(.measure(0), .atLeast, 1e6)) }
        run.activate(policy, Self.silent)
        run.wait(until: Policies.days(6))
        // From gold to the floor without a word, from the floor with one.
        let moves = run.said["a"]?.tiers ?? []
        #expect(moves.map(\.to) == [2, 0] && moves.last?.from == 1 && moves.map(\.sequence) == [1, 2])
    }

    @Test func `a notice that falls due amid a silent change of policy is given`() {
        var policy = Policies.spend()
        policy.validity = Validity(months: 3)
        policy.downgrade.timing = .endOfTerm
        policy.notices.expiry = .init(before: .days(10), coolDown: .days(30))
        // Nothing else falls due before.
        policy.churn.levels = [.init(name: "any", from: 0)]
        var run = EngineRun(policy)
        run.apply([.order(Policies.start, "a", "1", .completed, 60_000)])
        policy.hash = "another"
        run.activate(policy, Self.silent)
        run.wait(until: Policies.days(85))
        let notices = run.said["a"]?.notices ?? []
        #expect(notices.map(\.kind) == [.approachingExpiry] && notices.first?.isByTime == true)
        #expect(notices.first?.expiresAt == run.said["a"]?.tiers.first?.validUntil)
    }

    @Test func `a portion fires what a customer is overdue for before it settles that customer`() {
        var run = EngineRun(Policies.spend())
        run.apply([.order(Policies.start, "a", "1", .completed, 1_000)])
        run.apply([.command(Policies.hours(1), "a", "p", .pin("gold", .floor, until: Policies.days(5)))])
        var policy = Policies.spend()
        policy.hash = "another"
        run.activate(policy, Self.silent)
        // A wave that has not come to this customer yet.
        run.engine.advance(to: Policies.days(6))
        run.retier(atMost: 10)
        #expect(run.said["a"]?.tiers.last?.at == Policies.days(5))
    }
}
