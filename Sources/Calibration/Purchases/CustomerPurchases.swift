import RealModule
import Scoring

/// A customer's purchases, those of one day taken together.
package struct CustomerPurchases: Hashable, Sendable {
    package let id: [UInt8]
    /// Rising, each day once.
    package private(set) var days: [Day] = []
    /// What came before them, where the source keeps sums only; it may end on the day with which they begin.
    package private(set) var earlier: Earlier?

    package struct Day: Hashable, Sendable {
        package var day: DayIndex
        /// Minor units.
        package var amount: Int64
        package init(day: DayIndex, amount: Int64) {
            self.day = day
            self.amount = amount
        }
    }

    /// The sums of purchase days that are not told one by one.
    package struct Earlier: Hashable, Sendable {
        package var first: DayIndex
        package var last: DayIndex
        package var days: Int
        /// Minor units, of all days and of the first alone.
        package var spend: Int64
        package var firstDaySpend: Int64
        /// Σ 2^(−days before the last / half-life) over the days, with the churn score's half-life.
        package var ewmaAtLast: Double
        /// The same of what was spent, minor units, with the policy's `spend_half_life`.
        package var spendEWMAAtLast: Double

        package init(
            first: DayIndex, last: DayIndex, days: Int, spend: Int64, firstDaySpend: Int64, ewmaAtLast: Double,
            spendEWMAAtLast: Double
        ) {
            self.first = first
            self.last = last
            self.days = days
            self.spend = spend
            self.firstDaySpend = firstDaySpend
            self.ewmaAtLast = ewmaAtLast
            self.spendEWMAAtLast = spendEWMAAtLast
        }
    }

    package init(id: [UInt8], days: [Day] = [], earlier: Earlier? = nil) {
        self.id = id
        self.earlier = earlier
        for day in days { add(day.amount, on: day.day) }
        sortDays()
    }

    mutating func add(_ amount: Int64, on day: DayIndex) { days.append(Day(day: day, amount: amount)) }

    /// Brings the days into order and joins equal ones.
    mutating func sortDays() {
        days.sort { $0.day < $1.day }
        var joined: [Day] = []
        for day in days {
            if joined.last?.day == day.day {
                joined[joined.count - 1].amount += day.amount
            } else {
                joined.append(day)
            }
        }
        days = joined
    }

    /// Whether it can be told what was known at the end of `day`.
    package func isTold(on day: DayIndex) -> Bool { earlier.map { $0.last <= day } ?? true }

    /// Those until `day`, that day included.
    package func until(_ day: DayIndex) -> ArraySlice<Day> { days.prefix { $0.day <= day } }

    /// Those in the `count` days after `day`.
    package func after(_ day: DayIndex, days count: Int) -> ArraySlice<Day> {
        days.drop { $0.day <= day }.prefix { $0.day <= day + count }
    }
}

/// What is known of a customer at the end of a day, in whole days: the input of models, scores and thresholds.
package struct CustomerAsOf: Hashable, Sendable {
    /// The place in the list of customers.
    package var customer: Int
    package var evidence: ChurnEvidence
    /// Days with a purchase, and all that was spent on them, minor units.
    package var frequency: Int
    package var spend: Int64
    /// Mean total of the purchase days after the first, major units; 0 without one.
    package var meanRepeatAmount: Double
    /// The days themselves, without those that are told as sums only.
    package var days: [CustomerPurchases.Day]
    private let earlier: CustomerPurchases.Earlier?
    package var today: DayIndex

    package var history: PurchaseHistory { evidence.history }

    /// Nil before the first purchase, and where it cannot be told.
    ///
    /// - Parameter minorPerMajor: 100 for a currency with cents.
    package init?(
        _ purchases: CustomerPurchases, _ customer: Int, on today: DayIndex, ewmaHalfLifeDays: Double,
        minorPerMajor: Double
    ) {
        let (days, earlier) = (Array(purchases.until(today)), purchases.earlier)
        guard purchases.isTold(on: today), let first = earlier?.first ?? days.first?.day,
            let last = days.last?.day ?? earlier?.last
        else { return nil }
        self.customer = customer
        self.days = days
        self.earlier = earlier
        self.today = today
        // The day on which the sums end may have gone on.
        let counted = days.filter { day in earlier.map { day.day > $0.last } ?? true }
        frequency = (earlier?.days ?? 0) + counted.count
        spend = days.reduce(earlier?.spend ?? 0) { $0 + $1.amount }
        let onFirstDay = days.first.map { $0.day == first ? $0.amount : 0 } ?? 0
        let repeatSpend = spend - (earlier?.firstDaySpend ?? 0) - onFirstDay
        let repeats = Double(frequency - 1)
        meanRepeatAmount = repeats > 0 ? Double(repeatSpend) / minorPerMajor / repeats : 0
        let faded = earlier.map { $0.ewmaAtLast * Self.faded(last - $0.last, ewmaHalfLifeDays) } ?? 0
        let ewma = counted.reduce(faded) { $0 + Self.faded(last - $1.day, ewmaHalfLifeDays) }
        evidence = ChurnEvidence(
            history: PurchaseHistory(
                repeats: repeats, ageAtLast: Double(last - first), age: Double(today - first)),
            ewmaAtLast: ewma, monetary: Double(spend) / minorPerMajor)
    }

    /// Σ amount · 2^(−age / half-life), minor units.
    package func spendEWMA(halfLifeDays: Double) -> Double {
        let start = earlier.map { $0.spendEWMAAtLast * Self.faded(today - $0.last, halfLifeDays) } ?? 0
        return days.reduce(start) { $0 + Double($1.amount) * Self.faded(today - $1.day, halfLifeDays) }
    }

    /// Spent in a window of calendar days, today included, on days that are told one by one; minor units.
    package func spend(days window: Int) -> Int64 {
        days.reduce(0) { $0 + (today - $1.day < window ? $1.amount : 0) }
    }

    private static func faded(_ days: Int, _ halfLife: Double) -> Double {
        Double.exp(-Double.log(2) * Double(days) / halfLife)
    }
}

extension [CustomerPurchases] {
    func sortedByID() -> [CustomerPurchases] { sorted { $0.id.lexicographicallyPrecedes($1.id) } }

    /// All who have bought until `day`.
    package func asOf(_ day: DayIndex, ewmaHalfLifeDays: Double, minorPerMajor: Double) -> [CustomerAsOf] {
        enumerated().compactMap { index, purchases in
            CustomerAsOf(
                purchases, index, on: day, ewmaHalfLifeDays: ewmaHalfLifeDays, minorPerMajor: minorPerMajor)
        }
    }
}
