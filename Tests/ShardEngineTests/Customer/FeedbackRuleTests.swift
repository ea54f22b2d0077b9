import Scoring
import ShardEngine
import TestSupport
import Testing

@Suite struct FeedbackRuleTests {
    private let policy = Policies.spend(
        more: [
            Measure(.complaintsOpen), Measure(.csatLatest), Measure(.npsMean, windowDays: 30),
            Measure(.csatMean, windowDays: 30),
        ])

    private func at(_ day: Double, _ type: FeedbackType, score: UInt16? = nil) -> ScriptedEvent {
        .feedback(Policies.days(day), "a", "\(type)-\(day)", type, score: score)
    }

    private func open(_ events: [ScriptedEvent], at day: Double) -> Double? {
        var run = EngineRun(policy)
        for event in events { run.apply([event]) }
        return run.measure(1, of: "a", at: Policies.days(day))
    }

    @Test func `a complaint is open until a later resolution`() {
        #expect(open([at(1, .complaint)], at: 2) == 1)
        #expect(open([at(1, .complaint), at(2, .complaintResolved)], at: 3) == 0)
        #expect(open([at(1, .complaintResolved), at(2, .complaint)], at: 3) == 1)
        #expect(open([at(1, .complaint), at(2, .complaint), at(3, .complaintResolved)], at: 4) == 1)
        #expect(
            open([at(1, .complaint), at(2, .complaintResolved), at(2.5, .complaintResolved), at(3, .complaint)], at: 4)
                == 1)
    }

    @Test func `feedback ends with its history, whether or not more comes`() {
        // 90 days of history: the first answer is forgotten by itself.
        var run = EngineRun(policy)
        run.apply([at(0, .complaint), at(0.1, .csat, score: 8_000)])
        #expect(run.measure(1, of: "a", at: Policies.days(80)) == 1)
        #expect(run.measure(2, of: "a", at: Policies.days(80)) == 80)
        #expect(run.measure(1, of: "a", at: Policies.days(91)) == 0)
        #expect(run.engine.report(on: Array("a".utf8), at: Policies.days(91))?.measures[2] == .some(nil))
    }

    @Test func `the latest score is the latest by day, and means are of their window`() {
        var run = EngineRun(policy)
        run.apply([at(10, .csat, score: 2_000)])
        run.apply([at(5, .csat, score: 10_000), at(6, .nps, score: 9_000), at(7, .nps, score: 4_000)])
        #expect(run.measure(2, of: "a", at: Policies.days(11)) == 20)
        #expect(run.measure(3, of: "a", at: Policies.days(11)) == 6.5)
        #expect(run.measure(4, of: "a", at: Policies.days(11)) == 60)
        #expect(run.measure(4, of: "a", at: Policies.days(36)) == 20)
    }

    @Test func `an answer told twice is counted once`() {
        var run = EngineRun(policy)
        run.apply([at(1, .complaint)])
        run.apply([at(1, .complaint)])
        #expect(run.rejections.map(\.reason) == [.duplicate])
        #expect(run.measure(1, of: "a", at: Policies.days(2)) == 1)
    }
}
