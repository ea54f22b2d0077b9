import Scoring
import Testing
import WireFormat

@Suite struct TimeDecodingTests {
    private func time(_ json: String) throws -> Result<Int64, Rejection> {
        let record = try DecodedRecord(Sample.order(["occurred_at": json]), as: .orders)
        if let rejection = record.rejection { return .failure(rejection) }
        return .success(try #require(record.event).time.milliseconds)
    }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("1970-01-01T05:30:00+05:30", 0), ("1969-12-31T19:00:00-05:00", 0),
        ("2026-03-01T10:05:09Z", 1_772_359_509_000), ("2026-03-01t10:05:09z", 1_772_359_509_000),
        ("2026-03-01T18:05:09.250+08:00", 1_772_359_509_250), ("2026-03-01T10:05:09.2509999Z", 1_772_359_509_250),
        ("2026-03-01T10:05:09.2Z", 1_772_359_509_200),
        ("2026-03-01T10:05:09.000000000000000000009Z", 1_772_359_509_000),
        ("2026-03-01T10:05:09-00:00", 1_772_359_509_000), ("2026-02-28T10:06:09-23:59", 1_772_359_509_000),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000), ("2000-02-29T00:00:00Z", 951_782_400_000),
        ("2000-03-01T00:00:00Z", 951_868_800_000), ("1972-12-31T23:59:59Z", 94_694_399_000),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000), ("2017-01-01T05:29:60+05:30", 1_483_228_800_000),
        ("2016-12-31T18:59:60.5-05:00", 1_483_228_800_500), ("2099-12-31T23:59:59.999Z", 4_102_444_799_999),
        ("2100-01-01T00:00:00+00:01", 4_102_444_740_000),
    ])
    func `times of RFC 3339 are read to the millisecond`(text: String, milliseconds: Int64) throws {
        #expect(try time("\"\(text)\"") == .success(milliseconds))
    }

    @Test(arguments: [
        ("0", 0), ("-0", 0), ("1772359509250", 1_772_359_509_250), ("4102444799999", 4_102_444_799_999),
        ("1.77235950925e12", 1_772_359_509_250),
    ])
    func `whole milliseconds are times`(json: String, milliseconds: Int64) throws {
        #expect(try time(json) == .success(milliseconds))
    }

    @Test(arguments: [
        "", "Z", "2026", "2026-03-01", "2026-03-01T10:05:09", "2026-03-01 10:05:09Z", "2026-03-01T10:05Z",
        "2026-3-01T10:05:09Z", "2026-03-01T10:05:09.Z", "2026-03-01T10:05:09,5Z", "2026-03-01T10:05:09+8:00",
        "2026-03-01T10:05:09+0800", "2026-03-01T10:05:09+08", "2026-03-01T10:05:09+24:00", "2026-03-01T10:05:09+08:60",
        "2026-03-01T10:05:09ZZ", "2026-03-01T10:05:09Z ", " 2026-03-01T10:05:09Z", "2026-03-01T24:00:00Z",
        "2026-03-01T10:60:00Z", "2026-03-01T10:05:61Z", "2026-03-01T10:05:60Z", "2026-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z", "-026-01-01T00:00:00Z",
        "20260301T100509Z", "2026-03-01T10:05:0९Z", "2026-03-01T10:05:09\\u0000Z", "1772359509250",
        "2026-03-01T10:05:09.5", "2026-03-01T10:05:09.5+", "2026-03-01T10:05:09/08:00", "2026/03/01T10:05:09Z",
    ])
    func `other texts are no times`(text: String) throws {
        #expect(try time("\"\(text)\"") == .failure(Rejection(.invalidTime, .occurredAt)))
    }

    @Test func `a fraction of a millisecond is no time`() throws {
        #expect(try time("1772359509250.5") == .failure(Rejection(.invalidTime, .occurredAt)))
    }

    @Test(arguments: [
        "\"1969-12-31T23:59:59.999Z\"", "\"2100-01-01T00:00:00Z\"", "\"0000-01-01T00:00:00Z\"",
        "\"9999-12-31T23:59:59Z\"", "\"1970-01-01T00:00:00+00:01\"", "-1", "4102444800000", "1e300", "1e400",
        "18446744073709551616", "9223372036854775808", "-9223372036854775809",
    ])
    func `times before 1970 or after 2099 are out of range`(json: String) throws {
        #expect(try time(json) == .failure(Rejection(.outOfRange, .occurredAt)))
    }

    @Test func `every day of the range is read as it is written`() throws {
        var decoder = try RecordDecoder(requiresKey: false)
        var encoder = EventEncoder()
        var bytes = ContiguousArray<UInt8>()
        var buffer = EventBuffer()
        for day in 0..<47_482 {
            buffer.removeAll()
            bytes.removeAll(keepingCapacity: true)
            let id = [UInt8(ascii: "x")].withUnsafeBytes { buffer.append(text: $0) }
            let time = EventTime(milliseconds: Int64(day) * 86_400_000 + Int64(day * 7_919 % 86_400_000))
            let event = Event(
                time: time, customer: id, customerHash: 1, id: id, idHash: 1, body: .command(CommandEvent(.recompute)))
            encoder.encode(event, in: buffer, into: &bytes)
            try decoder.decode(Array(bytes), key: nil, as: .commands, into: &buffer)
            #expect(buffer.events.last?.time == time)
        }
    }
}
