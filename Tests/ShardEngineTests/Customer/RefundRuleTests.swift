import Scoring
import ShardEngine
import TestSupport
import Testing

/// Refunds of orders in a currency that is not the policy's: the rate was fixed with the order, and is not kept.
@Suite struct RefundRuleTests {
    private static let euro = CurrencyCode(packed: 0x45_5552)

    /// Dollars of 30 days, and how many orders count.
    private static let policy = Policies.spend(more: [Measure(.orders, windowDays: 30)])

    /// An order whose producer converted it, at 1.1 dollars for a euro.
    private static func order(_ cents: Int64, _ id: String = "1", at day: Double = 0) -> ScriptedEvent {
        event(
            id, at: day,
            OrderEvent(
                type: .completed, currency: euro, total: Money(minorUnits: cents),
                rate: CarriedRate(ExchangeRate(billionths: 1_100_000_000))))
    }

    private static func refund(
        _ cents: Int64?, of total: Int64 = 0, at day: Double = 1, _ currency: CurrencyCode = euro,
        rate: CarriedRate? = nil
    ) -> ScriptedEvent {
        event(
            "1", at: day,
            OrderEvent(
                type: .refunded, currency: currency, total: Money(minorUnits: total),
                refund: cents.map { Money(minorUnits: $0) }, rate: rate))
    }

    private static func event(_ id: String, at day: Double, _ order: OrderEvent) -> ScriptedEvent {
        ScriptedEvent(Policies.days(day), "a", id, .order(order))
    }

    /// What is left, and how many orders count.
    private static func left(_ events: [ScriptedEvent]) -> [Double?] {
        var run = EngineRun(policy)
        for event in events { run.apply([event]) }
        #expect(run.rejections.isEmpty)
        return [run.measure(0, of: "a", at: Policies.days(5)), run.measure(1, of: "a", at: Policies.days(5))]
    }

    @Test func `a refund that names its order's total takes back the share, at the rate of the order`() {
        #expect(Self.left([Self.order(100_000)]) == [1_100, 1])
        #expect(Self.left([Self.order(100_000), Self.refund(25_000, of: 100_000)]) == [825, 1])
        #expect(Self.left([Self.order(100_000), Self.refund(100_000, of: 100_000)]) == [0, 0])
        #expect(Self.left([Self.order(100_000), Self.refund(120_000, of: 100_000)]) == [0, 0])
        // A rate that comes along is another day's.
        let dear = CarriedRate(ExchangeRate(billionths: 2_000_000_000))
        #expect(Self.left([Self.order(100_000), Self.refund(25_000, of: 100_000, rate: dear)]) == [825, 1])
    }

    @Test func `pieces that add up to the order leave nothing of it, whatever they come to`() {
        // 110.01 dollars, of which a third is 36.67.
        let pieces = (1...3).map { Self.refund($0 < 3 ? 3_333 : 3_335, of: 10_001, at: Double($0)) }
        #expect(Self.left([Self.order(10_001)] + pieces.prefix(1)) == [73.34, 1])
        #expect(Self.left([Self.order(10_001)] + pieces) == [0, 0])
    }

    @Test(arguments: [(25_000 as Int64, 832.7), (100_000, 7.7)])
    func `a share is the same when it comes before its order, and counts once`(cents: Int64, left: Double) throws {
        var run = EngineRun(Self.policy)
        run.apply([Self.refund(cents, of: 100_000, at: 0.5), Self.refund(cents, of: 100_000, at: 0.5)])
        #expect(run.rejections.map(\.reason) == [.duplicate])
        var restored = try run.restored()
        restored.apply([Self.order(100_000), Self.order(700, "2")])
        #expect(restored.measure(0, of: "a", at: Policies.days(5)) == left)
        restored.apply([Self.refund(25_000, of: 100_000, at: 0.5)])
        #expect(restored.rejections.map(\.reason) == (cents == 25_000 ? [.duplicate] : []))
        #expect(restored.measure(0, of: "a", at: Policies.days(5)) == left)
    }

    @Test func `without the total a refund needs a rate, its own before the policy's`() {
        var run = EngineRun(Self.policy)
        run.apply([Self.order(100_000)])
        run.apply([Self.refund(25_000)])
        #expect(run.rejections.map(\.reason) == [.unknownCurrency])
        run.apply([Self.refund(25_000, at: 2, rate: CarriedRate(ExchangeRate(billionths: 1_000_000_000)))])
        #expect(run.measure(0, of: "a", at: Policies.days(5)) == 850)
        // 1,000 yen by the policy's table.
        run.apply([Self.refund(1_000, at: 3, Currencies.jpy)])
        #expect(run.measure(0, of: "a", at: Policies.days(5)) == 843.3)
        run.apply([Self.refund(nil, at: 4, .none)])
        #expect(run.measure(0, of: "a", at: Policies.days(5)) == 0)
    }

    @Test func `in the policy's currency a refund is what it says, whatever total it names`() {
        #expect(Self.left([Self.order(100_000), Self.refund(10_000, of: 999_999, Currencies.usd)]) == [1_000, 1])
    }

    @Test func `a cancellation needs no rate`() {
        let cancellation = OrderEvent(type: .cancelled, currency: Self.euro, total: Money(minorUnits: 100_000))
        #expect(Self.left([Self.order(100_000), Self.event("1", at: 1, cancellation)]) == [0, 0])
    }

    @Test func `the share of the largest order that there can be is exact`() {
        let most = Money.limit.minorUnits
        let order = Self.event("1", at: 0, OrderEvent(type: .completed, currency: Currencies.usd, total: Money.limit))
        #expect(Self.left([order, Self.refund(1, of: 2)]) == [Double(most / 2) / 100, 1])
        #expect(Self.left([order, Self.refund(0, of: 2)]) == [Double(most) / 100, 1])
    }
}
