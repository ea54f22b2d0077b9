import Calibration
import Scoring
import Testing

@Suite struct TierThresholdsTests {
    private static let measures = [
        Measure(.orders, windowDays: 365), Measure(.spend, windowDays: 365), Measure(.tag("vip")),
    ]

    private func policy(_ entries: [Condition?]) -> Policy {
        var policy = Samples.policy()
        policy.measures = Self.measures
        policy.terms = [Term(name: "t", measure: 1, weight: 100, curve: .linear(from: 0, to: 1), whenUnknown: 0)]
        let names = ["standard", "silver", "gold", "platinum", "diamond"]
        policy.tiers = zip(names, entries).map { name, entry in
            Tier(
                name: name, label: Label([Label.Entry(language: "zh", text: "\"\(name)\" 银")]), entry: entry,
                actions: ["call", "no"])
        }
        return policy
    }

    /// A hundred customers: scores 1…100, orders 0…4, spend ten times the score, unknown for the lower half.
    private let readings: [PolicySurvey.Reading] = (1...100).map { Self.reading($0) }

    private static func reading(_ index: Int) -> PolicySurvey.Reading {
        let spend: Double? = index > 50 ? Double(index * 10) : nil
        let tag: Double = index.isMultiple(of: 2) ? 1 : 0
        return PolicySurvey.Reading(risk: nil, score: Double(index), measures: [Double(index / 25), spend, tag])
    }

    private func score(_ least: Double) -> Condition { .comparison(Comparison(.score, .atLeast, least)) }
    private func measure(_ index: Int, _ least: Double) -> Condition {
        .comparison(Comparison(.measure(index), .atLeast, least))
    }

    @Test func `a ladder of scores gets the scores that the best customers reach`() {
        let found = TierThresholds(policy([nil, score(10), score(20), score(30)]), readings)
        #expect(found.rungs.map(\.threshold) == [81, 96, 100])
        #expect(found.rungs.map(\.subject) == ["score", "score", "score"])
        #expect(found.rungs.map(\.topShare) == [0.2, 0.05, 0.01])
        #expect(found.rungs.map(\.metShare) == [0.2, 0.05, 0.01])
        #expect(found.rungs.map(\.formerShare) == [0.91, 0.81, 0.71])
        #expect(found.rungs[0].entry == score(81))
        let five = TierThresholds(policy([nil, score(10), score(20), score(30), score(40)]), readings)
        #expect(five.rungs[3].topShare == 0.01 / 5 && five.rungs[3].threshold == 101)
    }

    @Test func `a tier that asks for no score gets the quantile of its measure, the unknown being lowest`() {
        let found = TierThresholds(policy([nil, measure(1, 75), measure(1, 180)]), readings)
        #expect(found.rungs.map(\.subject) == ["spend_365d", "spend_365d"])
        #expect(found.rungs.map(\.threshold) == [810, 960])
        #expect(found.rungs.map(\.metShare) == [0.2, 0.05])
    }

    @Test func `of several conditions the score moves and the rest stays`() {
        let gold = Condition.all([score(40), measure(0, 3), .not(score(99))])
        let found = TierThresholds(policy([nil, .any([measure(1, 75), .comparison(.given(2))]), gold]), readings)
        #expect(found.rungs[1].entry == .all([score(96), measure(0, 3), .not(score(99))]))
        #expect(found.rungs[1].metShare == 0.03)
        #expect(found.rungs[0].entry == .any([measure(1, 810), .comparison(.given(2))]))
        let tagged = TierThresholds(policy([nil, .comparison(.given(2))]), readings)
        #expect(tagged.rungs[0].subject == nil && tagged.rungs[0].entry == .comparison(.given(2)))
        #expect(tagged.rungs[0].metShare == 0.5)
    }

    @Test func `thresholds rise where customers are alike, and no tier takes everybody`() {
        let alike: [PolicySurvey.Reading] = (1...100).map { index in
            let orders: Double = index == 1 ? 2 : 1
            return PolicySurvey.Reading(risk: nil, score: 7, measures: [orders, 0, 0])
        }
        let found = TierThresholds(policy([nil, measure(0, 5), measure(0, 6), score(3), score(4)]), alike)
        #expect(found.rungs.map(\.threshold) == [2, 3, 8, 9])
    }

    @Test func `the fragment has every tier with its label, its entry and its actions`() {
        let gold = Condition.all([score(40), measure(0, 3), .not(.comparison(.given(2)))])
        let lines = TierThresholds(policy([nil, measure(1, 75), gold]), readings).fragment(missing: [.browse])
        #expect(lines.contains("# Read without browse, which the tiers ask for as well: as if there were none."))
        #expect(
            lines.dropFirst(3) == [
                "tiers:", "  - name: standard", #"    label: {zh: "\"standard\" 银"}"#, #"    actions: [call, "no"]"#,
                "  # By spend_365d: 20 % of the customers meet all of it, 50 % met it before.", "  - name: silver",
                #"    label: {zh: "\"silver\" 银"}"#, "    enter: {measure: spend_365d, at_least: 810}",
                #"    actions: [call, "no"]"#,
                "  # By score: 2 % of the customers meet all of it, 13 % met it before.", "  - name: gold",
                #"    label: {zh: "\"gold\" 银"}"#,
                "    enter: {all: [{score: 96}, {measure: orders_365d, at_least: 3}, {not: {tag: vip}}]}",
                #"    actions: [call, "no"]"#,
            ])
    }

    @Test func `the inputs of the tiers are those of what they ask for`() {
        #expect(policy([nil, measure(1, 75)]).inputsOfTiers == [.orders])
        #expect(policy([nil, .comparison(.given(2))]).inputsOfTiers == [.orders, .commands])
        var browsing = policy([nil, score(10)])
        browsing.measures[1] = Measure(.sessions, windowDays: 30)
        #expect(browsing.inputsOfTiers == [.orders, .browse])
    }
}
