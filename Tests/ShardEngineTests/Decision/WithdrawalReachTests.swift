import Scoring
import ShardEngine
import TestSupport
import Testing

/// How far a refund looks back: over every day with an order since the tier was given, and so over no more days than the
/// history has.
@Suite struct WithdrawalReachTests {
    private static let historyDays = 3_653

    /// Silver from 100 dollars in 30 days, for twenty years, unless a refund takes it.
    private static func policy() -> Policy {
        var policy = Policies.spend(orderDays: historyDays)
        policy.validity = Validity(months: 240)
        policy.downgrade.timing = .endOfTerm
        return policy
    }

    /// Silver by one order, and then two of half a dollar on each day that the history has room for but its last; `more`
    /// dollars on day 3,600.
    private static func tenYears(more: Int64 = 0) -> EngineRun {
        var run = EngineRun(policy())
        run.apply([.order(Policies.start, "a", "first", .completed, 20_000)])
        var events: [ScriptedEvent] = []
        for day in 1..<historyDays - 1 {
            for hour in [0.0, 5] {
                let time = Policies.hours(Double(24 * day) + hour)
                events.append(.order(time, "a", "\(day) \(hour)", .completed, 50))
            }
        }
        if more > 0 { events.append(.order(Policies.days(3_600.1), "a", "more", .completed, more * 100)) }
        run.apply(events)
        return run
    }

    private static func refund(after days: Int) -> ScriptedEvent {
        .order(Policies.days(Double(days)), "a", "first", .refunded)
    }

    @Test
    func `a refund of the oldest order that is kept finds the day, ten years later, that has earned the tier by then`()
    {
        var withdrawn = Self.tenYears()
        withdrawn.apply([Self.refund(after: Self.historyDays - 1)])
        #expect(withdrawn.tiers(of: "a") == [1, 0] && withdrawn.said["a"]?.tiers.last?.reason == .orderWithdrawn)
        // Without that order one of the last days had earned it, and now it would not be earned any more.
        var kept = Self.tenYears(more: 80)
        kept.apply([Self.refund(after: Self.historyDays - 1)])
        #expect(kept.tiers(of: "a") == [1] && kept.rejections.isEmpty)
    }

    @Test func `a day later the order has left the history, with its day, and a refund of it takes nothing`() throws {
        var run = Self.tenYears()
        run.apply([Self.refund(after: Self.historyDays)])
        #expect(run.tiers(of: "a") == [1] && run.rejections.isEmpty)
        let images = try run.images()
        let image = try #require(images.first)
        let orders = image.orders.filter { $0.kind == .order }
        #expect(image.folded.orders == 1 && orders.count == 2 * (Self.historyDays - 2))
        #expect(Set(orders.map { $0.time.milliseconds / 86_400_000 }).count < Self.historyDays)
    }
}
