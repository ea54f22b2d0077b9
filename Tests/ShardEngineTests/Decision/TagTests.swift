import Scoring
import ShardEngine
import TestSupport
import Testing

/// Tags: those that commands set, in conditions, and those that rules give.
@Suite struct TagTests {
    /// Gold asks for 500 dollars or the tag; big spenders are tagged by a rule as long as they have 200 dollars in 30 days.
    private static func policy() -> Policy {
        var policy = Policies.spend(more: [Measure(.tag("vip")), Measure(.attribute(name: "region", text: "EU"))])
        let spends = Condition.comparison(Comparison(.measure(0), .atLeast, 500))
        policy.tiers[2].entry = .any([spends, .comparison(.given(1)), .comparison(.given(2))])
        policy.tags = [
            TagRule(name: "spender", when: .comparison(Comparison(.measure(0), .atLeast, 200))),
            TagRule(name: "vip", when: .comparison(Comparison(.score, .below, 1))),
        ]
        policy.profiles = ProfileRule(throttle: TimeSpan(milliseconds: 1_000), catchUp: nil)
        return policy
    }

    private static func tags(_ run: inout EngineRun, at time: EventTime) -> [String] {
        (run.engine.report(on: Array("a".utf8), at: time)?.tags ?? []).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `a tag that a command sets raises, and lets fall when it is taken away`() {
        var run = EngineRun(Self.policy())
        run.apply([.command(Policies.start, "a", "1", .tag("vip"))])
        run.apply([.command(Policies.days(1), "a", "2", .untag("vip"))])
        run.apply([.command(Policies.days(2), "a", "3", .set("region", "EU"))])
        run.apply([.command(Policies.days(3), "a", "4", .set("region", "US"))])
        #expect(run.tiers(of: "a") == [2, 0, 2, 0])
    }

    @Test func `a tag outlives a snapshot and comes along in a merge`() throws {
        var run = EngineRun(Self.policy())
        run.apply([.command(Policies.start, "b", "1", .tag("vip")), .browse(Policies.start, "a", "2", .pageViewed)])
        run.apply([.command(Policies.days(1), "a", "m", .merge("b"))])
        var restored = try run.restored()
        restored.apply([.command(Policies.days(2), "a", "3", .untag("vip"))])
        #expect(run.tiers(of: "a").last == 2 && restored.tiers(of: "a") == [0])
    }

    @Test func `a number that a command sets raises from its threshold on, and falls below it`() {
        var policy = Policies.spend(margin: 0.1, more: [Measure(.attributeNumber("holdings"))])
        policy.tiers[2].entry = .comparison(Comparison(.measure(1), .atLeast, 1_000))
        var run = EngineRun(policy)
        for (day, digits) in ["999.99", "1e3", "900", "899.5"].enumerated() {
            run.apply([.command(Policies.days(Double(day)), "a", "\(day)", .setNumber("holdings", digits))])
            #expect(run.measure(1, of: "a", at: Policies.days(Double(day))) == Double(digits))
        }
        #expect(run.tiers(of: "a") == [0, 2, 0])
    }

    @Test func `an attribute that is not there, or is no number, is unknown`() throws {
        var policy = Policies.spend(more: [Measure(.attributeNumber("holdings"))])
        policy.tiers[2].entry = .not(.comparison(Comparison(.measure(1), .below, 5)))
        var run = EngineRun(policy)
        run.apply([
            .command(Policies.start, "a", "1", .set("holdings", "1000")),
            .command(Policies.start, "b", "2", .setNumber("holding", "1000")),
            .command(Policies.start, "c", "3", .setNumber("holdings", "1e999")),
            .command(Policies.start, "d", "4", .setNumber("holdings", "4")),
        ])
        for customer in ["a", "b", "c"] {
            #expect(run.measure(1, of: customer, at: Policies.start) == nil)
            #expect(run.tiers(of: customer) == [2])
        }
        #expect(run.tiers(of: "d") == [0])
    }

    @Test func `a tag by a rule is there as long as its condition holds, once with one of the same name`() {
        var run = EngineRun(Self.policy())
        run.apply([
            .order(Policies.start, "a", "1", .completed, 20_000), .command(Policies.start, "a", "t", .tag("vip")),
        ])
        let (before, after) = (Self.tags(&run, at: Policies.start), Self.tags(&run, at: Policies.days(31)))
        #expect(before == ["spender", "vip"] && after == ["vip"])
    }
}
