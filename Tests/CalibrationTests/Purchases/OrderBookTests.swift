import Calibration
import RealModule
import Scoring
import TestSupport
import Testing

@Suite struct OrderBookTests {
    private static let eur = CurrencyCode("EUR")!

    private struct Line {
        var order: String
        var customer = "c"
        var day: Int
        var type: OrderType = .completed
        var total: Int64 = 0
        var refund: Int64?
        var currency = Samples.usd
    }

    private func events(_ lines: [Line]) -> EventBuffer {
        var buffer = EventBuffer()
        for line in lines {
            let customer = Array(line.customer.utf8).withUnsafeBytes { buffer.append(text: $0) }
            let body = OrderEvent(
                type: line.type, currency: line.currency, total: Money(minorUnits: line.total),
                refund: line.refund.map { Money(minorUnits: $0) })
            buffer.events.append(
                Event(
                    time: EventTime.earliest + .days(line.day), customer: customer,
                    customerHash: StableHash.of(line.customer), id: .empty, idHash: StableHash.of(line.order),
                    body: .order(body)))
        }
        return buffer
    }

    private func days(_ lines: [Line], countFrom: OrderType = .completed) -> [[Int64]] {
        var book = OrderBook(policy: Samples.policy(countFrom: countFrom))
        book.note(events(lines))
        return book.customers().map { $0.days.flatMap { [Int64($0.day.value), $0.amount] } }
    }

    @Test func `orders of one day are one purchase day, days rise, customers come by id`() {
        let found = days([
            Line(order: "1", customer: "b", day: 9, total: 5), Line(order: "2", customer: "a", day: 3, total: 7),
            Line(order: "3", customer: "b", day: 2, total: 11), Line(order: "4", customer: "b", day: 9, total: 13),
        ])
        #expect(found == [[3, 7], [2, 11, 9, 18]])
    }

    @Test func `an order counts once, from the stage that the policy names, on that day`() {
        let stages = [
            Line(order: "1", day: 1, type: .placed, total: 100), Line(order: "1", day: 2, type: .paid, total: 100),
            Line(order: "1", day: 3, type: .completed, total: 100),
            Line(order: "1", day: 3, type: .completed, total: 100),
        ]
        #expect(days(stages) == [[3, 100]])
        #expect(days(stages, countFrom: .paid) == [[2, 100]])
        #expect(days([stages[0]]) == [])
    }

    @Test func `updates, refunds and cancellations act on the original day in whatever order they come`() {
        let order = Line(order: "1", day: 1, total: 100)
        let update = Line(order: "1", day: 4, type: .updated, total: 80)
        let refund = Line(order: "1", day: 6, type: .refunded, refund: 30)
        #expect(days([order, update, refund]) == [[1, 50]])
        #expect(days([refund, update, order, refund]) == [[1, 50]])
        #expect(days([order, Line(order: "1", day: 5, type: .refunded)]) == [])
        #expect(days([Line(order: "1", day: 5, type: .cancelled), order]) == [])
        #expect(days([order, refund, Line(order: "1", day: 7, type: .refunded, refund: 70)]) == [])
    }

    @Test func `other currencies count at the policy's rate, and without one they are counted as left out`() {
        var book = OrderBook(policy: Samples.policy(rates: [Self.eur: ExchangeRate(billionths: 2_000_000_000)]))
        let yen = CurrencyCode("JPY")!
        book.note(
            events([
                Line(order: "1", day: 1, total: 100, currency: Self.eur),
                Line(order: "2", day: 2, total: 5, currency: yen),
                Line(order: "3", day: 3, total: 0, currency: yen),
            ]))
        #expect(book.customers().map { $0.days.map(\.amount) } == [[200, 0]])
        #expect(book.unconvertible == 1)
    }

    @Test func `what is known as of a day ends with that day`() throws {
        let purchases = CustomerPurchases(
            id: [1],
            days: [(10, 1_000), (40, 3_000), (70, 500)].map { .init(day: DayIndex($0.0), amount: $0.1) })
        #expect(CustomerAsOf(purchases, 0, on: DayIndex(9), ewmaHalfLifeDays: 30, minorPerMajor: 100) == nil)
        let known = try #require(
            CustomerAsOf(purchases, 0, on: DayIndex(69), ewmaHalfLifeDays: 30, minorPerMajor: 100))
        #expect(known.history == PurchaseHistory(repeats: 1, ageAtLast: 30, age: 59))
        #expect(isClose(known.evidence.ewmaAtLast, 1.5, relative: 1e-14))
        #expect(known.frequency == 2 && known.spend == 4_000 && known.meanRepeatAmount == 30)
        #expect(known.spend(days: 30) == 3_000 && known.spend(days: 29) == 0)
        let expected = 1_000 * Double.pow(2, -59.0 / 30) + 3_000 * Double.pow(2, -29.0 / 30)
        #expect(isClose(known.spendEWMA(halfLifeDays: 30), expected, relative: 1e-14))
        #expect(purchases.after(DayIndex(40), days: 30).map(\.amount) == [500])
        #expect(purchases.after(DayIndex(40), days: 29).isEmpty)
    }
}
