import Calibration
import Scoring
import ShardEngine
import TestSupport
import Testing

/// What the book makes of orders is what the daemon's ledger makes of them, when their events come as they happened.
@Suite struct OrderBookAgreementTests {
    private static let euro = CurrencyCode("EUR")!
    /// Yen have no rate.
    private static let rates = [euro: ExchangeRate(billionths: 2_000_000_000)]
    private static let dear = CarriedRate(ExchangeRate(billionths: 3_000_000_000))

    /// What all orders come to, and how many count.
    private static func policy(countFrom: OrderType) -> Policy {
        var policy = Samples.policy(rates: rates)
        policy.countFrom = countFrom
        policy.measures = [Measure(.spend, windowDays: nil), Measure(.orders, windowDays: nil)]
        return policy
    }

    private static func event(
        _ day: Double, _ type: OrderType, _ currency: CurrencyCode, _ total: Int64 = 0, refund: Int64? = nil,
        rate: CarriedRate? = nil, customer: String = "c"
    ) -> ScriptedEvent {
        ScriptedEvent(
            EventTime.earliest + TimeSpan(milliseconds: Int64((20_000 + day) * TimeSpan.millisecondsPerDay)), customer,
            "order of \(customer)",
            .order(
                OrderEvent(
                    type: type, currency: currency, total: Money(minorUnits: total),
                    refund: refund.map { Money(minorUnits: $0) }, rate: rate)))
    }

    /// What is left of each customer's one order, in minor units, where it counts.
    private struct Left: Equatable {
        var amounts: [String: Int64] = [:]
        var unconvertible = 0
    }

    private static func book(_ events: [ScriptedEvent], countFrom: OrderType = .completed) -> Left {
        var buffer = EventBuffer()
        for event in events {
            let customer = Array(event.customer.utf8).withUnsafeBytes { buffer.append(text: $0) }
            buffer.events.append(
                Event(
                    time: event.time, customer: customer, customerHash: StableHash.of(event.customer), id: .empty,
                    idHash: StableHash.of(event.id), body: event.body))
        }
        var book = OrderBook(policy: policy(countFrom: countFrom))
        book.note(buffer)
        var left = Left(unconvertible: book.unconvertible)
        for customer in book.customers() {
            left.amounts[String(decoding: customer.id, as: UTF8.self)] = customer.days.reduce(0) { $0 + $1.amount }
        }
        return left
    }

    private static func ledger(_ events: [ScriptedEvent], countFrom: OrderType = .completed) -> Left {
        var run = EngineRun(policy(countFrom: countFrom))
        run.apply(events)
        var left = Left(unconvertible: run.rejections.count { $0.reason == .unknownCurrency })
        for customer in Set(events.map(\.customer)) {
            let report = run.engine.report(on: Array(customer.utf8), at: events.map(\.time).max() ?? .earliest)
            guard let report, report.measures[1] == 1, let dollars = report.measures[0] else { continue }
            left.amounts[customer] = Int64((dollars * 100).rounded())
        }
        return left
    }

    @Test func `a refund that names its order's total takes back the share, at the rate of the order`() {
        let order = Self.event(0, .completed, Self.euro, 100_000)
        let refund = Self.event(1, .refunded, Self.euro, 100_000, refund: 25_000, rate: Self.dear)
        #expect(Self.book([order]).amounts == ["c": 200_000])
        #expect(Self.book([order, refund]).amounts == ["c": 150_000])
        #expect(Self.book([refund, order]) == Self.ledger([order, refund]))
        // The share of what the order came to by then.
        let update = Self.event(2, .updated, Self.euro, 80_000)
        #expect(Self.book([order, refund, update]).amounts == ["c": 110_000])
        #expect(Self.book([order, update, refund]) == Self.ledger([order, update, refund]))
    }

    @Test func `a cancellation, or a refund of the whole, needs no rate for the total that it names`() {
        let yen = CurrencyCode("JPY")!
        let order = Self.event(0, .completed, yen, 5_000, rate: Self.dear)
        for end in [Self.event(1, .cancelled, yen, 5_000), Self.event(1, .refunded, yen, 5_000)] {
            #expect(Self.book([order, end]) == Left())
            #expect(Self.ledger([order, end]) == Left())
        }
        #expect(Self.book([order, Self.event(1, .refunded, yen, refund: 100)]).unconvertible == 1)
    }

    @Test(arguments: 0..<60, [OrderType.placed, .paid, .completed])
    func `what is left of an order is what the daemon's ledger leaves of it`(seed: Int, countFrom: OrderType) {
        var random = SeededRandom(seed: UInt64(seed) + 900)
        let events = (0..<40).flatMap { Self.history(of: "customer-\($0)", &random) }.sorted { $0.time < $1.time }
        let book = Self.book(events, countFrom: countFrom)
        #expect(book == Self.ledger(events, countFrom: countFrom), "seed \(seed)")
        #expect(!book.amounts.isEmpty && book.amounts.count < 40 && book.unconvertible > 0)
        #expect(Self.book(events.shuffled(using: &random), countFrom: countFrom) == book, "seed \(seed)")
    }

    @Test(arguments: 0..<60) func `what happens at one instant counts the same in whatever order it comes`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed) + 1_900)
        let events = (0..<40).flatMap { Self.history(of: "customer-\($0)", hasTies: true, &random) }
        #expect(zip(events, events.dropFirst()).contains { $0.time == $1.time && "\($0.body)" != "\($1.body)" })
        let book = Self.book(events, countFrom: .placed)
        for _ in 0..<4 {
            #expect(Self.book(events.shuffled(using: &random), countFrom: .placed) == book, "seed \(seed)")
        }
    }

    /// An order with what happens to it before and after it counts, each stage with a total of its own; some of it comes
    /// twice.
    private static func history(
        of customer: String, hasTies: Bool = false, _ random: inout SeededRandom
    ) -> [ScriptedEvent] {
        let currency = random.pick([Currencies.usd, euro, Currencies.jpy])
        let total = Int64(random.below(50_000))
        let rate = currency == Currencies.jpy || random.chance(0.3) ? dear : nil
        var events: [ScriptedEvent] = []
        var day = 0.0
        let counting = random.chance(0.8) ? 0 : 1
        for step in 0..<2 + random.below(5) {
            if !hasTies || random.chance(0.5) { day += random.double(0.01...9) }
            if step == counting {
                let stages = random.pick([[OrderType.completed], [.placed, .completed], [.placed, .paid, .completed]])
                for (index, stage) in stages.enumerated() {
                    if index > 0, !hasTies || random.chance(0.5) { day += random.double(0.01...2) }
                    let total = index == 0 || random.chance(0.5) ? total : Int64(random.below(50_000))
                    events.append(event(day, stage, currency, total, rate: rate, customer: customer))
                }
            } else {
                events.append(change(at: day, currency, total, customer, &random))
            }
            if random.chance(0.2), let known = events.last { events.append(known) }
        }
        return events
    }

    private static func change(
        at day: Double, _ currency: CurrencyCode, _ total: Int64, _ customer: String, _ random: inout SeededRandom
    ) -> ScriptedEvent {
        let currency = random.chance(0.8) ? currency : random.pick([Currencies.usd, euro, Currencies.jpy])
        let rate = random.chance(0.3) ? dear : nil
        switch random.below(10) {
        case 0: return event(day, .cancelled, currency, total, customer: customer)
        case 1...3:
            return event(day, .updated, currency, Int64(random.below(60_000)), rate: rate, customer: customer)
        default:
            let named = random.chance(0.7) ? total : 0
            let refund = random.chance(0.1) ? nil : Int64(random.below(Int(total) / 2 + 2))
            return event(day, .refunded, currency, named, refund: refund, rate: rate, customer: customer)
        }
    }
}
