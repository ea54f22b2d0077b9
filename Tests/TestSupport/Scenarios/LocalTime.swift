import Foundation
import Scoring

/// Instants as the tables of scenarios write them: on the clocks of the policy's time zone.
package struct LocalTime: Sendable {
    private let zone: TimeZone

    package init(_ zone: TimeZone) { self.zone = zone }

    /// Reads `2024-03-31`, `2024-03-31 09:15` or `2024-03-31 09:15:00.250`, each perhaps with an offset such as `+02:00`
    /// behind it, which a time that comes twice needs; nil for anything else.
    package func instant(_ text: String) -> EventTime? {
        let parts = text.split(separator: " ")
        guard (1...3).contains(parts.count), let day = Self.day(parts[0]) else { return nil }
        guard let time = parts.count > 1 ? Self.milliseconds(parts[1]) : 0 else { return nil }
        let local = day + time
        if parts.count == 3 { return Self.offset(parts[2]).map { EventTime(milliseconds: local - $0) } }
        let first = local - offset(at: local)
        return EventTime(milliseconds: local - offset(at: first))
    }

    /// The shortest text for an instant.
    package func text(_ time: EventTime) -> String {
        let local = time.milliseconds + offset(at: time.milliseconds)
        let date = CivilDate(DayIndex(Int32(local / Self.day)))
        let (minutes, rest) = (local % Self.day / 60_000, local % 60_000)
        var text = "\(Self.padded(date.year, 4))-\(Self.padded(date.month))-\(Self.padded(date.day))"
        if local % Self.day > 0 { text += " \(Self.padded(Int(minutes / 60))):\(Self.padded(Int(minutes % 60)))" }
        if rest > 0 { text += ":\(Self.padded(Int(rest / 1000)))" }
        if rest % 1000 > 0 { text += ".\(Self.padded(Int(rest % 1000), 3))" }
        return text
    }

    private static let day: Int64 = 86_400_000

    /// Milliseconds by which local clocks are ahead of UTC.
    private func offset(at milliseconds: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(milliseconds) / 1000))) * 1000
    }

    private static func day(_ text: Substring) -> Int64? {
        let numbers = text.split(separator: "-").compactMap { Int($0) }
        guard numbers.count == 3, text.count == 10 else { return nil }
        let date = CivilDate(year: numbers[0], month: numbers[1], day: numbers[2])
        // A date that does not exist comes back as another.
        guard (1...12).contains(date.month), CivilDate(date.index) == date else { return nil }
        return Int64(date.index.value) * day
    }

    private static func milliseconds(_ text: Substring) -> Int64? {
        let parts = text.split(separator: ":")
        guard (2...3).contains(parts.count), let hours = Int64(parts[0]), let minutes = Int64(parts[1]) else {
            return nil
        }
        guard let seconds = parts.count == 3 ? Double(parts[2]) : 0 else { return nil }
        return hours * 3_600_000 + minutes * 60_000 + Int64((seconds * 1000).rounded())
    }

    private static func offset(_ text: Substring) -> Int64? {
        guard let sign = text.first, sign == "+" || sign == "-", let size = milliseconds(text.dropFirst()) else {
            return nil
        }
        return sign == "+" ? size : -size
    }

    private static func padded(_ number: Int, _ width: Int = 2) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
