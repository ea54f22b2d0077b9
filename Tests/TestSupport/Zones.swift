import Foundation
import Scoring

/// Compiled calendars of real zones, from the host's time-zone data, for the years that tests use.
package enum Zones {
    /// The calendar of an IANA zone; nil if the host does not know it.
    package static func calendar(_ name: String, from start: Int = 1970, to end: Int = 2040) -> ZoneCalendar? {
        guard let zone = TimeZone(identifier: name) else { return nil }
        var date = Date(timeIntervalSince1970: Double(start - 1970) * 365.25 * 86_400)
        var transitions = [
            ZoneCalendar.Transition(
                from: EventTime(milliseconds: 0), offsetSeconds: Int32(zone.secondsFromGMT(for: date)))
        ]
        let last = Date(timeIntervalSince1970: Double(end - 1970) * 365.25 * 86_400)
        while let next = zone.nextDaylightSavingTimeTransition(after: date), next < last, next > date {
            date = next
            let offset = Int32(zone.secondsFromGMT(for: next.addingTimeInterval(1)))
            guard offset != transitions[transitions.count - 1].offsetSeconds else { continue }
            transitions.append(
                ZoneCalendar.Transition(
                    from: EventTime(milliseconds: Int64((next.timeIntervalSince1970 * 1000).rounded())),
                    offsetSeconds: offset))
        }
        return ZoneCalendar(zone: name, transitions: transitions)
    }
}
