import Scoring
import ShardEngine
import TestSupport
import Testing

@Suite struct TierRuleTests {
    @Test func `a purchase that leaves the window takes its tier along at that midnight`() {
        var run = EngineRun(Policies.spend())
        run.apply([.order(Policies.start, "a", "1", .completed, 20_000)])
        run.wait(until: Policies.days(60))
        let moves = run.said["a"]?.tiers ?? []
        #expect(moves.map(\.to) == [1, 0])
        // Bought on day 20,473 at 09:06: the window of 30 days sees it until the end of day 20,502.
        #expect(moves.last?.at == ZoneCalendar.utc.start(of: ZoneCalendar.utc.day(of: Policies.start) + 30))
        #expect(moves.last?.isByTime == true && moves.last?.direction == .downgrade)
    }

    @Test func `grace puts the fall off and recovery within it cancels it`() {
        var run = EngineRun(Policies.spend(grace: .days(10)))
        run.apply([.order(Policies.start, "lost", "1", .completed, 20_000)])
        run.apply([.order(Policies.start, "saved", "2", .completed, 20_000)])
        run.apply([.order(Policies.days(35), "saved", "3", .completed, 15_000)])
        run.wait(until: Policies.days(45))
        #expect(run.tiers(of: "lost") == [1, 0])
        #expect(
            run.said["lost"]?.tiers.last?.at
                == ZoneCalendar.utc.start(of: ZoneCalendar.utc.day(of: Policies.start) + 40))
        #expect(run.tiers(of: "saved") == [1])
    }

    @Test func `one step falls a rung at a time, immediate to where it belongs`() {
        for mode in [DowngradeRule.Mode.oneStep, .immediate] {
            var run = EngineRun(Policies.spend(grace: .days(5), mode: mode))
            run.apply([.order(Policies.start, "a", "1", .completed, 60_000)])
            run.wait(until: Policies.days(60))
            #expect(run.tiers(of: "a") == (mode == .oneStep ? [2, 1, 0] : [2, 0]))
        }
    }

    @Test func `with neither grace nor dwell one step falls through at once, saying every rung`() {
        var run = EngineRun(Policies.spend(mode: .oneStep))
        run.apply([.order(Policies.start, "a", "1", .completed, 60_000)])
        run.wait(until: Policies.days(60))
        let moves = run.said["a"]?.tiers ?? []
        #expect(moves.map(\.to) == [2, 1, 0] && moves.map(\.sequence) == [1, 2, 3])
        #expect(moves[1].at == moves[2].at)
    }

    @Test func `the margin spares who is a little short`() {
        var run = EngineRun(Policies.spend(margin: 0.2))
        run.apply([.order(Policies.start, "a", "1", .completed, 12_000)])
        run.apply([.order(Policies.days(1), "a", "1", .refunded, 0, refund: 3_000)])
        #expect(run.tiers(of: "a") == [1])
        run.apply([.order(Policies.days(2), "a", "1", .refunded, 0, refund: 1_001)])
        #expect(run.tiers(of: "a") == [1, 0])
    }

    @Test func `a late order restores the tier that it would have kept, as a correction`() {
        // 600 needed and 550 there, downgraded; then an order of 100 from before the downgrade arrives.
        var run = EngineRun(Policies.spend(windowDays: 60))
        run.apply([.order(Policies.start, "a", "1", .completed, 10_000)])
        run.apply([.order(Policies.days(20), "a", "2", .completed, 45_000)])
        run.wait(until: Policies.days(61))
        #expect(run.tiers(of: "a") == [1, 2, 1])
        run.apply([.order(Policies.days(40), "a", "3", .completed, 10_000)])
        #expect(run.said["a"]?.tiers.last?.to == 2 && run.said["a"]?.tiers.last?.direction == .correction)
    }

    @Test(arguments: 0..<60) func `nobody falls before the minimum dwell is over`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var policy = RandomPolicy.draw(&random)
        policy.downgrade.minimumDwell = .days(1 + random.below(20))
        let history = RandomHistory.draw(&random, customers: 2, events: 60)
        var run = EngineRun(policy)
        for batch in history.batches { run.apply(batch) }
        run.wait(until: history.end)
        for said in run.said.values {
            for fall in said.tiers.downgrades {
                #expect(fall.held >= policy.downgrade.minimumDwell, "seed \(seed)")
            }
        }
    }

    @Test func `silence alone raises the churn level, at the first second that reaches it`() throws {
        let policy = Policies.spend()
        var run = EngineRun(policy)
        run.apply([.order(Policies.start, "a", "1", .completed, 20_000)])
        run.wait(until: Policies.days(3_000))
        let moves = run.said["a"]?.churn ?? []
        #expect(moves.map(\.to) == [0, 1])
        let rise = try #require(moves.last)
        #expect(rise.isByTime && rise.at.milliseconds % 1000 == 0)
        let birth = ZoneCalendar.utc.start(of: ZoneCalendar.utc.day(of: Policies.start))
        func risk(_ time: EventTime) -> Double {
            policy.churn.model.probabilityOfNoPurchase(
                PurchaseHistory(repeats: 0, ageAtLast: 0, age: (time - birth).days), horizon: 90)
        }
        #expect(risk(rise.at) >= 0.8 && risk(EventTime(milliseconds: rise.at.milliseconds - 1000)) < 0.8)
    }

    @Test func `a level is left downwards only beyond its margin`() throws {
        var run = EngineRun(Policies.spend())
        run.apply([.order(Policies.start, "a", "1", .completed, 20_000)])
        run.wait(until: Policies.days(400))
        #expect(run.said["a"]?.churn.map(\.to) == [0, 1])
        // Day after day an order: the risk falls a little each time, the level once, beyond 0.80 − 0.02.
        for day in 0..<30 { run.apply([.order(Policies.days(401 + Double(day)), "a", "\(day)", .completed, 100)]) }
        let fall = try #require(run.said["a"]?.churn.last)
        #expect(run.said["a"]?.churn.map(\.to) == [0, 1, 0] && fall.sequence == 3)
        #expect(fall.probability < 0.78 && !fall.isByTime)
    }
}
