import Scoring
import ShardEngine
import TestSupport
import Testing

/// What a record says in a former policy's terms.
@Suite struct PolicyTranslationTests {
    @Test func `recent purchases that have left the history keep the half-life that they were faded with`() throws {
        var policy = Policies.spend(orderDays: 40)
        policy.churn = Self.churn(halfLife: 10)
        var run = EngineRun(policy)
        for day in [0.0, 10] { run.apply([.order(Policies.days(day), "a", "\(day)", .completed, 1_000)]) }
        // Day 0 and day 10 are folded: one half and one, as of day 10.
        run.apply([.order(Policies.days(60), "a", "60", .completed, 1_000)])
        let before = try Self.recentPurchases(&run)
        #expect(before == 1 + 1.5 / 32)
        policy.churn = Self.churn(halfLife: 25)
        policy.hash = "another"
        run.activate(policy)
        // From day 10 on they fade by the new half-life: 50 days are two of them.
        let after = try Self.recentPurchases(&run)
        #expect(after == 1 + 1.5 / 4)
    }

    private static func churn(halfLife: Double) -> ChurnRule {
        ChurnRule(
            scoring: ChurnModel(
                purchases: .defaultMBGNBD, horizonDays: 90, ewmaHalfLifeDays: halfLife, score: .p0),
            levels: [.init(name: "any", from: 0)], margin: 0, isCalibrated: false)
    }

    private static func recentPurchases(_ run: inout EngineRun) throws -> Double {
        let report = run.engine.report(on: Array("a".utf8), at: Policies.days(60))
        let exact = try #require(report?.churnEvidence?.ewmaAtLast)
        return (exact * 1e9).rounded() / 1e9
    }

    // MARK: - The lowest tier has no term

    /// Terms of three months that protect; of the tiers the named ones, the first with no requirement.
    private static func terms(_ tiers: [String] = ["base", "silver", "gold"]) -> Policy {
        var policy = Policies.spend()
        policy.validity = Validity(months: 3)
        policy.downgrade.timing = .endOfTerm
        policy.tiers = policy.tiers.filter { tiers.contains($0.name) }
        policy.tiers[0].entry = nil
        policy.hash = "\(tiers)"
        return policy
    }

    @Test func `what a pin covers has no term any more once it is the lowest tier`() {
        var run = EngineRun(Self.terms())
        run.apply([.order(Policies.start, "a", "1", .completed, 20_000)])
        run.apply([.command(Policies.days(1), "a", "p", .pin("gold", .floor, until: nil))])
        run.activate(Self.terms(["base", "gold"]))
        run.retier(atMost: 10)
        run.apply([.command(Policies.days(10), "a", "u", .unpin)])
        let moves = run.said["a"]?.tiers ?? []
        #expect(moves.map(\.to) == [1, 2, 0] && moves.map(\.reason) == [.firstSeen, .pinned, .pinEnded])
        #expect(moves.first?.validUntil != nil && moves.last?.validUntil == nil)
        // Silver's term would have ended after three months, and would be said to be renewed.
        run.wait(until: Policies.days(200))
        #expect(run.said["a"]?.tiers.count == 3)
    }

    /// Gold from day 20 on by the rules, held on silver by a pin, when on day 40 gold is no tier any more.
    private static func coveredGold() -> EngineRun {
        var run = EngineRun(Self.terms())
        run.apply([.order(Policies.start, "a", "1", .completed, 20_000)])
        run.apply([.command(Policies.days(2), "a", "p", .pin("silver", .ceiling, until: nil))])
        run.apply([.order(Policies.days(20), "a", "2", .completed, 60_000)])
        run.wait(until: Policies.days(40))
        run.activate(Self.terms(["base", "silver"]))
        return run
    }

    @Test func `what a pin covers is given anew with a term of its own once its tier is gone`() throws {
        var run = Self.coveredGold()
        run.retier(atMost: 10)
        run.apply([.command(Policies.days(41), "a", "u", .unpin)])
        #expect(run.tiers(of: "a") == [1])
        let found = run.engine.report(on: Array("a".utf8), at: Policies.days(41))
        let report = try #require(found)
        #expect(report.tier == 1 && report.tierSince == Policies.days(40))
        // Not gold's, which would have ended three months after day 20.
        let end = Self.terms().termEnd(ofTier: 1, from: Policies.days(40))
        #expect(report.validUntil == end && end != Self.terms().termEnd(ofTier: 1, from: Policies.days(20)))
    }

    @Test func `what a pin covers is given anew once, however late its customer is settled`() throws {
        var run = Self.coveredGold()
        // Another change of policy comes before the re-tiering.
        run.engine.advance(to: Policies.days(42))
        run.activate(Self.terms(["base", "silver"]))
        var restored = try run.restored()
        restored.apply([.command(Policies.days(43), "a", "u", .unpin)])
        let report = restored.engine.report(on: Array("a".utf8), at: Policies.days(43))
        #expect(report?.tierSince == Policies.days(40))
    }

    @Test func `whose tier becomes the lowest has no term that could end`() {
        var run = EngineRun(Self.terms())
        run.apply([.order(Policies.start, "a", "1", .completed, 20_000)])
        #expect(run.said["a"]?.tiers.first?.validUntil != nil)
        run.activate(Self.terms(["silver", "gold"]))
        run.retier(atMost: 10)
        run.wait(until: Policies.days(200))
        #expect(run.tiers(of: "a") == [1] && run.engine.tierCounts() == [1, 0])
    }
}
