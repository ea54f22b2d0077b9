/// A calendar day of the policy's time zone, counted from 1970-01-01.
package struct DayIndex: Hashable, Comparable, Sendable {
    package var value: Int32
    @inlinable package init(_ value: Int32) { self.value = value }
    @inlinable package static func < (left: DayIndex, right: DayIndex) -> Bool { left.value < right.value }
    @inlinable package static func + (left: DayIndex, days: Int) -> DayIndex {
        DayIndex(left.value &+ Int32(truncatingIfNeeded: days))
    }
    @inlinable package static func - (left: DayIndex, right: DayIndex) -> Int { Int(left.value &- right.value) }
}

/// The calendar days of one time zone as a table of their first instants, so that scoring and replays never ask the host.
///
/// A day that a transition shortens, stretches or shifts starts at the first instant whose local date is that day.
package struct ZoneCalendar: Sendable {
    /// The IANA name, for people.
    package var zone: String
    /// Offsets from UTC, each in force from its instant on; covered by the policy's hash.
    package var transitions: [Transition]
    /// `starts[d]` is the first millisecond of day d; rising.
    package private(set) var starts: ContiguousArray<Int64>

    package struct Transition: Hashable, Sendable {
        package var from: EventTime
        package var offsetSeconds: Int32
        package init(from: EventTime, offsetSeconds: Int32) {
            self.from = from
            self.offsetSeconds = offsetSeconds
        }
    }

    /// The last day of the table: a year beyond `EventTime.outOfRange`, and the longest window beyond that.
    private static let dayCount = 47_847 + Measure.maximumWindowDays
    @inlinable package static var day: Int64 { 86_400_000 }

    /// `transitions` must rise in time and not be empty; the first is taken to hold since ever.
    package init(zone: String, transitions: [Transition]) {
        precondition(!transitions.isEmpty, "a time zone has at least one offset")
        self.zone = zone
        self.transitions = transitions
        starts = []
        starts.reserveCapacity(Self.dayCount)
        var segment = 0
        for index in 0..<Self.dayCount {
            let midnight = Int64(index) * Self.day
            starts.append(Self.firstInstant(localMidnight: midnight, transitions: transitions, segment: &segment))
        }
    }

    package static let utc = ZoneCalendar(zone: "UTC", transitions: [Transition(from: .earliest, offsetSeconds: 0)])

    /// The day that `time` falls on; clamped to the table.
    @inlinable @inline(__always) package func day(of time: EventTime) -> DayIndex {
        let last = starts.count - 2
        var index = min(max(Int(truncatingIfNeeded: (time.milliseconds &- starts[0]) / Self.day), 0), last)
        while index < last, starts[index + 1] <= time.milliseconds { index += 1 }
        while index > 0, starts[index] > time.milliseconds { index -= 1 }
        return DayIndex(Int32(truncatingIfNeeded: index))
    }

    /// The first instant of `day`; clamped to the table.
    @inlinable @inline(__always) package func start(of day: DayIndex) -> EventTime {
        EventTime(milliseconds: starts[min(max(Int(day.value), 0), starts.count - 1)])
    }

    /// The first instant that a window of `days` calendar days covers when it is seen on `day`.
    @inlinable @inline(__always) package func windowStart(days: Int, seenOn day: DayIndex) -> EventTime {
        start(of: day + (1 - days))
    }

    /// The smallest instant whose local time is at least `localMidnight`, in or after `segment`.
    private static func firstInstant(localMidnight: Int64, transitions: [Transition], segment: inout Int) -> Int64 {
        while true {
            let current = transitions[segment]
            let begin = segment == 0 ? Int64.min : current.from.milliseconds
            let candidate = max(begin, localMidnight - Int64(current.offsetSeconds) * 1000)
            guard segment + 1 < transitions.count, candidate >= transitions[segment + 1].from.milliseconds else {
                return candidate
            }
            segment += 1
        }
    }
}
