import RealModule
import Scoring

/// Numbers and dates as people read them; the same in every locale.
enum Figures {
    /// With exactly `places` decimals, half away from zero; a dash where there is none.
    static func decimal(_ value: Double?, _ places: Int) -> String {
        guard let value, value.isFinite, abs(value) < 1e15 else { return "–" }
        let scale = Double.pow(10, places)
        let units = Int64((abs(value) * scale).rounded())
        let whole = grouped(units / Int64(scale))
        let sign = value < 0 && units != 0 ? "−" : ""
        guard places > 0 else { return sign + whole }
        let fraction = String(units % Int64(scale))
        return "\(sign)\(whole).\(String(repeating: "0", count: places - fraction.count))\(fraction)"
    }

    static func percent(_ share: Double?, _ places: Int = 1) -> String {
        decimal(share.map { $0 * 100 }, places) + " %"
    }

    static func count(_ number: Int) -> String { (number < 0 ? "−" : "") + grouped(Int64(abs(number))) }

    /// Minor units as major ones, without decimals.
    static func amount(_ minorUnits: Int64, _ minorPerMajor: Double) -> String {
        decimal(Double(minorUnits) / minorPerMajor, 0)
    }

    /// Thousands apart, so that large numbers can be read.
    private static func grouped(_ number: Int64) -> String {
        var text = ""
        for (index, digit) in String(number).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}

extension DayIndex {
    /// The day as `1997-09-30`.
    package var date: String {
        // Days since 0000-03-01, so that a leap day ends a year (Hinnant's civil_from_days).
        let days = Int(value) + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shifted + 2) / 5 + 1
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(width - text.count, 0)) + text
    }
}
