import Scoring
import TestSupport
import Testing

@Suite struct ZoneCalendarTests {
    private let hour: Int64 = 3_600_000

    private func calendar(_ name: String, _ transitions: (from: Int64, offset: Int32)...) -> ZoneCalendar {
        ZoneCalendar(
            zone: name,
            transitions: transitions.map {
                .init(from: EventTime(milliseconds: $0.from * 1000), offsetSeconds: $0.offset)
            })
    }

    /// Days since 1970-01-01 of a civil date (Hinnant's algorithm).
    private func day(_ year: Int, _ month: Int, _ day: Int) -> DayIndex {
        let y = month <= 2 ? year - 1 : year
        let era = y / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return DayIndex(Int32(era * 146_097 + dayOfEra - 719_468))
    }

    private func length(_ calendar: ZoneCalendar, _ day: DayIndex) -> Int64 {
        (calendar.start(of: day + 1) - calendar.start(of: day)).milliseconds
    }

    @Test func `Berlin has days of 23 and of 25 hours`() {
        // 2026-03-29T01:00Z to +02:00, 2026-10-25T01:00Z to +01:00.
        let berlin = calendar("Europe/Berlin", (0, 3_600), (1_774_746_000, 7_200), (1_792_890_000, 3_600))
        #expect(length(berlin, day(2026, 3, 29)) == 23 * hour)
        #expect(length(berlin, day(2026, 10, 25)) == 25 * hour)
        #expect(length(berlin, day(2026, 6, 1)) == 24 * hour)
        #expect(berlin.start(of: day(2026, 7, 1)).milliseconds == 1_782_856_800_000)
    }

    @Test func `Sydney turns its clocks the other way round`() throws {
        let sydney = try #require(Zones.calendar("Australia/Sydney"))
        #expect(length(sydney, day(2026, 4, 5)) == 25 * hour)
        #expect(length(sydney, day(2026, 10, 4)) == 23 * hour)
    }

    @Test func `Lord Howe Island shifts by half an hour`() throws {
        let island = try #require(Zones.calendar("Australia/Lord_Howe"))
        #expect(length(island, day(2026, 4, 5)) == 24 * hour + hour / 2)
        #expect(length(island, day(2026, 10, 4)) == 24 * hour - hour / 2)
    }

    @Test func `a day whose midnight is skipped begins at one`() {
        // São Paulo, 2018-11-04: 00:00 at −03:00 becomes 01:00 at −02:00, at 03:00Z.
        let paulo = calendar("America/Sao_Paulo", (0, -10_800), (1_541_300_400, -7_200))
        #expect(paulo.start(of: day(2018, 11, 4)).milliseconds == 1_541_300_400_000)
        #expect(length(paulo, day(2018, 11, 4)) == 23 * hour)
        #expect(paulo.day(of: EventTime(milliseconds: 1_541_300_399_999)) == day(2018, 11, 3))
    }

    @Test func `a midnight that is taken back belongs to the day before`() {
        // São Paulo, 2018-02-18: 00:00 at −02:00 becomes 23:00 of the 17th at −03:00, at 02:00Z.
        let paulo = calendar("America/Sao_Paulo", (0, -7_200), (1_518_919_200, -10_800))
        #expect(paulo.day(of: EventTime(milliseconds: 1_518_919_200_000)) == day(2018, 2, 17))
        #expect(paulo.start(of: day(2018, 2, 18)).milliseconds == 1_518_922_800_000)
        #expect(length(paulo, day(2018, 2, 17)) == 25 * hour)
    }

    @Test func `a date that a zone leaves out is empty`() {
        // Apia crossed the date line at the end of 2011-12-29: the 30th never was.
        let apia = calendar("Pacific/Apia", (0, -36_000), (1_325_239_200, 50_400))
        #expect(length(apia, day(2011, 12, 30)) == 0)
        #expect(apia.day(of: apia.start(of: day(2011, 12, 31))) == day(2011, 12, 31))
        #expect(length(apia, day(2011, 12, 31)) == 24 * hour)
    }

    @Test(arguments: ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kolkata"])
    func `every instant lies in its day`(zone: String) throws {
        let calendar = try #require(Zones.calendar(zone))
        var random = SeededRandom(seed: 11)
        for _ in 0..<20_000 {
            let time = EventTime(milliseconds: Int64(random.double(1e9...2.2e12)))
            let day = calendar.day(of: time)
            #expect(calendar.start(of: day) <= time && time < calendar.start(of: day + 1))
        }
    }

    @Test func `a day starts in itself and the millisecond before does not`() {
        for index in stride(from: Int32(1), to: 47_000, by: 7) {
            let start = ZoneCalendar.utc.start(of: DayIndex(index))
            #expect(ZoneCalendar.utc.day(of: start) == DayIndex(index))
            #expect(ZoneCalendar.utc.day(of: EventTime(milliseconds: start.milliseconds - 1)) == DayIndex(index - 1))
        }
    }

    @Test func `a window of one day begins today`() {
        let today = day(2026, 5, 5)
        #expect(ZoneCalendar.utc.windowStart(days: 1, seenOn: today) == ZoneCalendar.utc.start(of: today))
        #expect(ZoneCalendar.utc.windowStart(days: 30, seenOn: today) == ZoneCalendar.utc.start(of: day(2026, 4, 6)))
    }

    @Test func `times outside the table are clamped, not trapped`() {
        #expect(ZoneCalendar.utc.day(of: EventTime(milliseconds: -5)) == DayIndex(0))
        #expect(ZoneCalendar.utc.day(of: .never) > day(2099, 12, 31))
        #expect(ZoneCalendar.utc.start(of: DayIndex(-3)).milliseconds == 0)
        #expect(ZoneCalendar.utc.day(of: .outOfRange) == day(2100, 1, 1))
    }
}
