import Foundation
import Runtime
import Scoring
import Testing

struct PolicyFileTests {
    @Test(arguments: try SchemaFile.yamlFiles(in: "policies"))
    func `every published policy loads`(_ path: String) throws {
        let policy = try PolicyFile.load(path: path)
        #expect(path.hasSuffix("/\(policy.name).yaml"))
        #expect(policy.hash.count == 64)
        #expect(!policy.churn.isCalibrated)
    }

    @Test(arguments: try SchemaFile.yamlFiles(in: "examples/policies/invalid"))
    func `every invalid example is refused for its reason`(_ path: String) throws {
        let first = try String(contentsOfFile: path, encoding: .utf8).prefix { $0 != "\n" }
        let reason = try #require(first.split(separator: "# expect: ").first)
        let error = #expect(throws: PolicyError.self) { try PolicyFile.load(path: path) }
        let message = try #require(error).description
        // The name of the file is not a reason.
        #expect(message.replacing(path, with: "").contains(reason) || reason == "line")
        #expect(error?.problems.count == 1)
        #expect(message.hasPrefix("\(path):"))
    }

    @Test func `names become indices in the order of first use`() throws {
        let policy = try SamplePolicy.policy()
        #expect(
            policy.measures.map(\.name) == [
                "spend_ewma", "orders_365d", "csat_mean_365d", "orders_90d", "spend_lifetime", "complaints_open",
                "days_since_last_order", "contribution_365d", "tag:vip", "attribute:region=EU", "attribute:club=true",
                "attribute:holdings", "points",
            ])
        #expect(policy.terms.map(\.measure) == [0, 1, 2])
        #expect(
            policy.tiers[2].entry
                == .all([
                    .comparison(Comparison(.score, .atLeast, 50)),
                    .any([
                        .comparison(Comparison(.measure(3), .atLeast, 3)),
                        .comparison(Comparison(.measure(4), .atLeast, 900)),
                    ]),
                    .not(.comparison(Comparison(.measure(5), .atLeast, 2))),
                    .comparison(Comparison(.measure(6), .below, 180)),
                ]))
    }

    @Test func `a policy says what its file says`() throws {
        let policy = try SamplePolicy.policy()
        #expect(policy.name == "sample" && policy.version == 3 && policy.currency.text == "EUR")
        #expect(policy.calendar.zone == "UTC")
        #expect(
            policy.exchangeRates
                == [rate("USD", 920_000_000), rate("JPY", 6_000_000)].reduce(into: [:]) { $0[$1.0] = $1.1 })
        #expect(policy.countFrom == .paid)
        #expect(policy.maxFutureSkew == .minutes(10))
        #expect(policy.history == History(orderDays: 400, browseDays: 90, feedbackDays: 500))
        #expect(policy.spendHalfLife == .days(60))
        #expect(policy.terms[0].curve == .saturating(halfAt: 200))
        #expect(policy.terms[1].curve == .linear(from: 0, to: 12))
        #expect(policy.terms[2].whenUnknown == 0.5)
        #expect(policy.tiers[0].label.entries.map(\.language) == ["en", "zh"])
        #expect(policy.tiers[0].entry == nil && policy.tiers[0].actions == ["welcome"])
        #expect(policy.tiers[1].entry == .comparison(Comparison(.score, .atLeast, 25)))
        #expect(
            policy.downgrade
                == DowngradeRule(margin: 0.167, minimumDwell: .days(30), grace: .days(14), mode: .oneStep))
        #expect(policy.churn.model == PurchaseModel(kind: .mbgNBD, r: 0.5, alpha: 40, a: 0.8, b: 2.5))
        #expect(policy.churn.isCalibrated && policy.churn.horizonDays == 60 && policy.churn.margin == 0.03)
        #expect(policy.churn.levels.map(\.from) == [0, 0.6, 0.85])
    }

    @Test func `what is left out is the documented default`() throws {
        let policy = try PolicyFile.parse(text: SamplePolicy.shortest, file: "shortest.yaml")
        #expect(policy.exchangeRates.isEmpty && policy.countFrom == .completed && policy.maxFutureSkew == .minutes(5))
        #expect(policy.history == History(orderDays: 365, browseDays: 30, feedbackDays: 365))
        #expect(policy.spendHalfLife == .days(90) && policy.terms[0].whenUnknown == 0)
        #expect(
            policy.downgrade
                == DowngradeRule(margin: 0.2, minimumDwell: .zero, grace: .days(28), mode: .immediate))
        #expect(policy.churn.model == .defaultBGNBD && !policy.churn.isCalibrated)
        #expect(policy.churn.horizonDays == 90 && policy.churn.margin == 0.02)
    }

    @Test func `the history reaches as far as the longest window`() throws {
        let text = SamplePolicy.replacing("history: {orders: 400d, browse: 90d, feedback: 500d}\n", with: "")
            .replacing("orders_90d", with: "orders_800d").replacing("complaints_open", with: "sessions_45d")
        let history = try PolicyFile.parse(text: text, file: "f").history
        #expect(history == History(orderDays: 800, browseDays: 45, feedbackDays: 365))
    }

    @Test(arguments: [
        ("0.92", 920_000_000), ("1", 1_000_000_000), ("007.5", 7_500_000_000), ("0.000000001", 1),
        ("999999999.999999999", 999_999_999_999_999_999),
    ])
    func `rates are exact`(_ text: String, _ billionths: Int64) throws {
        let policy = try SamplePolicy.policy(replacing: "0.92", with: text)
        #expect(policy.exchangeRates[rate("USD", 0).0]?.billionths == billionths)
    }

    @Test(arguments: [
        ("250ms", 250), ("90s", 90_000), ("5m", 300_000), ("2h", 7_200_000), ("0d", 0), ("36525d", 3_155_760_000_000),
    ])
    func `spans have five units`(_ text: String, _ milliseconds: Int64) throws {
        let policy = try SamplePolicy.policy(replacing: "grace: 14d", with: "grace: \(text)")
        #expect(policy.downgrade.grace.milliseconds == milliseconds)
    }

    private func rate(_ code: String, _ billionths: Int64) -> (CurrencyCode, ExchangeRate) {
        (CurrencyCode(code) ?? CurrencyCode(packed: 0), ExchangeRate(billionths: billionths))
    }

    @Test func `points join the measures with their expiry, and reach as far into the history`() throws {
        let text =
            SamplePolicy.shortest
            + "points: {multipliers: {standard: 0.5}, expire_after: 500d, expire_when_inactive: 183d}\n"
        let policy = try PolicyFile.parse(text: text, file: "f")
        #expect(
            policy.points
                == PointsRule(
                    perUnit: 1_000, multipliers: [500], expiresAfterDays: 500, expiresWhenInactiveDays: 183))
        #expect(policy.measures == [Measure(.spend, windowDays: 30), Measure(.points, windowDays: 500)])
        #expect(policy.history.orderDays == 500)
        #expect(KeptPolicy(policy).policy.measures == policy.measures)
        #expect(KeptPolicy(policy).policy.points == policy.points)
    }

    @Test func `points that nobody says how to earn are refused`() {
        let text = SamplePolicy.shortest.replacing("spend_30d", with: "points")
        #expect {
            try PolicyFile.parse(text: text, file: "f")
        } throws: {
            "\($0)".contains("how are points earned? The field \"points\" is missing")
        }
    }

    @Test func `benefits and actions are read for tiers, kinds of change and tags`() throws {
        let policy = try SamplePolicy.policy()
        #expect(policy.tiers.map(\.benefits) == [["newsletter"], [], []])
        #expect(policy.changeActions[.upgrade] == ["congratulate"] && policy.changeActions[.downgrade] == ["console"])
        #expect(policy.changeActions[.entry] == [] && policy.changeActions[.approachingUpgrade] == [])
        #expect(policy.tags.map(\.actions) == [["ring"], [], []])
    }

    @Test func `a number that a command set is compared as one, with a margin`() throws {
        let policy = try SamplePolicy.policy(
            replacing: "enter: {score: 25}", with: "enter: {attribute: holdings, at_least: 200}")
        let entry = try #require(policy.tiers[1].entry?.comparisons.first)
        guard case .measure(let index) = entry.subject else {
            Issue.record("it compares the score")
            return
        }
        #expect(policy.measures[index] == Measure(.attributeNumber("holdings")))
        #expect(policy.measures[index].name == "attribute:holdings" && entry.threshold == 200)
        #expect(entry.eased(by: 0.25).threshold == 150)
    }

    @Test func `tags and attributes are asked for as commands set them, without a margin`() throws {
        let policy = try SamplePolicy.policy(
            replacing: "{measure: days_since_last_order, below: 180}",
            with: #"{not: {tag: "a (b) \"c\""}}, {attribute: 地区, is: "华东"}"#.replacing(
                ", {attr", with: "\n        - {attr"))
        let entry = try #require(policy.tiers[2].entry)
        let names = entry.comparisons.compactMap { comparison -> String? in
            guard case .measure(let index) = comparison.subject else { return nil }
            return policy.measures[index].name
        }
        #expect(names.suffix(2) == [#"tag:a (b) "c""#, "attribute:地区=华东"])
        #expect(entry.eased(by: 0.5).comparisons.suffix(2) == entry.comparisons.suffix(2))
        #expect(KeptPolicy(policy).policy.tiers == policy.tiers && KeptPolicy(policy).policy.tags == policy.tags)
    }
}
