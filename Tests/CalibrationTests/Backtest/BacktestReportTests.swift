import Calibration
import Scoring
import TestSupport
import Testing

@Suite struct BacktestReportTests {
    /// - Parameter risks: of a customer by index, under the first policy and under the second.
    private func report(
        _ purchases: [CustomerPurchases], until day: Int32 = 1_250, horizons: (Double, Double) = (90, 90),
        risks: (Int) -> (Double?, Double?) = { (Double($0 % 10) / 10, 0.5) }
    ) throws -> BacktestReport {
        var policies = [Samples.policy("old"), Samples.policy("new")]
        policies[0].churn.scoring.horizonDays = horizons.0
        policies[1].churn.scoring.horizonDays = horizons.1
        var (first, second) = (TierLog(policy: policies[0]), TierLog(policy: policies[1]))
        for (index, customer) in purchases.enumerated() {
            let id = String(decoding: customer.id, as: UTF8.self)
            first.note(Samples.outputs([(id, 1_000, index % 3, .entry)]))
            second.note(Samples.outputs([(id, 1_000, index % 2, .entry), (id, 1_300, 2, .upgrade)]))
        }
        var surveys = [first, second].map { PolicySurvey(policy: $0.policy) }
        for (index, customer) in purchases.enumerated() {
            let (one, two) = risks(index)
            surveys[0].note(customer.id, PolicySurvey.Reading(risk: one, score: 0, measures: []))
            surveys[1].note(customer.id, PolicySurvey.Reading(risk: two, score: 0, measures: []))
        }
        let settings = HistoryFit.Settings(Samples.policy(), until: DayIndex(day), horizonDays: 90)
        return try BacktestReport(
            purchases, settings, currency: Samples.usd, tiers: [first, second], surveys: surveys,
            end: Samples.day(1_365))
    }

    @Test func `customers, churners and revenue are those of the holdout`() throws {
        let purchases = Samples.purchases(600, seed: 8)
        let report = try report(purchases)
        let later = purchases.map { $0.after(DayIndex(1_250), days: 90) }
        #expect(report.customers == 600)
        #expect(report.churned == later.count { $0.isEmpty })
        #expect(report.revenue == later.reduce(0) { $0 + $1.reduce(0) { $0 + $1.amount } })
        #expect(report.churned > 50 && report.revenue > 100_000)
    }

    @Test func `tiers hold every customer and all of the revenue, and so do the moves`() throws {
        let report = try report(Samples.purchases(600, seed: 8))
        for policy in report.policies {
            #expect(policy.tiers.reduce(0) { $0 + $1.customers } == 600)
            #expect(policy.tiers.reduce(0) { $0 + $1.revenue } == report.revenue)
        }
        #expect(report.policies[0].tiers.map(\.customers) == [200, 200, 200])
        // What came after the cut does not count as held then.
        #expect(report.policies[1].tiers.map(\.customers) == [300, 300, 0])
        #expect(report.moves.count == 1)
        #expect(report.moves[0].customers.map { $0.reduce(0, +) } == [200, 200, 200])
        #expect(report.moves[0].revenue.reduce(0) { $0 + $1.reduce(0, +) } == report.revenue)
    }

    @Test func `scores of a shop whose customers differ find them far better than chance`() throws {
        let report = try report(Samples.purchases(800, seed: 9))
        let combined = try #require(report.churnScores.first)
        #expect(combined.name == "combined")
        #expect(try #require(combined.areaUnderCurve) > 0.7)
        #expect(try #require(combined.reliability).bins.reduce(0) { $0 + $1.customers } == 800)
        #expect(try #require(report.valueScores.first?.giniRatio) > 0.3)
        #expect(report.churnScores.map(\.name).count == 7)
    }

    @Test func `each policy's own risks are judged by what happened within its own horizon`() throws {
        let purchases = Samples.purchases(600, seed: 8)
        let report = try report(purchases, horizons: (90, 30))
        for (index, days) in [90, 30].enumerated() {
            let gone = purchases.map { $0.after(DayIndex(1_250), days: days).isEmpty }
            let judged = try #require(report.policies[index].churn.judgement)
            let risks: [Double] = purchases.indices.map { index == 0 ? Double($0 % 10) / 10 : 0.5 }
            #expect(judged.customers == 600 && judged.churned == gone.count { $0 })
            #expect(judged.areaUnderCurve == Ranking.areaUnderCurve(risks, churned: gone))
            #expect(judged.reliability == Reliability(risks, churned: gone))
            #expect(report.policies[index].churn.horizonDays == days)
        }
        let (first, second) = (report.policies[0].churn.judgement, report.policies[1].churn.judgement)
        #expect(try #require(first).churned < #require(second).churned)
        #expect(second?.areaUnderCurve == 0.5)
    }

    @Test func `a horizon beyond the history is not judged, and who has no risk is left out`() throws {
        let report = try report(
            Samples.purchases(600, seed: 8), horizons: (90, 180), risks: { ($0 % 2 == 0 ? 0.5 : nil, 0.5) })
        #expect(report.policies[0].churn.judgement?.customers == 300)
        #expect(report.policies[1].churn.judgement == nil)
        #expect(report.text.contains("180 d, beyond the history"))
        #expect(report.html.contains("beyond the history"))
    }

    @Test func `perfect risks of one policy show beside another's in every form`() throws {
        let purchases = Samples.purchases(600, seed: 8)
        let report = try report(
            purchases,
            risks: { index in (purchases[index].after(DayIndex(1_250), days: 90).isEmpty ? 1 : 0, 0.5) })
        let row = report.text.split(separator: "\n").first { $0.contains("old v1") && $0.contains("1.0000  0.0000") }
        #expect(row?.contains("90 d") == true && row?.contains("p0 on bg_nbd, not fitted here") == true)
        #expect(report.text.contains("90–100 %") && report.text.contains("100.0 % → 100.0 %"))
        #expect(report.html.contains("What the policies&#39; own") || report.html.contains("What the policies' own"))
    }

    @Test func `a holdout in which nobody bought is refused in one sentence`() throws {
        #expect(throws: CalibrationError.emptyHoldout(from: "1973-10-29", days: 90)) {
            try report(Samples.purchases(300, seed: 3), until: 1_397)
        }
        #expect(throws: CalibrationError.noPurchases) { try report(Samples.purchases(50, seed: 3), until: 900) }
    }

    @Test func `the same history gives the same page and the same table`() throws {
        let purchases = Samples.purchases(400, seed: 5)
        let (one, two) = (try report(purchases), try report(purchases))
        #expect(one.html == two.html && one.text == two.text)
    }

    @Test func `the page stands alone: figures inside, nothing loaded, names escaped`() throws {
        let html = try report(Samples.purchases(400, seed: 5)).html
        #expect(html.hasPrefix("<!doctype html>") && html.hasSuffix("</html>\n"))
        #expect(html.split(separator: "<svg ").count == 1 + 3 + 2 + 1)
        for forbidden in ["<script", "http://", "https://", "src=", "@import", "NaN", "nan", "inf<"] {
            #expect(!html.contains(forbidden), "\(forbidden)")
        }
    }
}
