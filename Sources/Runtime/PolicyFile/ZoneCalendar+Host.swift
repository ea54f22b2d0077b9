import Foundation
import Scoring

extension ZoneCalendar {
    /// The IANA names that the host lists; it knows aliases besides.
    static var hostZones: [String] { TimeZone.knownTimeZoneIdentifiers + ["UTC"] }

    /// The offsets of an IANA zone from 1970 to 2120, by the host's time-zone data; nil if the host does not know it.
    package init?(host name: String) {
        // Foundation also takes abbreviations and "GMT+3" for zones, which other systems do not.
        guard Self.hostZones.contains(name) || name.contains("/"), let zone = TimeZone(identifier: name) else {
            return nil
        }
        self.init(zone: name, transitions: zone.transitions)
    }
}

extension TimeZone {
    private static let secondsPerDay = 86_400
    /// 1970 to 2119: beyond the last day that a calendar holds.
    private static let days = 54_787

    /// Found by looking once a day: Foundation's own search promises changes of summer time only, not of the standard
    /// offset (Kathmandu in 1986).
    fileprivate var transitions: [ZoneCalendar.Transition] {
        var transitions = [transition(at: 0)]
        var last = offset(at: 0)
        for day in 1..<Self.days {
            let midnight = day * Self.secondsPerDay
            let current = offset(at: midnight)
            guard current != last else { continue }
            transitions.append(transition(at: firstSecond(of: current, upTo: midnight)))
            last = current
        }
        return transitions
    }

    private func transition(at second: Int) -> ZoneCalendar.Transition {
        ZoneCalendar.Transition(
            from: EventTime(milliseconds: Int64(second) * 1000), offsetSeconds: Int32(clamping: offset(at: second)))
    }

    /// Halves the day that ends at `midnight` down to the second.
    private func firstSecond(of offset: Int, upTo midnight: Int) -> Int {
        var (before, after) = (midnight - Self.secondsPerDay, midnight)
        while after - before > 1 {
            let middle = (before + after) / 2
            if self.offset(at: middle) == offset { after = middle } else { before = middle }
        }
        return after
    }

    private func offset(at second: Int) -> Int { secondsFromGMT(for: Date(timeIntervalSince1970: Double(second))) }
}
