import Scoring
import ShardEngine
import TestSupport
import Testing

/// Points of the lowest tier that expire when no order comes for ten days.
@Suite struct InactivePointsTests {
    /// Silver from 100, gold from 500 points, which silver earns at 1.5 and gold at twice the rate; for 30 days.
    private static func policy(
        perUnit: Int64 = 1_000, multipliers: [Int64] = [1_000, 1_500, 2_000], inactive: Int? = 10
    ) -> Policy {
        var policy = Policies.spend()
        let points = PointsRule(
            perUnit: perUnit, multipliers: multipliers, expiresAfterDays: 30, expiresWhenInactiveDays: inactive)
        policy.points = points
        policy.measures = [points.measure]
        policy.hash = "\(points)"
        return policy
    }

    /// The midnight with which a day begins, counted from the one that `Policies.start` falls on.
    private static func midnight(_ day: Int, plus milliseconds: Int64 = 0) -> EventTime {
        EventTime(milliseconds: 1_768_867_200_000 + Int64(day) * 86_400_000 + milliseconds)
    }

    private static func order(_ days: Double, _ id: String, _ total: Int64, _ customer: String = "a") -> ScriptedEvent {
        .order(Policies.days(days), customer, id, .completed, total)
    }

    private static func run(_ events: [ScriptedEvent], _ policy: Policy = policy()) -> EngineRun {
        var run = EngineRun(policy)
        for event in events { run.apply([event]) }
        return run
    }

    @Test func `they expire with the last of the days after the latest order, and no order brings them back`() {
        var run = Self.run([Self.order(0, "1", 5_000), Self.order(9, "2", 1_000)])
        #expect(run.measure(0, of: "a", at: Self.midnight(19, plus: -1)) == 60)
        #expect(run.measure(0, of: "a", at: Self.midnight(19)) == 0)
        run.apply([Self.order(19, "3", 2_000)])
        #expect(run.measure(0, of: "a", at: Policies.days(19)) == 20)
    }

    @Test func `silence alone takes the tier along, at that midnight`() throws {
        var run = Self.run([Self.order(0, "1", 12_000)])
        var restored = try run.restored()
        for millisecond in [-1, 0] as [Int64] {
            run.wait(until: Self.midnight(10, plus: millisecond))
            #expect(run.tiers(of: "a") == (millisecond < 0 ? [1] : [1, 0]))
        }
        let last = try #require(run.said["a"]?.tiers.last)
        #expect(last.at == Self.midnight(10) && last.isByTime && last.reason == .requirementLost)
        run.wait(until: Policies.days(12))
        restored.wait(until: Policies.days(12))
        #expect(restored.said["a"]?.tiers.last == last && restored.engine.digest == run.engine.digest)
    }

    @Test func `what a higher tier has earned outlasts the silence and expires by age`() {
        var run = Self.run([Self.order(0, "1", 10_000), Self.order(1, "2", 8_000)])
        #expect(run.measure(0, of: "a", at: Policies.days(1)) == 220)
        run.wait(until: Policies.days(20))
        #expect(run.measure(0, of: "a", at: Policies.days(20)) == 120)
        run.wait(until: Policies.days(40))
        #expect(run.said["a"]?.tiers.map(\.at) == [Policies.start, Self.midnight(31)])
    }

    @Test func `what is earned at the lowest tier's rate is the lowest tier's, in whichever tier`() {
        var run = Self.run(
            [Self.order(0, "1", 10_000), Self.order(1, "2", 8_000)], Self.policy(multipliers: [1_000, 1_000, 2_000]))
        #expect(run.measure(0, of: "a", at: Policies.days(1)) == 180)
        run.wait(until: Policies.days(12))
        #expect(run.measure(0, of: "a", at: Policies.days(12)) == 0 && run.tiers(of: "a") == [1, 0])
    }

    @Test func `an order that is taken back whole has kept nothing, one that is taken back in part has`() {
        let orders = [Self.order(0, "1", 12_000), Self.order(8, "2", 1_000)]
        for (refund, balance) in [(400, 129), (1_000, 0)] as [(Int64, Double)] {
            var run = Self.run(orders + [.order(Policies.days(12), "a", "2", .refunded, refund: refund)])
            #expect(run.measure(0, of: "a", at: Policies.days(12)) == balance)
            #expect(run.tiers(of: "a") == (balance == 0 ? [1, 0] : [1]))
        }
    }

    @Test func `a late order within the silence gives back what it would have kept`() throws {
        var run = Self.run([Self.order(0, "1", 12_000)])
        run.wait(until: Policies.days(11))
        run.apply([Self.order(5, "2", 100)])
        #expect(run.measure(0, of: "a", at: Policies.days(11)) == 121)
        let last = try #require(run.said["a"]?.tiers.last)
        #expect(last.to == 1 && last.direction == .correction && last.reason == .lateEvent)
        run.wait(until: Policies.days(16))
        #expect(run.tiers(of: "a") == [1, 0, 1, 0] && run.said["a"]?.tiers.last?.at == Self.midnight(15))
    }

    @Test func `of two merged customers the orders of each keep what the other has earned`() {
        var run = Self.run([Self.order(0, "1", 4_000), Self.order(8, "2", 1_000, "b")])
        run.apply([.command(Policies.days(12), "a", "m", .merge("b"))])
        #expect(run.measure(0, of: "a", at: Policies.days(12)) == 50)
        #expect(run.measure(0, of: "a", at: Policies.days(18)) == 0)
    }

    @Test func `another policy decides about what is there by its own rate and its own days`() {
        var run = Self.run([Self.order(0, "1", 9_000)])
        run.activate(Self.policy(inactive: 15))
        run.retier(atMost: 10)
        #expect(run.measure(0, of: "a", at: Policies.days(12)) == 90)
        #expect(run.measure(0, of: "a", at: Policies.days(15)) == 0)
        // At another rate than the one of the lowest tier now: they expire by age.
        run.activate(Self.policy(perUnit: 3_000))
        run.retier(atMost: 10)
        #expect(run.measure(0, of: "a", at: Policies.days(29)) == 90)
        #expect(run.measure(0, of: "a", at: Policies.days(30)) == 0)
    }

    @Test(arguments: 0..<60) func `the balance is a function of the orders, however they arrive`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let inactive = 1 + random.below(20)
        let policy = Self.policy(multipliers: [1_000, 1_000, 1_000], inactive: inactive)
        // Days within the history, so that none is too late; some orders are cancelled.
        var orders = (0..<(1 + random.below(25))).map { (day: random.below(90), isCancelled: $0 % 4 == 3) }
        orders.sort { $0.day < $1.day }
        var events: [ScriptedEvent] = []
        for (index, order) in orders.enumerated() {
            events.append(Self.order(Double(order.day), "\(index)", 4_000))
            guard order.isCancelled else { continue }
            events.append(.order(Policies.days(Double(order.day) + 0.1), "a", "\(index)", .cancelled))
        }
        let days = orders.filter { !$0.isCancelled }.map(\.day)
        var run = Self.run(events.shuffled(using: &random), policy)
        run.wait(until: Policies.days(90))
        for day in 90..<120 {
            let expected = Self.balance(days, on: day, inactive: inactive)
            #expect(run.measure(0, of: "a", at: Policies.days(Double(day))) == expected, "seed \(seed), day \(day)")
            run.wait(until: Policies.days(Double(day)))
            #expect(run.engine.tierCounts().firstIndex(of: 1) == (expected < 100 ? 0 : expected < 500 ? 1 : 2))
        }
    }

    /// 40 points for each order of the last 30 days that no silence has followed.
    private static func balance(_ days: [Int], on today: Int, inactive: Int) -> Double {
        let kept = days.filter { day in
            let later = days.filter { $0 >= day } + [today]
            return today - day < 30 && !zip(later, later.dropFirst()).contains { $1 - $0 >= inactive }
        }
        return Double(40 * kept.count)
    }
}
