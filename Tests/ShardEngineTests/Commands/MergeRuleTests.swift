import Scoring
import ShardEngine
import TestSupport
import Testing

/// What merging does to orders: refunds that waited, and histories that are too long for one customer.
@Suite struct MergeRuleTests {
    @Test func `a refund that waited at one id takes back what its order had earned at the other`() {
        var run = EngineRun(Policies.spend(grace: .days(20)))
        run.apply([.order(Policies.start, "b", "1", .completed, 60_000)])
        run.apply([.order(Policies.days(1), "a", "1", .refunded)])
        run.apply([.command(Policies.days(2), "a", "m", .merge("b"))])
        let moves = run.said["a"]?.tiers ?? []
        #expect(moves.map(\.to) == [0, 2, 0])
        #expect(moves.last?.reason == .orderWithdrawn && moves.last?.direction == .correction)
    }

    @Test func `a cancellation that waited does so as well, whoever is merged into whom`() {
        var run = EngineRun(Policies.spend(grace: .days(20)))
        run.apply([.order(Policies.start, "a", "1", .completed, 60_000)])
        run.apply([.order(Policies.days(1), "b", "1", .cancelled)])
        run.apply([.command(Policies.days(2), "a", "m", .merge("b"))])
        #expect(run.said["a"]?.tiers.map(\.reason) == [.firstSeen, .orderWithdrawn])
    }

    /// `count` orders of a dollar each by `customer`, a minute apart, beginning with day `day`.
    private static func orders(_ customer: String, _ count: Int, day: Double) -> [ScriptedEvent] {
        (0..<count).map {
            .order(
                EventTime(milliseconds: Policies.days(day).milliseconds + Int64($0) * 60_000), customer,
                "\(customer)-\($0)", .completed, 100)
        }
    }

    @Test func `what two histories have too much of goes from the oldest into the totals, and nothing is lost`() throws
    {
        let lifetime = Measure(.spend, windowDays: nil)
        var run = EngineRun(Policies.spend(windowDays: 60, more: [lifetime, Measure(.orders, windowDays: nil)]))
        run.apply(Self.orders("a", 5_000, day: 0))
        run.apply(Self.orders("b", 5_000, day: 10))
        run.apply([.command(Policies.days(20), "a", "m", .merge("b"))])
        #expect(run.rejections.isEmpty)
        #expect(run.measure(1, of: "a", at: Policies.days(20)) == 10_000)
        #expect(run.measure(2, of: "a", at: Policies.days(20)) == 10_000)
        // 8,192 are kept one by one.
        #expect(run.measure(0, of: "a", at: Policies.days(20)) == 8_192)
        let images = try run.images()
        let image = try #require(images.first)
        #expect(image.orders.count == 8_192 && image.folded.orders == 1_808)
        #expect(image.folded.spend.minorUnits == 180_800)
        var restored = try run.restored()
        restored.apply([.order(Policies.start, "a", "a-0", .completed, 100)])
        #expect(restored.rejections.map(\.reason) == [.tooLate])
        #expect(restored.measure(1, of: "a", at: Policies.days(20)) == 10_000)
    }

    @Test func `an order goes into the totals with its refunds, or stays with them`() throws {
        var run = EngineRun(Policies.spend(windowDays: 60, more: [Measure(.spend, windowDays: nil)]))
        run.apply([.order(Policies.days(-1), "a", "old", .completed, 10_000)])
        for index in 0..<3 {
            run.apply([.order(Policies.hours(-Double(3 - index)), "a", "old", .refunded, 0, refund: 1_000)])
        }
        run.apply(Self.orders("a", 4_000, day: 0))
        run.apply(Self.orders("b", 4_190, day: 10))
        run.apply([.command(Policies.days(20), "a", "m", .merge("b"))])
        let images = try run.images()
        let image = try #require(images.first)
        // 8,194 lines are two too many; the order and its three refunds go together.
        #expect(image.orders.count == 8_190 && image.folded.orders == 1 && image.folded.spend.minorUnits == 7_000)
        #expect(run.measure(1, of: "a", at: Policies.days(20)) == 8_260)
    }

    @Test func `two full histories of the same orders are one`() throws {
        var run = EngineRun(Policies.spend(windowDays: 60))
        for customer in ["a", "b"] {
            run.apply(
                Self.orders("x", 8_192, day: 0).map {
                    var event = $0
                    event.customer = customer
                    return event
                })
        }
        run.apply([.command(Policies.days(20), "a", "m", .merge("b"))])
        #expect(run.measure(0, of: "a", at: Policies.days(20)) == 8_192)
        let images = try run.images()
        #expect(images.first?.folded.orders == 0)
    }
}
