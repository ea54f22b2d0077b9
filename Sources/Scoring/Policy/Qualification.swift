/// The period that `_period` measures count over: it begins anew for everybody, or for each customer on a day of their own.
package struct QualificationPeriod: Hashable, Sendable {
    package var kind: Kind
    /// The month, 1…12, with which years and quarters begin.
    package var firstMonth: Int

    /// Raw values are the names in policies.
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        case month = "calendar_month"
        case quarter = "calendar_quarter"
        case year = "calendar_year"
        /// A year from the day on which the customer was first seen.
        case anniversary
    }

    package init(_ kind: Kind, firstMonth: Int = 1) {
        self.kind = kind
        self.firstMonth = firstMonth
    }

    /// The first day of the period that `day` is in; `anchor` is the customer's first day.
    package func start(containing day: DayIndex, anchor: DayIndex) -> DayIndex {
        guard kind == .anniversary else {
            return CivilDate(day).floor(toMonths: months, from: firstMonth).index
        }
        guard day >= anchor else { return anchor }
        let first = CivilDate(anchor)
        var years = CivilDate(day).year - first.year
        if first.adding(months: 12 * years).index > day { years -= 1 }
        return first.adding(months: 12 * years).index
    }

    /// The first day after the period that `day` is in.
    package func end(containing day: DayIndex, anchor: DayIndex) -> DayIndex {
        let start = start(containing: day, anchor: anchor)
        guard kind == .anniversary else { return CivilDate(start).adding(months: months).index }
        // Counted from the anchor: 29 February comes back in a leap year.
        let first = CivilDate(anchor)
        let years = CivilDate(start).year - first.year
        return first.adding(months: 12 * (years + 1)).index
    }

    private var months: Int {
        switch kind {
        case .month: 1
        case .quarter: 3
        case .year, .anniversary: 12
        }
    }

    /// The longest that a period can be.
    package var maximumDays: Int {
        switch kind {
        case .month: 31
        case .quarter: 92
        case .year, .anniversary: 366
        }
    }
}

/// For how long a tier is given.
package struct Validity: Hashable, Sendable {
    /// 1…120.
    package var months: Int
    package var rounding: Rounding

    /// To what the end of a term is put off: to when a month, or a quarter or year of the qualification, begins. A term that
    /// ends then by itself is not put off: one of twelve months that is given on the first day of a year, as each renewal is,
    /// runs through that year and no further. Raw values are the names in policies.
    package enum Rounding: String, CaseIterable, Hashable, Sendable {
        case none
        case month = "end_of_month"
        case quarter = "end_of_quarter"
        case year = "end_of_year"
    }

    package init(months: Int, rounding: Rounding = .none) {
        self.months = months
        self.rounding = rounding
    }

    /// The longest that a term can be.
    package var maximumDays: Int { months * 31 + 31 * roundingMonths }

    /// The first instant after a term that begins at `time`: a midnight of the calendar. `firstMonth`, 1…12, is the one with
    /// which years and quarters begin.
    package func end(from time: EventTime, _ calendar: ZoneCalendar, firstMonth: Int = 1) -> EventTime {
        calendar.start(
            of: rounded(CivilDate(calendar.day(of: time)).adding(months: months), firstMonth: firstMonth).index)
    }

    private func rounded(_ date: CivilDate, firstMonth: Int) -> CivilDate {
        guard rounding != .none else { return date }
        let start = date.floor(toMonths: roundingMonths, from: firstMonth)
        return start == date ? date : start.adding(months: roundingMonths)
    }

    private var roundingMonths: Int {
        switch rounding {
        case .none: 0
        case .month: 1
        case .quarter: 3
        case .year: 12
        }
    }
}

/// When tiers end that are given for a term.
package struct TermRule: Sendable {
    private let validity: Validity
    private let calendar: ZoneCalendar
    private let firstMonth: Int

    /// `firstMonth` as in `Validity.end`.
    package init(_ validity: Validity, _ calendar: ZoneCalendar, firstMonth: Int) {
        self.validity = validity
        self.calendar = calendar
        self.firstMonth = firstMonth
    }

    /// The first instant after the term of a tier that is given at `time`; nil for the lowest, which has none.
    package func end(ofTier tier: Int, from time: EventTime) -> EventTime? {
        tier > 0 ? validity.end(from: time, calendar, firstMonth: firstMonth) : nil
    }
}

/// What customers and those who talk to them are told beforehand.
package struct NoticeRule: Hashable, Sendable {
    package var upgrade: Upgrade?
    package var expiry: Expiry?

    package init(upgrade: Upgrade? = nil, expiry: Expiry? = nil) {
        self.upgrade = upgrade
        self.expiry = expiry
    }

    /// The next tier is near.
    package struct Upgrade: Hashable, Sendable {
        /// The part of the requirement that may still be missing: 0.1 = a tenth.
        package var within: Double
        /// Least time between two of them to one customer.
        package var coolDown: TimeSpan
        package init(within: Double, coolDown: TimeSpan) {
            self.within = within
            self.coolDown = coolDown
        }
    }

    /// The tier held will be lost at the end of its term or grace, as things stand.
    package struct Expiry: Hashable, Sendable {
        package var before: TimeSpan
        package var coolDown: TimeSpan
        package init(before: TimeSpan, coolDown: TimeSpan) {
            self.before = before
            self.coolDown = coolDown
        }
    }
}
