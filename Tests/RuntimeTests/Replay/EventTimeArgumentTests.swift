import Runtime
import Scoring
import Testing

struct EventTimeArgumentTests {
    @Test(arguments: [
        ("1998-10-01", 907_200_000_000), ("1998-10-01T00:00:00Z", 907_200_000_000),
        ("1998-10-01T02:00:00.5+02:00", 907_200_000_500), ("907200000000", 907_200_000_000), ("0", 0),
    ])
    func `dates, RFC 3339 and epoch milliseconds are instants`(text: String, milliseconds: Int64) {
        #expect(EventTime(argument: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: ["", "yesterday", "1998-13-01", "1998-02-30", "-1", "2100-01-01", "1998-10-01T00:00:00"])
    func `anything else is not`(text: String) {
        #expect(EventTime(argument: text) == nil)
    }
}
