import RealModule
import Scoring

/// A customer's purchases, those of one day taken together.
package struct CustomerPurchases: Hashable, Sendable {
    package let id: [UInt8]
    /// Rising, each day once.
    package private(set) var days: [Day] = []

    package struct Day: Hashable, Sendable {
        package var day: DayIndex
        /// Minor units.
        package var amount: Int64
        package init(day: DayIndex, amount: Int64) {
            self.day = day
            self.amount = amount
        }
    }

    package init(id: [UInt8], days: [Day] = []) {
        self.id = id
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
    /// The days themselves.
    package var days: [CustomerPurchases.Day]
    package var today: DayIndex

    package var history: PurchaseHistory { evidence.history }

    /// Nil before the first purchase.
    ///
    /// - Parameter minorPerMajor: 100 for a currency with cents.
    package init?(
        _ purchases: CustomerPurchases, _ customer: Int, on today: DayIndex, ewmaHalfLifeDays: Double,
        minorPerMajor: Double
    ) {
        let days = Array(purchases.until(today))
        guard let first = days.first, let last = days.last else { return nil }
        self.customer = customer
        self.days = days
        self.today = today
        frequency = days.count
        spend = days.reduce(0) { $0 + $1.amount }
        let repeats = Double(days.count - 1)
        meanRepeatAmount = repeats > 0 ? Double(spend - first.amount) / minorPerMajor / repeats : 0
        let ewma = days.reduce(0) { $0 + Self.faded(last.day - $1.day, ewmaHalfLifeDays) }
        evidence = ChurnEvidence(
            history: PurchaseHistory(
                repeats: repeats, ageAtLast: Double(last.day - first.day), age: Double(today - first.day)),
            ewmaAtLast: ewma, monetary: Double(spend) / minorPerMajor)
    }

    /// Σ amount · 2^(−age / half-life), minor units.
    package func spendEWMA(halfLifeDays: Double) -> Double {
        days.reduce(0) { $0 + Double($1.amount) * Self.faded(today - $1.day, halfLifeDays) }
    }

    /// Spent in a window of calendar days, today included; minor units.
    package func spend(days window: Int) -> Int64 {
        days.reduce(0) { $0 + (today - $1.day < window ? $1.amount : 0) }
    }

    private static func faded(_ days: Int, _ halfLife: Double) -> Double {
        Double.exp(-Double.log(2) * Double(days) / halfLife)
    }
}

extension [CustomerPurchases] {
    /// All who have bought until `day`.
    package func asOf(_ day: DayIndex, ewmaHalfLifeDays: Double, minorPerMajor: Double) -> [CustomerAsOf] {
        enumerated().compactMap { index, purchases in
            CustomerAsOf(
                purchases, index, on: day, ewmaHalfLifeDays: ewmaHalfLifeDays, minorPerMajor: minorPerMajor)
        }
    }
}
