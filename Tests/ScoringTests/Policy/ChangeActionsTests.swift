import Scoring
import TestSupport
import Testing

@Suite struct ChangeActionsTests {
    private static func policy() -> Policy {
        var random = SeededRandom(seed: 1)
        var policy = RandomPolicy.draw(&random)
        policy.tiers = [
            Tier(name: "base", entry: nil, actions: ["learn"]),
            Tier(name: "gold", entry: nil, actions: ["gift", "call"]),
            Tier(name: "top", entry: nil, actions: ["visit"]),
        ]
        policy.changeActions[.upgrade] = ["praise", "gift"]
        policy.changeActions[.downgrade] = ["console"]
        policy.changeActions[.approachingUpgrade] = ["nudge"]
        return policy
    }

    @Test func `a rise carries its own actions, then the tier's, each once`() {
        #expect(Self.policy().actions(of: .upgrade, from: 0, to: 1) == ["praise", "gift", "call"])
        #expect(Self.policy().actions(of: .entry, from: nil, to: 0) == ["learn"])
        #expect(Self.policy().actions(of: .renewal, from: 1, to: 1) == ["gift", "call"])
    }

    @Test(arguments: TierChange.Direction.allCases)
    func `a fall carries nothing of the tier that it ends on, whatever its direction`(_ direction: TierChange.Direction)
    {
        let policy = Self.policy()
        #expect(policy.actions(of: direction, from: 2, to: 1) == policy.changeActions[ChangeActions.Kind(direction)])
        #expect(policy.actions(of: .downgrade, from: 2, to: 1) == ["console"])
    }

    @Test func `a notice carries its own actions alone`() {
        #expect(Self.policy().actions(of: .approachingUpgrade) == ["nudge"])
        #expect(Self.policy().actions(of: .approachingExpiry) == [])
    }

    @Test func `a profile carries the tier's actions, then those of its tags, each once`() {
        let rule = TagRule(name: "a", when: .comparison(Comparison(.score, .atLeast, 1)), actions: ["call", "write"])
        #expect(Self.policy().actions(ofTier: 1, tagged: [rule, rule]) == ["gift", "call", "write"])
        #expect(Self.policy().actions(ofTier: 1, tagged: []) == ["gift", "call"])
    }

    @Test func `no actions are the same as none named`() {
        var actions = ChangeActions()
        actions[.pin] = []
        #expect(actions == ChangeActions() && actions[.pin] == [])
    }
}
