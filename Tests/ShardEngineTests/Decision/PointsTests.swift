import Scoring
import ShardEngine
import TestSupport
import Testing

/// Points: a windowed measure whose orders keep the rate at which they were earned.
@Suite struct PointsTests {
    /// Silver from 100, gold from 500 points, which silver earns at 1.5 and gold at twice the rate; for 30 days.
    private static func policy(perUnit: Int64 = 1_000, multipliers: [Int64] = [1_000, 1_500, 2_000]) -> Policy {
        var policy = Policies.spend()
        let points = PointsRule(perUnit: perUnit, multipliers: multipliers, expiresAfterDays: 30)
        policy.points = points
        policy.measures = [points.measure]
        policy.hash = "\(perUnit) \(multipliers)"
        return policy
    }

    private static func order(_ days: Double, _ id: String, _ total: Int64) -> ScriptedEvent {
        .order(Policies.days(days), "a", id, .completed, total)
    }

    private static func run(_ events: [ScriptedEvent], _ policy: Policy = policy()) -> EngineRun {
        var run = EngineRun(policy)
        for event in events { run.apply([event]) }
        return run
    }

    @Test func `an order earns at the tier held before it, whole points of each order`() {
        var run = Self.run([Self.order(0, "1", 10_050), Self.order(1, "2", 1_050), Self.order(2, "3", 99)])
        // 100 at 1, 15 of 15.75, 1 of 1.485.
        #expect(run.measure(0, of: "a", at: Policies.days(2)) == 116)
        #expect(run.tiers(of: "a") == [1])
    }

    @Test func `silence alone lowers the balance, on the day on which points expire`() {
        var run = Self.run([Self.order(0, "1", 10_000), Self.order(10, "2", 4_000)])
        run.wait(until: Policies.days(29))
        #expect(run.measure(0, of: "a", at: Policies.days(29)) == 160 && run.tiers(of: "a") == [1])
        run.wait(until: Policies.days(31))
        #expect(run.measure(0, of: "a", at: Policies.days(31)) == 60 && run.tiers(of: "a") == [1, 0])
        #expect(run.said["a"]?.tiers.last?.isByTime == true)
        #expect(run.measure(0, of: "a", at: Policies.days(41)) == 0)
    }

    @Test func `a refund takes back what was earned at the rate of its order, whatever the tier is by then`() {
        var run = Self.run([Self.order(0, "1", 10_000), Self.order(1, "2", 30_000), Self.order(2, "3", 10_000)])
        // 100, 450 and 200 at gold.
        #expect(run.measure(0, of: "a", at: Policies.days(2)) == 750 && run.tiers(of: "a") == [1, 2])
        run.apply([.order(Policies.days(3), "a", "2", .refunded, refund: 10_000)])
        #expect(run.measure(0, of: "a", at: Policies.days(3)) == 600)
        run.apply([.order(Policies.days(4), "a", "2", .cancelled)])
        #expect(run.measure(0, of: "a", at: Policies.days(4)) == 300)
    }

    @Test func `a refund that came before its order takes from it too`() {
        var run = Self.run([
            .order(Policies.days(1), "a", "1", .refunded, refund: 4_000), Self.order(0, "1", 10_000),
        ])
        #expect(run.measure(0, of: "a", at: Policies.days(1)) == 60)
    }

    @Test func `an update earns at the rate of its order`() {
        var run = Self.run([Self.order(0, "1", 10_000), Self.order(1, "2", 1_000)])
        run.apply([.order(Policies.days(2), "a", "1", .updated, 20_000)])
        #expect(run.measure(0, of: "a", at: Policies.days(2)) == 215)
    }

    @Test func `another rate holds for orders to come, and a policy without points forgets nothing of the orders`() {
        var run = Self.run([Self.order(0, "1", 10_000)])
        run.activate(Self.policy(perUnit: 3_000, multipliers: [1_000, 1_000, 1_000]))
        run.retier(atMost: 10)
        run.apply([Self.order(1, "2", 1_000)])
        #expect(run.measure(0, of: "a", at: Policies.days(1)) == 130)
        run.activate(Policies.spend())
        run.retier(atMost: 10)
        run.apply([Self.order(2, "3", 1_000)])
        run.activate(Self.policy())
        run.retier(atMost: 10)
        #expect(run.measure(0, of: "a", at: Policies.days(2)) == 130)
    }

    @Test func `points survive a snapshot, and merging adds them up`() throws {
        var run = Self.run([
            Self.order(0, "1", 10_000), Self.order(1, "2", 10_000),
            .order(Policies.days(1), "b", "3", .completed, 1_000),
        ])
        run.apply([.command(Policies.days(2), "a", "m", .merge("b"))])
        var restored = try run.restored()
        #expect(run.measure(0, of: "a", at: Policies.days(2)) == 260)
        #expect(restored.measure(0, of: "a", at: Policies.days(2)) == 260)
    }

    @Test func `the largest order at the highest rate neither traps nor turns round`() {
        var policy = Self.policy(perUnit: PointsRule.highestPerUnit, multipliers: [100_000, 100_000, 100_000])
        policy.currency = Currencies.jpy
        var run = EngineRun(policy)
        let order = OrderEvent(type: .completed, currency: Currencies.jpy, total: .limit)
        for id in ["1", "2"] { run.apply([ScriptedEvent(Policies.start, "a", id, .order(order))]) }
        #expect(run.measure(0, of: "a", at: Policies.start) == Double(Int64(1) << 49))
        #expect(run.rejections.isEmpty)
    }

    @Test func `a full history of orders with points refuses another one whole, until there is room for both lines`() {
        var run = EngineRun(Self.policy(multipliers: [1_000, 1_000, 1_000]))
        let most = 4_096
        run.apply((0..<most).map { .order(Policies.start, "a", "o-\($0)", .completed, 100) })
        run.apply([Self.order(1, "more", 100), .order(Policies.days(1), "a", "o-0", .refunded, refund: 50)])
        #expect(run.rejections.map(\.reason) == [.customerFull, .customerFull])
        #expect(run.measure(0, of: "a", at: Policies.days(1)) == Double(most))
        // A cancelled order keeps one line of its two.
        for id in ["o-1", "o-2"] {
            run.apply([.order(Policies.days(2), "a", id, .cancelled)])
            run.apply([Self.order(2, "more", 100)])
            #expect(run.rejections.count == 3)
        }
        #expect(run.measure(0, of: "a", at: Policies.days(2)) == Double(most - 1))
    }
}
