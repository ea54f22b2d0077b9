import Scoring
import ShardEngine
import TestSupport
import Testing

@Suite struct OrderRuleTests {
    @Test func `the rate that an order carries counts before the policy's, if it leads to the policy's currency`() {
        func order(_ id: String, _ rate: CarriedRate?) -> ScriptedEvent {
            ScriptedEvent(
                Policies.start, "a", id,
                .order(
                    OrderEvent(
                        type: .completed, currency: Currencies.jpy, total: Money(minorUnits: 1_000), rate: rate)))
        }
        var run = EngineRun(Policies.spend())
        let cent = ExchangeRate(billionths: 10_000_000)
        run.apply([order("table", nil)])
        #expect(run.measure(0, of: "a", at: Policies.start) == 6.7)
        run.apply([order("carried", CarriedRate(cent))])
        #expect(run.measure(0, of: "a", at: Policies.start) == 16.7)
        run.apply([order("elsewhere", CarriedRate(cent, to: Currencies.jpy))])
        #expect(run.measure(0, of: "a", at: Policies.start) == 23.4)
    }

    private let policy = Policies.spend(
        more: [Measure(.orders, windowDays: 30), Measure(.spend), Measure(.orders), Measure(.spendEWMA)])

    private func spend(_ events: [ScriptedEvent], after days: Double = 5) -> Double? {
        var run = EngineRun(policy)
        for event in events { run.apply([event]) }
        return run.measure(0, of: "a", at: Policies.days(days))
    }

    private func at(_ day: Double, _ id: String, _ type: OrderType, _ total: Int64 = 0, refund: Int64? = nil)
        -> ScriptedEvent
    {
        .order(Policies.days(day), "a", id, type, total, refund: refund)
    }

    @Test func `an order counts once, from the stage the policy names`() {
        #expect(spend([at(0, "1", .placed, 900), at(0.1, "1", .paid, 900)]) == 0)
        #expect(spend([at(0, "1", .placed, 900), at(0.2, "1", .completed, 900), at(0.2, "1", .completed, 900)]) == 9)
    }

    @Test func `refunds, updates and cancellations act on the order, in any order of arrival`() {
        let order = at(0, "1", .completed, 10_000)
        #expect(spend([order, at(1, "1", .refunded, refund: 2_500)]) == 75)
        #expect(spend([at(1, "1", .refunded, refund: 2_500), order]) == 75)
        #expect(spend([order, at(1, "1", .refunded)]) == 0)
        #expect(spend([at(1, "1", .refunded), order]) == 0)
        #expect(spend([order, at(1, "1", .cancelled)]) == 0)
        #expect(spend([at(1, "1", .cancelled), order]) == 0)
        #expect(spend([order, at(1, "1", .updated, 12_000)]) == 120)
        #expect(spend([order, at(2, "1", .updated, 12_000), at(1, "1", .updated, 11_000)]) == 120)
    }

    @Test func `an early refund of nothing gives nothing back`() {
        #expect(spend([at(1, "1", .refunded, refund: 0), at(0, "1", .completed, 10_000)]) == 100)
    }

    @Test func `no order is ever worth less than nothing`() {
        let order = at(0, "1", .completed, 10_000)
        #expect(spend([order, at(1, "1", .refunded, refund: 60_000)]) == 0)
        #expect(spend([order, at(1, "1", .refunded, refund: 6_000), at(2, "1", .updated, 3_000)]) == 0)
        #expect(spend([order, at(1, "1", .refunded), at(2, "1", .refunded)]) == 0)
    }

    @Test func `two refunds of one order are two, one refund told twice is one`() {
        let order = at(0, "1", .completed, 10_000)
        let first = at(1, "1", .refunded, refund: 1_000)
        #expect(spend([order, first, at(2, "1", .refunded, refund: 1_000)]) == 80)
        #expect(spend([order, first, first]) == 90)
        #expect(spend([order, first, at(1, "1", .refunded, refund: 1_001)]) == 79.99)
        // Two refunds that name no amount, at different times, are not one and the same either.
        var run = EngineRun(policy)
        for event in [order, at(1, "1", .refunded), at(2, "1", .refunded)] { run.apply([event]) }
        #expect(run.rejections.isEmpty)
    }

    @Test func `duplicates are refused as duplicates`() {
        var run = EngineRun(policy)
        let events = [
            at(0, "1", .completed, 10_000), at(0, "1", .completed, 10_000), at(1, "1", .refunded, refund: 10),
            at(1, "1", .refunded, refund: 10), at(2, "1", .cancelled), at(2, "1", .cancelled),
        ]
        for event in events { run.apply([event]) }
        #expect(run.rejections.map(\.reason) == [.duplicate, .duplicate, .duplicate])
    }

    @Test func `a refund lands on its order's date`() {
        // The order leaves the window of 30 days, and takes its refund along.
        var run = EngineRun(policy)
        run.apply([at(0, "1", .completed, 10_000), at(20, "2", .completed, 5_000)])
        run.apply([at(29, "1", .refunded, refund: 4_000)])
        #expect(run.measure(0, of: "a", at: Policies.days(29.1)) == 110)
        #expect(run.measure(0, of: "a", at: Policies.days(31)) == 50)
        #expect(run.measure(2, of: "a", at: Policies.days(31)) == 110)
    }

    @Test func `refunding everything is as good as never having bought`() {
        var run = EngineRun(policy)
        for number in 0..<40 { run.apply([at(Double(number) / 2, "\(number)", .completed, Int64(997 * number + 1))]) }
        for number in 0..<40 { run.apply([at(21, "\(number)", number % 2 == 0 ? .refunded : .cancelled)]) }
        for index in 0..<5 { #expect(run.measure(index, of: "a", at: Policies.days(21)) == 0) }
        #expect(run.tiers(of: "a").last == 0)
    }

    @Test func `sums stay exact through ten thousand changes`() {
        var run = EngineRun(Policies.spend(windowDays: 365))
        var random = SeededRandom(seed: 77)
        // Customer by customer, so that the histories stay short enough for a quick test.
        var alive: [[(id: String, amount: Int64)]] = Array(repeating: [], count: 25)
        var events: [ScriptedEvent] = []
        for step in 0..<10_000 {
            let time = Policies.hours(Double(step) / 100)
            let who = random.below(alive.count)
            if random.chance(0.55) || alive[who].isEmpty {
                let amount = Int64(random.below(1 << 40))
                alive[who].append(("o-\(step)", amount))
                events.append(.order(time, "c-\(who)", "o-\(step)", .completed, amount))
            } else {
                let gone = alive[who].remove(at: random.below(alive[who].count))
                events.append(.order(time, "c-\(who)", gone.id, random.chance(0.5) ? .cancelled : .refunded))
            }
        }
        run.apply(events)
        #expect(run.rejections.isEmpty)
        for who in alive.indices {
            let expected = Double(alive[who].reduce(0) { $0 + $1.amount }) / 100
            #expect(run.measure(0, of: "c-\(who)", at: Policies.hours(101)) == expected)
        }
    }

    @Test func `late orders count while a window covers them, older ones are too late`() {
        var run = EngineRun(Policies.spend(windowDays: 30, orderDays: 60))
        run.apply([.order(Policies.days(100), "a", "1", .completed, 1_000)])
        run.apply([.order(Policies.days(75), "a", "2", .completed, 2_000)])
        run.apply([.order(Policies.days(50), "a", "3", .completed, 4_000)])
        run.apply([.order(Policies.days(40), "a", "4", .completed, 8_000)])
        #expect(run.rejections == [EngineRun.Refusal(id: "4", reason: .tooLate)])
        #expect(run.measure(0, of: "a", at: Policies.days(100)) == 30)
    }

    @Test func `other currencies are converted, unknown ones refused`() {
        var run = EngineRun(policy)
        func order(_ id: String, _ currency: CurrencyCode) -> ScriptedEvent {
            ScriptedEvent(
                Policies.start, "a", id,
                .order(OrderEvent(type: .completed, currency: currency, total: Money(minorUnits: 1_000))))
        }
        run.apply([order("1", Currencies.jpy), order("2", CurrencyCode(packed: 0x41_4141))])
        #expect(run.measure(0, of: "a", at: Policies.days(1)) == 6.7)
        #expect(run.rejections == [EngineRun.Refusal(id: "2", reason: .unknownCurrency)])
    }

    @Test func `an amount too large for the narrow form changes nothing for the orders beside it`() {
        let wide: Int64 = 1 << 45
        let small = at(0, "1", .completed, 10_000)
        let large = at(1, "2", .completed, wide)
        #expect(spend([small, large]) == Double(10_000 + wide) / 100)
        #expect(spend([large, small, at(2, "2", .cancelled)]) == 100)
        // Enlarged by an update, with a refund before and after.
        let updated = [small, at(1, "1", .refunded, refund: 1_000), at(2, "1", .updated, wide)]
        #expect(spend(updated) == Double(wide - 1_000) / 100)
        #expect(spend(updated + [at(3, "1", .refunded, refund: wide - 1_001)]) == 0.01)
        // Refunds that wait for their orders.
        #expect(spend([small, at(2, "2", .refunded, refund: wide - 5), large]) == 100.05)
        #expect(spend([at(2, "2", .refunded, refund: wide + 5), at(0, "2", .completed, wide + 5), small]) == 100)
        // Known again, whatever its form was when it came.
        var run = EngineRun(policy)
        for event in [small, large, small, large] { run.apply([event]) }
        #expect(run.rejections.map(\.reason) == [.duplicate, .duplicate])
        // Wide, empty, and narrow again.
        run.apply([at(400, "3", .completed, 500)])
        #expect(run.measure(0, of: "a", at: Policies.days(400)) == 5)
        #expect(run.measure(2, of: "a", at: Policies.days(400)) == Double(10_500 + wide) / 100)
        #expect(run.measure(3, of: "a", at: Policies.days(400)) == 3)
    }

    @Test func `a customer at the limit of orders is refused more, and keeps what there is`() {
        var run = EngineRun(policy)
        run.apply([at(0, "1", .completed, 10_000)])
        // Refunds that wait for their orders take places too.
        run.apply((1..<8_192).map { at(Double($0) / 10_000, "early-\($0)", .refunded) })
        #expect(run.rejections.isEmpty)
        run.apply([at(1, "2", .completed, 500)])
        run.apply([at(1, "1", .updated, 20_000)])
        run.apply([at(1, "1", .refunded, refund: 1)])
        #expect(run.rejections.map(\.reason) == [.customerFull, .customerFull, .customerFull])
        #expect(run.measure(0, of: "a", at: Policies.days(2)) == 100)
        #expect(isClose(run.measure(4, of: "a", at: Policies.days(1)) ?? 0, 99.232795, relative: 1e-6))
    }
}
