/// A date of the Gregorian calendar, for periods and terms that people count in months.
package struct CivilDate: Hashable, Sendable {
    package var year: Int
    /// 1…12.
    package var month: Int
    /// 1…31.
    package var day: Int

    package init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    private static let daysInCycle = 146_097
    /// From 0000-03-01, where the computation's years begin, to 1970-01-01.
    private static let epochDay = 719_468

    /// The date of a day; exact for all that `ZoneCalendar` knows (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    package init(_ index: DayIndex) {
        let shifted = Int(index.value) + Self.epochDay
        let cycle = shifted / Self.daysInCycle
        let dayOfCycle = shifted - cycle * Self.daysInCycle
        let yearOfCycle =
            (dayOfCycle - dayOfCycle / 1_460 + dayOfCycle / 36_524 - dayOfCycle / (Self.daysInCycle - 1)) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0)
    }

    package var index: DayIndex {
        let marchYear = month <= 2 ? year - 1 : year
        let cycle = marchYear / 400
        let yearOfCycle = marchYear - cycle * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfCycle = yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear
        return DayIndex(Int32(truncatingIfNeeded: cycle * Self.daysInCycle + dayOfCycle - Self.epochDay))
    }

    /// Months since the year 0, this one included; what months are counted and rounded with.
    package var months: Int { year * 12 + month - 1 }

    /// The same day of another month, or that month's last day where it is shorter.
    package func adding(months more: Int) -> CivilDate {
        let total = months + more
        let first = CivilDate(year: total / 12, month: total % 12 + 1, day: 1)
        return CivilDate(year: first.year, month: first.month, day: min(day, first.daysInMonth))
    }

    private var daysInMonth: Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The first day of the stretch of `length` months that the date is in; stretches begin with month `origin` (1…12).
    package func floor(toMonths length: Int, from origin: Int) -> CivilDate {
        let since = months - (origin - 1)
        let begin = since - since % length + origin - 1
        return CivilDate(year: begin / 12, month: begin % 12 + 1, day: 1)
    }
}
