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
}
