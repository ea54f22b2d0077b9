import Scoring
import Testing
import WireFormat

@Suite struct OrderLinesTests {
    private func decode(_ items: String, _ changes: [String: String?] = [:]) throws -> DecodedRecord {
        try DecodedRecord(Sample.order(["items": items].merging(changes) { $1 }), as: .orders)
    }

    @Test func `a line has its article, category, quantity and price`() throws {
        let record = try decode(#"[{"unit_price":"12.60","x":[{}],"quantity":3,"category":"m\u00fcsic","sku":"cd-1"}]"#)
        let item = try #require(record.items.first)
        #expect(item.skuHash == StableHash.of("cd-1") && record.buffer.string(item.category) == "müsic")
        #expect(item.quantityThousandths == 3_000 && item.unitPrice == Money(minorUnits: 1260))
        #expect(record.order?.itemCount == 1)
    }

    @Test func `a line needs nothing`() throws {
        let record = try decode(#"[{},{"sku":null,"quantity":null,"unit_price":null,"category":""}]"#)
        let nothing = OrderItem(skuHash: 0, category: .empty)
        #expect(record.items == [nothing, nothing])
        #expect(nothing.quantityThousandths == 1_000 && nothing.unitPrice == nil)
    }

    @Test(arguments: [0, 1, 15, 16, 17, 40]) func `sixteen lines are kept and all are counted`(count: Int) throws {
        let lines = (0..<count).map { "{\"category\":\"c-\($0)\",\"unit_price\":\($0)}" }
        let record = try decode("[" + lines.joined(separator: ",") + "]")
        #expect(record.order?.itemCount == UInt16(count))
        #expect(record.items.map { record.buffer.string($0.category) } == (0..<min(count, 16)).map { "c-\($0)" })
        #expect(record.items.map { $0.unitPrice?.minorUnits } == (0..<min(count, 16)).map { Int64($0) * 100 })
    }

    @Test(arguments: [
        ("1", 1_000), ("0", 0), ("-0", 0), ("2.5", 2_500), ("0.4535", 454), ("0.0004", 0), ("1e-9", 0),
        ("1e2", 100_000),
        ("999999", 999_999_000), ("4294967.295", 4_294_967_295), ("4294967.296", 4_294_967_295),
        ("1e400", 4_294_967_295),
    ])
    func `a quantity is rounded to thousandths and cut at the top`(quantity: String, thousandths: UInt32) throws {
        #expect(try decode("[{\"quantity\":\(quantity)}]").items.first?.quantityThousandths == thousandths)
    }

    @Test(arguments: [("0.125", "USD", 13), ("0.1249", "USD", 12), ("12.6", "JPY", 13), ("1.0005", "KWD", 1001)])
    func `a price is rounded to a minor unit`(price: String, currency: String, minorUnits: Int64) throws {
        let record = try decode("[{\"unit_price\":\(price)}]", ["currency": "\"\(currency)\"", "total": "1"])
        #expect(record.items.first?.unitPrice?.minorUnits == minorUnits)
    }

    @Test func `a price without a currency is no price`() throws {
        let record = try decode(
            #"[{"sku":"a","unit_price":5}]"#, ["type": "\"cancelled\"", "currency": nil, "total": nil])
        #expect(record.items.first?.unitPrice == nil && record.items.first?.skuHash == StableHash.of("a"))
    }

    @Test func `lines follow one another in one buffer`() throws {
        var decoder = try RecordDecoder(requiresKey: false)
        var buffer = EventBuffer()
        for index in 0..<3 {
            let json = Sample.order(["items": "[{\"category\":\"a-\(index)\"},{\"category\":\"b-\(index)\"}]"])
            try decoder.decode(Array(json.utf8), key: nil, as: .orders, into: &buffer)
            #expect(throws: Rejection(.wrongType, .itemQuantity)) {
                let json = Sample.order(["items": #"[{"category":"x"},{"quantity":[]}]"#])
                try decoder.decode(Array(json.utf8), key: nil, as: .orders, into: &buffer)
            }
        }
        #expect(buffer.items.map { buffer.string($0.category) } == ["a-0", "b-0", "a-1", "b-1", "a-2", "b-2"])
        guard case .order(let last) = buffer.events[2].body else { return #expect(Bool(false), "no order") }
        #expect(last.items == ListSpan(offset: 4, count: 2))
    }

    @Test(arguments: [
        (#"{"rate":"7.25"}"#, 7_250_000_000, "-"), (#"{"rate":0.13784,"currency":"CNY"}"#, 137_840_000, "CNY"),
        (#"{"rate":1e-9}"#, 1, "-"), (#"{"currency":null,"rate":"999999999.999999999"}"#, 999_999_999_999_999_999, "-"),
    ])
    func `an order may carry its exchange rate, exact`(json: String, billionths: Int64, currency: String) throws {
        let rate = try DecodedRecord(Sample.order(["exchange_rate": json]), as: .orders).order?.rate
        #expect(rate == CarriedRate(ExchangeRate(billionths: billionths), to: CurrencyCode(currency) ?? .none))
    }
}
