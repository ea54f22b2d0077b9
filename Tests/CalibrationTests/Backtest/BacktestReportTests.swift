import Calibration
import Scoring
import TestSupport
import Testing

@Suite struct BacktestReportTests {
    private func report(_ purchases: [CustomerPurchases], until day: Int32 = 1_250) throws -> BacktestReport {
        var (first, second) = (TierLog(policy: Samples.policy("old")), TierLog(policy: Samples.policy("new")))
        for (index, customer) in purchases.enumerated() {
            let id = String(decoding: customer.id, as: UTF8.self)
            first.note(Samples.outputs([(id, 1_000, index % 3, .entry)]))
            second.note(Samples.outputs([(id, 1_000, index % 2, .entry), (id, 1_300, 2, .upgrade)]))
        }
        let settings = HistoryFit.Settings(Samples.policy(), until: DayIndex(day), horizonDays: 90)
        return try BacktestReport(
            purchases, settings, currency: Samples.usd, tiers: [first, second], end: Samples.day(1_365))
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
        #expect(html.split(separator: "<svg ").count == 1 + 2 + 2 + 1)
        for forbidden in ["<script", "http://", "https://", "src=", "@import", "NaN", "nan", "inf<"] {
            #expect(!html.contains(forbidden), "\(forbidden)")
        }
    }
}
