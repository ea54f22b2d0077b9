import Calibration
import Foundation
import Runtime
import Scoring
import Testing

/// What policies' engines say of the CDNOW customers, put to use by fits and back-tests.
struct PolicySurveyTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let cdnow = EventFile(
        .orders,
        path: SchemaFile.folder.deletingLastPathComponent()
            .appending(path: "Tests/Fixtures/cdnow/orders.jsonl.gz").path)

    private func survey(
        _ policies: [Policy], _ files: [EventFile], on day: DayIndex
    ) throws -> (purchases: [CustomerPurchases], surveys: [PolicySurvey]) {
        var (book, surveys) = (OrderBook(policy: policies[0]), policies.map { PolicySurvey(policy: $0) })
        let survey = HistoryPass.Survey(
            at: policies[0].calendar.end(of: day), customers: { book.customerIDs },
            found: { index, report in
                surveys[index].note(
                    report.id,
                    PolicySurvey.Reading(risk: report.churnRisk, score: report.score, measures: report.measures))
            })
        var pass = try HistoryPass(policies: policies, history: EventHistory(files: files))
        _ = try pass.run(survey: survey, progress: { _ in }, events: { book.note($0) })
        return (book.customers(), surveys)
    }

    @Test(arguments: ["retail", "stars", "wealth", "value-bands"])
    func `fitted tiers stand in the place of a shipped policy's and let in whom they say`(_ name: String) throws {
        let text = try SchemaFile.text("policies/\(name).yaml").replacing("currency: CNY", with: "currency: USD")
            .replacing(/exchange_rates: .USD.*\n/, with: "")
        let policy = try PolicyFile.parse(text: text, file: name)
        let day = policy.calendar.day(of: try #require(EventTime(argument: "1998-03-31T12:00:00Z")))
        let (purchases, surveys) = try survey([policy], [Self.cdnow], on: day)
        let readings = purchases.compactMap { surveys[0][$0.id] }
        #expect(readings.count == 2_357)
        let found = TierThresholds(policy, readings)
        let start = try #require(text.range(of: "\ntiers:\n")).lowerBound
        let blocks = ["\n# Given", "\n# Reached", "\ndowngrade:"].compactMap { text.range(of: $0)?.lowerBound }
        let end = try #require(blocks.filter { $0 > start }.min())
        let fragment = found.fragment(missing: []).joined(separator: "\n")
        let fitted = try PolicyFile.parse(text: "\(text[..<start])\n\(fragment)\n\(text[end...])", file: name)
        #expect(fitted.tiers.map(\.name) == policy.tiers.map(\.name))
        #expect(fitted.tiers.map(\.label) == policy.tiers.map(\.label))
        #expect(fitted.tiers.map(\.actions) == policy.tiers.map(\.actions))
        #expect(fitted.tiers.dropFirst().map(\.entry) == found.rungs.map { $0.entry })
        for (rung, tier) in zip(found.rungs, fitted.tiers.dropFirst()) {
            #expect(rung.threshold != nil)
            let met = readings.count { reading in tier.entry?.isMet { reading.value(of: $0) ?? .nan } == true }
            #expect(Double(met) / 2_357 == rung.metShare)
        }
        // A tier of one threshold holds the share that was wanted, as nearly as equal customers allow.
        if name == "stars" { #expect(abs(found.rungs[0].metShare - 0.2) < 0.01) }
        if name == "retail" { #expect(abs(found.rungs[0].metShare - 0.2) < 0.002) }
    }

    @Test func `policies that differ in their churn alone get figures of their own`() throws {
        let first = try Replayed.policy("retail")
        let text = try SchemaFile.text("policies/retail.yaml").replacing("  horizon: 90d", with: "  horizon: 30d")
            .replacing("  levels:", with: "  coefficients: {constant: -1.2}\n  levels:")
        let second = try PolicyFile.parse(text: text, file: "f")
        let day = try #require(DayIndex(date: "1997-09-30"))
        let (purchases, surveys) = try survey([first, second], [Self.cdnow], on: day)
        let report = try BacktestReport(
            purchases, HistoryFit.Settings(first, until: day, horizonDays: 90), currency: first.currency,
            tiers: [TierLog(policy: first), TierLog(policy: second)], surveys: surveys,
            end: try #require(EventTime(argument: "1998-06-30")))
        let (one, two) = (report.policies[0].churn, report.policies[1].churn)
        #expect(one.score == .p0 && two.score == .combined && one.horizonDays == 90 && two.horizonDays == 30)
        let (oneJudged, twoJudged) = (try #require(one.judgement), try #require(two.judgement))
        #expect(oneJudged.customers == 2_357 && twoJudged.customers == 2_357)
        #expect(oneJudged.churned == report.churned && twoJudged.churned > oneJudged.churned)
        #expect(oneJudged.reliability.brier != twoJudged.reliability.brier)
        // Another shop's parameters are this shop's at another date: nearly as good as those fitted here.
        let fitted = try #require(report.churnScores.first { $0.name == "p0" }?.areaUnderCurve)
        #expect(abs(try #require(oneJudged.areaUnderCurve) - fitted) < 0.01)
    }

    @Test func `a policy's adjustment by open complaints is part of the risk that is judged`() throws {
        let text = try SchemaFile.text("policies/retail.yaml").replacing(
            "  levels:", with: "  adjustment: {open_complaint: 0.7}\n  levels:")
        let adjusting = try PolicyFile.parse(text: text, file: "f")
        let complaint =
            #"{"event_id":"f-1","customer_id":"c-1","type":"complaint","occurred_at":"2026-01-06T10:00:00Z"}"#
        let files = [
            EventFile(
                .orders,
                path: try folder.file("orders.jsonl", EventLines.order("o-1", at: "2026-01-05T10:00:00Z") + "\n")),
            EventFile(.feedback, path: try folder.file("feedback.jsonl", complaint + "\n")),
        ]
        let day = try #require(DayIndex(date: "2026-01-07"))
        let (_, surveys) = try survey([try Replayed.policy("retail"), adjusting], files, on: day)
        let risks = try surveys.map { try #require($0[Array("c-1".utf8)]?.risk) }
        #expect(abs(LogOdds.of(risks[1]) - LogOdds.of(risks[0]) - 0.7) < 1e-9)
    }
}

extension DayIndex {
    fileprivate init?(date: String) {
        guard let time = EventTime(argument: date) else { return nil }
        self = ZoneCalendar.utc.day(of: time)
    }
}
