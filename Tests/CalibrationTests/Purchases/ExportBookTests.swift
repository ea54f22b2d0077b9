import Calibration
import Scoring
import Testing

@Suite struct ExportBookTests {
    private static let dayMilliseconds: Int64 = 86_400_000

    /// A line with these orders and whatever else.
    private func line(_ id: String, orders: String, more: String = "") -> [UInt8] {
        Array(
            (#"{"customer_id":"\#(id)","as_of_ms":\#(500 * Self.dayMilliseconds),"tier":"gold","orders":[\#(orders)],"#
                + #""spend_ewma_minor":0,"spend_ewma_at_ms":0,"earlier_orders":0,"earlier_spend_minor":0,"#
                + #""earlier_purchase_days":0\#(more)}"#).utf8)
    }

    private func order(_ day: Int64, _ amount: Int64, _ kind: String = "order") -> String {
        #"{"id_hash":"1f","time_ms":\#(day * Self.dayMilliseconds + 5),"amount_minor":\#(amount),"kind":"\#(kind)"}"#
    }

    private func days(_ lines: [UInt8]...) throws -> [[Int64]] {
        var book = ExportBook(policy: Samples.policy())
        for line in lines { try book.note(line) }
        return book.customers().map { $0.days.flatMap { [Int64($0.day.value), $0.amount] } }
    }

    @Test func `refunds come off their order's day, and what was withdrawn counts for nothing`() throws {
        let orders = [
            order(3, 700), order(3, 0, "revision"), order(3, -200, "refund"), order(8, 90, "refunded_order"),
            order(8, -90, "refund"), order(9, 50, "cancelled_order"), order(12, 0, "early_cancellation"), order(12, 11),
        ]
        #expect(try days(line("a", orders: orders.joined(separator: ","))) == [[3, 500, 12, 11]])
    }

    @Test func `customers come by id, those without a purchase not at all`() throws {
        let found = try days(
            line("b", orders: order(2, 20)), line("c", orders: order(9, 50, "cancelled_order")),
            line("a", orders: order(1, 10)))
        #expect(found == [[1, 10], [2, 20]])
    }

    @Test func `earlier days count as sums, the day on which they end only once`() throws {
        var book = ExportBook(policy: Samples.policy())
        let earlier =
            #","earlier_first_day":"1970-01-11","earlier_first_day_spend_minor":1000,"earlier_purchase_ewma":1.5,"#
            + #""earlier_last_order_at_ms":\#(40 * Self.dayMilliseconds + 3)"#
        let text = String(
            decoding: line("a", orders: order(40, 500) + "," + order(70, 300), more: earlier), as: UTF8.self
        )
        .replacing(
            #""earlier_spend_minor":0,"earlier_purchase_days":0"#,
            with: #""earlier_spend_minor":4000,"earlier_purchase_days":2"#)
        try book.note(Array(text.utf8))
        let customer = try #require(book.customers().first)
        let known = try #require(
            CustomerAsOf(customer, 0, on: DayIndex(100), ewmaHalfLifeDays: 30, minorPerMajor: 100))
        #expect(known.frequency == 3 && known.spend == 4_800)
        #expect(known.history == PurchaseHistory(repeats: 2, ageAtLast: 60, age: 90))
        #expect(known.meanRepeatAmount == 19 && abs(known.evidence.ewmaAtLast - 1.75) < 1e-12)
        #expect(CustomerAsOf(customer, 0, on: DayIndex(39), ewmaHalfLifeDays: 30, minorPerMajor: 100) == nil)
        #expect(!customer.isTold(on: DayIndex(39)) && customer.isTold(on: DayIndex(40)))
    }

    @Test func `a line that is no customer is refused with what is wrong, and a customer twice too`() throws {
        var book = ExportBook(policy: Samples.policy())
        #expect(throws: ExportError.notACustomer(reason: "it is not a JSON object")) {
            try book.note(Array("nonsense".utf8))
        }
        #expect(throws: ExportError.notACustomer(reason: "customer_id is missing")) { try book.note(Array("{}".utf8)) }
        #expect(throws: ExportError.notACustomer(reason: "customer_id is of another type")) {
            try book.note(Array(#"{"customer_id":7}"#.utf8))
        }
        try book.note(line("a", orders: ""))
        #expect(throws: ExportError.customerTwice) { try book.note(line("a", orders: "")) }
    }

    @Test func `of a day before the sums end no fit is made`() throws {
        let sums = CustomerPurchases.Earlier(
            first: DayIndex(10), last: DayIndex(300), days: 3, spend: 900, firstDaySpend: 300, ewmaAtLast: 1,
            spendEWMAAtLast: 100)
        let settings = HistoryFit.Settings(
            Samples.policy(), until: DayIndex(299), horizonDays: 90)
        #expect(throws: CalibrationError.summedUp(day: "1970-10-27", customers: 1)) {
            try HistoryFit([CustomerPurchases(id: [1], earlier: sums)], settings)
        }
    }
}
