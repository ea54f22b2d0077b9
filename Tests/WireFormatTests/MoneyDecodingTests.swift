import Scoring
import Testing
import WireFormat

@Suite struct MoneyDecodingTests {
    private func total(_ json: String, _ currency: String) throws -> Result<Int64, Rejection> {
        let record = try DecodedRecord(Sample.order(["total": json, "currency": "\"\(currency)\""]), as: .orders)
        if let rejection = record.rejection { return .failure(rejection) }
        return .success(try #require(record.order).total.minorUnits)
    }

    @Test(arguments: [
        ("29.33", "USD", 2933), ("\"29.33\"", "USD", 2933), ("29.330", "USD", 2933), ("0.1", "USD", 10),
        ("0.2", "USD", 20), ("0.30000000000000000000", "USD", 30), ("1.005e1", "USD", 1005), ("1e2", "USD", 10_000),
        ("\"1e2\"", "USD", 10_000), ("1E+2", "USD", 10_000), ("2933e-2", "USD", 2933), ("0", "USD", 0),
        ("-0", "USD", 0),
        ("-0.00", "USD", 0), ("0e999999999", "USD", 0), ("0.00000", "JPY", 0), ("\"007.50\"", "USD", 750),
        ("29", "JPY", 29), ("29.0", "JPY", 29), ("29.335", "KWD", 29_335), ("0.001", "BHD", 1), ("100", "KWD", 100_000),
        ("703687441776.63", "USD", 70_368_744_177_663),
        ("70368744177663", "JPY", 70_368_744_177_663), ("70368744177.663", "TND", 70_368_744_177_663),
        ("1.15", "EUR", 115), ("8.41", "EUR", 841), ("1000000000000000000000e-20", "USD", 1000),
    ])
    func `amounts are exact`(json: String, currency: String, minorUnits: Int64) throws {
        #expect(try total(json, currency) == .success(minorUnits))
    }

    @Test(arguments: [
        ("29.335", "USD"), ("0.001", "USD"), ("29.5", "JPY"), ("1e-3", "USD"), ("1e-400", "USD"), ("0.0001", "KWD"),
        ("\"\"", "USD"), ("\"1,50\"", "USD"), ("\" 1\"", "USD"), ("\"1 \"", "USD"), ("\"+1\"", "USD"),
        ("\".5\"", "USD"),
        ("\"5.\"", "USD"), ("\"0x10\"", "USD"), ("\"1e\"", "USD"), ("\"1e+\"", "USD"), ("\"--1\"", "USD"),
        ("\"Infinity\"", "USD"), ("\"１\"", "USD"), ("\"1\\u0000\"", "USD"), ("\"-\"", "USD"), ("\"e5\"", "USD"),
        ("1.00000000000000000000000000000001", "USD"),
    ])
    func `amounts that are not exact are refused`(json: String, currency: String) throws {
        #expect(try total(json, currency) == .failure(Rejection(.invalidMoney, .total)))
    }

    @Test(arguments: [
        ("-0.01", "USD"), ("\"-5\"", "USD"), ("703687441776.64", "USD"), ("70368744177664", "JPY"),
        ("70368744177.664", "TND"), ("18446744073709551615", "USD"), ("18446744073709551616", "USD"),
        ("99999999999999999999", "USD"), ("1e400", "USD"), ("1e18", "JPY"), ("1e19", "JPY"), ("1e9999999999", "JPY"),
        ("12345678901234567890123456789.5", "USD"), ("-29.335", "USD"),
    ])
    func `amounts beyond the limits are refused`(json: String, currency: String) throws {
        #expect(try total(json, currency) == .failure(Rejection(.outOfRange, .total)))
    }

    @Test func `currencies change from record to record`() throws {
        var decoder = try RecordDecoder(requiresKey: false)
        var buffer = EventBuffer()
        for currency in ["USD", "JPY", "KWD", "USD", "USD", "JPY"] {
            let json = Sample.order(["total": "5", "currency": "\"\(currency)\""])
            try decoder.decode(Array(json.utf8), key: nil, as: .orders, into: &buffer)
        }
        let totals = buffer.events.map { event -> Int64 in
            if case .order(let order) = event.body { order.total.minorUnits } else { -1 }
        }
        #expect(totals == [500, 5, 5000, 500, 500, 5])
    }
}
