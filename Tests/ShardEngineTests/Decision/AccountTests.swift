import Scoring
import ShardEngine
import TestSupport
import Testing

/// Contribution and margin: what orders leave after their costs, as far as they told them.
@Suite struct AccountTests {
    /// Measures 1…: contribution and margin of 30 days, of the lifetime and of the calendar month.
    private static func policy(orderDays: Int = 365) -> Policy {
        var policy = Policies.spend(
            more: [
                Measure(.contribution, windowDays: 30), Measure(.margin, windowDays: 30), Measure(.contribution),
                Measure(.margin), Measure(.contribution, .period),
            ], orderDays: orderDays)
        policy.qualification = QualificationPeriod(.month)
        return policy
    }

    private static func run(_ events: [ScriptedEvent], _ policy: Policy = policy()) -> EngineRun {
        var run = EngineRun(policy)
        for event in events { run.apply([event]) }
        return run
    }

    private static func order(_ days: Double, _ id: String, _ total: Int64, cost: Int64?) -> ScriptedEvent {
        .order(Policies.days(days), "a", id, .completed, total, cost: cost)
    }

    @Test func `without a known cost contribution and margin are unknown`() {
        var run = Self.run([Self.order(0, "1", 10_000, cost: nil)])
        #expect((1...5).allSatisfy { run.measure($0, of: "a", at: Policies.days(1)) == nil })
    }

    @Test func `contribution is spend less known costs, margin the ratio over orders that told theirs`() {
        var run = Self.run([Self.order(0, "1", 10_000, cost: 6_000), Self.order(1, "2", 5_000, cost: nil)])
        #expect(run.measure(1, of: "a", at: Policies.days(1)) == 90)
        #expect(run.measure(2, of: "a", at: Policies.days(1)) == 0.4)
    }

    @Test func `both leave with the window, stay for the lifetime, and begin anew with the period`() {
        var run = Self.run([Self.order(0, "1", 10_000, cost: 6_000), Self.order(20, "2", 5_000, cost: 1_000)])
        let later = Policies.days(31)
        #expect(run.measure(1, of: "a", at: later) == 40 && run.measure(2, of: "a", at: later) == 0.8)
        #expect(run.measure(3, of: "a", at: later) == 80)
        #expect(isClose(run.measure(4, of: "a", at: later) ?? 0, 8.0 / 15, relative: 1e-12))
        // 2026-01-20 and 2026-02-09.
        #expect(run.measure(5, of: "a", at: later) == 40 && run.measure(5, of: "a", at: Policies.days(10)) == 40)
    }

    @Test func `a refund takes back cost in its share, a whole one leaves nothing`() {
        var run = Self.run([
            Self.order(0, "1", 10_000, cost: 6_000), .order(Policies.days(1), "a", "1", .refunded, refund: 5_000),
        ])
        #expect(
            run.measure(1, of: "a", at: Policies.days(1)) == 20 && run.measure(2, of: "a", at: Policies.days(1)) == 0.4)
        run.apply([.order(Policies.days(2), "a", "1", .refunded, refund: 5_000)])
        #expect((1...4).allSatisfy { run.measure($0, of: "a", at: Policies.days(2)) == nil })
    }

    @Test func `an update may tell a cost, and one that tells none keeps what was told`() {
        var run = Self.run([Self.order(0, "1", 10_000, cost: nil)])
        run.apply([.order(Policies.days(1), "a", "1", .updated, 12_000, cost: 3_000)])
        #expect(run.measure(1, of: "a", at: Policies.days(1)) == 90)
        run.apply([.order(Policies.days(2), "a", "1", .updated, 10_000)])
        #expect(run.measure(1, of: "a", at: Policies.days(2)) == 70)
        run.apply([.order(Policies.days(3), "a", "1", .updated, 10_000, cost: 4_000)])
        #expect(run.measure(1, of: "a", at: Policies.days(3)) == 60)
    }

    @Test func `a cancelled order contributes nothing, and one of 0 only its cost`() {
        var run = Self.run([
            Self.order(0, "1", 10_000, cost: 6_000), .order(Policies.days(1), "a", "1", .cancelled),
            Self.order(1, "gift", 0, cost: 700),
        ])
        #expect(
            run.measure(1, of: "a", at: Policies.days(1)) == -7 && run.measure(2, of: "a", at: Policies.days(1)) == nil)
    }

    @Test func `what has left the history stays in the lifetime's, with a share of what was refunded`() throws {
        var run = Self.run(
            [
                Self.order(0, "1", 10_000, cost: 6_000), .order(Policies.days(1), "a", "1", .refunded, refund: 2_500),
                Self.order(50, "2", 1_000, cost: 500),
            ], Self.policy(orderDays: 40))
        #expect(run.measure(3, of: "a", at: Policies.days(50)) == 35)
        #expect(run.measure(4, of: "a", at: Policies.days(50)) == 1 - 5_000.0 / 8_500)
        let images = try run.images()
        let costs = try #require(images.first).annex.costs
        #expect(costs.orders == 1 && costs.spend == 7_500 && costs.costs == 4_500)
        var restored = try run.restored()
        #expect(restored.measure(3, of: "a", at: Policies.days(50)) == 35)
    }

    @Test func `costs survive a snapshot and merge with their orders`() throws {
        var run = Self.run([
            Self.order(0, "1", 10_000, cost: 6_000),
            .order(Policies.days(1), "b", "2", .completed, 5_000, cost: 500), Self.order(1, "2", 5_000, cost: 500),
        ])
        run.apply([.command(Policies.days(2), "a", "m", .merge("b"))])
        var restored = try run.restored()
        // The order that both have counts once.
        #expect(run.measure(1, of: "a", at: Policies.days(2)) == 85)
        #expect(restored.measure(1, of: "a", at: Policies.days(2)) == 85)
    }

    @Test func `costs of long ago are merged too`() {
        var run = Self.run(
            [
                Self.order(0, "1", 10_000, cost: 6_000),
                .order(Policies.days(1), "b", "2", .completed, 5_000, cost: 500),
                Self.order(60, "3", 100, cost: 0),
            ], Self.policy(orderDays: 40))
        run.apply([.command(Policies.days(61), "a", "m", .merge("b"))])
        #expect(run.measure(3, of: "a", at: Policies.days(61)) == 86)
    }

    @Test func `what a merge has too much of keeps its costs in the lifetime's`() throws {
        var run = EngineRun(Self.policy())
        for (customer, offset) in [("a", 0), ("b", 5_000)] {
            run.apply(
                (0..<2_100).map { number in
                    let time = EventTime(milliseconds: Policies.start.milliseconds + Int64(offset + number))
                    return .order(time, customer, "\(customer)-\(number)", .completed, 100, cost: 50)
                })
        }
        run.apply([.command(Policies.days(1), "a", "m", .merge("b"))])
        let images = try run.images()
        let image = try #require(images.first { $0.isCustomer })
        #expect(image.annex.costs.orders > 0 && image.orders.count <= 8_192)
        #expect(run.measure(3, of: "a", at: Policies.days(1)) == 2_100)
        #expect(run.measure(4, of: "a", at: Policies.days(1)) == 0.5)
    }

    @Test func `a policy that asks for no cost keeps none, and one that comes to ask knows those to come`() throws {
        var run = Self.run([Self.order(0, "1", 10_000, cost: 6_000)], Policies.spend())
        let images = try run.images()
        #expect(images.first?.orders.map(\.kind) == [.order])
        run.activate(Self.policy())
        run.retier(atMost: 10)
        #expect(run.measure(1, of: "a", at: Policies.days(1)) == nil)
        run.apply([Self.order(1, "2", 5_000, cost: 1_000)])
        #expect(
            run.measure(1, of: "a", at: Policies.days(1)) == 140 && run.measure(2, of: "a", at: Policies.days(1)) == 0.8
        )
    }

    @Test func `a full history refuses an order with its cost whole`() {
        var run = EngineRun(Self.policy())
        let most = 8_192
        run.apply((0..<most - 1).map { .order(Policies.start, "a", "o-\($0)", .completed, 100) })
        run.apply([.order(Policies.start, "a", "last", .completed, 100, cost: 50)])
        #expect(run.rejections.map(\.reason) == [.customerFull] && run.measure(1, of: "a", at: Policies.start) == nil)
        run.apply([.order(Policies.start, "a", "last", .completed, 100)])
        #expect(run.rejections.count == 1)
    }

    @Test func `a full history refuses an update whole that is the first to tell a cost`() {
        var run = EngineRun(Self.policy())
        let most = 8_192
        run.apply((0..<most - 1).map { .order(Policies.start, "a", "o-\($0)", .completed, 100) })
        func update(_ hour: Double, total: Int64, cost: Int64?) -> ScriptedEvent {
            .order(Policies.hours(hour), "a", "o-0", .updated, total, cost: cost)
        }
        // It takes a line for when it was, and another for the cost.
        run.apply([update(1, total: 200, cost: 50)])
        #expect(run.rejections.map(\.reason) == [.customerFull])
        #expect(run.measure(0, of: "a", at: Policies.hours(1)) == Double(most - 1))
        #expect(run.measure(1, of: "a", at: Policies.hours(1)) == nil)
        run.apply([update(2, total: 300, cost: nil)])
        #expect(run.rejections.count == 1 && run.measure(0, of: "a", at: Policies.hours(2)) == Double(most + 1))
        run.apply([update(3, total: 400, cost: 50)])
        #expect(run.rejections.count == 2 && run.measure(0, of: "a", at: Policies.hours(3)) == Double(most + 1))
    }
}
