import Foundation
import Runtime
import Scoring
import Testing

struct HostZoneTests {
    private func offset(_ zone: String, _ time: String) throws -> (at: Int32, before: Int32) {
        let transitions = try #require(ZoneCalendar(host: zone)).transitions
        let milliseconds = Int64(try Date(time, strategy: .iso8601).timeIntervalSince1970) * 1000
        let index = try #require(transitions.lastIndex { $0.from.milliseconds <= milliseconds })
        let before = transitions.last { $0.from.milliseconds < milliseconds }?.offsetSeconds ?? 0
        return (transitions[index].offsetSeconds, before)
    }

    /// Announced changes, from the IANA database.
    @Test(arguments: [
        ("Europe/Berlin", "2026-03-29T01:00:00Z", 3600, 7200), ("Europe/Berlin", "2026-10-25T01:00:00Z", 7200, 3600),
        ("Europe/Berlin", "1980-04-06T01:00:00Z", 3600, 7200),
        ("America/New_York", "2026-03-08T07:00:00Z", -18_000, -14_400),
        ("America/New_York", "2026-11-01T06:00:00Z", -14_400, -18_000),
        ("America/New_York", "1974-01-06T07:00:00Z", -18_000, -14_400),
        ("Asia/Shanghai", "1986-05-03T18:00:00Z", 28_800, 32_400),
        ("Asia/Shanghai", "1991-09-14T17:00:00Z", 32_400, 28_800),
        ("Asia/Kathmandu", "1985-12-31T18:30:00Z", 19_800, 20_700),
        ("Australia/Lord_Howe", "2026-04-04T15:00:00Z", 39_600, 37_800),
        ("Australia/Lord_Howe", "2026-10-03T15:30:00Z", 37_800, 39_600),
        ("America/Caracas", "2007-12-09T07:00:00Z", -14_400, -16_200),
        ("America/Caracas", "2016-05-01T07:00:00Z", -16_200, -14_400),
        ("Pacific/Apia", "2011-12-30T10:00:00Z", -36_000, 50_400),
        ("Asia/Pyongyang", "2015-08-14T15:00:00Z", 32_400, 30_600),
        ("Africa/Monrovia", "1972-01-07T00:44:30Z", -2670, 0),
    ])
    func `changes happen at the second they were announced for`(
        _ zone: String, _ time: String, _ before: Int32, _ after: Int32
    ) throws {
        let offset = try offset(zone, time)
        #expect(offset.before == before && offset.at == after)
    }

    @Test func `a zone without changes has one offset`() throws {
        #expect(try #require(ZoneCalendar(host: "UTC")).transitions == ZoneCalendar.utc.transitions)
        #expect(try #require(ZoneCalendar(host: "Asia/Kolkata")).transitions.map(\.offsetSeconds) == [19_800])
        #expect(try #require(ZoneCalendar(host: "Asia/Shanghai")).transitions.count == 13)
    }

    @Test func `summer time goes on to the end of the calendar`() throws {
        let berlin = try #require(ZoneCalendar(host: "Europe/Berlin")).transitions
        let last = try #require(berlin.last)
        #expect(
            last.from.milliseconds > EventTime.outOfRange.milliseconds
                + TimeSpan.days(Measure.maximumWindowDays).milliseconds)
        #expect(
            zip(berlin, berlin.dropFirst()).allSatisfy { $0.from < $1.from && $0.offsetSeconds != $1.offsetSeconds })
    }

    @Test func `a day that was skipped has no length`() throws {
        let apia = try #require(ZoneCalendar(host: "Pacific/Apia"))
        // 30 December 2011, when Samoa crossed the date line, is day 15,338.
        #expect(apia.start(of: DayIndex(15_338)) == apia.start(of: DayIndex(15_339)))
        #expect(apia.day(of: EventTime(milliseconds: 1_325_239_200_000)) == DayIndex(15_339))
    }

    @Test(arguments: [
        "Europe/Berlyn", "Mars", "", "GMT+3", "+08:00", "PDT", "europe/berlin", "../etc/passwd", "Europe/",
    ])
    func `a name that is none is refused`(_ name: String) {
        #expect(ZoneCalendar(host: name) == nil)
    }

    @Test(arguments: ["Asia/Kolkata", "Asia/Calcutta", "US/Eastern", "Etc/GMT+3", "Europe/Kyiv", "UTC", "Etc/UTC"])
    func `aliases are names too`(_ name: String) {
        #expect(ZoneCalendar(host: name)?.zone == name)
    }
}
