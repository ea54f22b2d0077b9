/// An instant of event time: milliseconds since 1970-01-01T00:00:00Z.
package struct EventTime: Hashable, Comparable, Sendable {
    package var milliseconds: Int64

    @inlinable package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// The first instant an event may carry: the epoch itself.
    package static let earliest = EventTime(milliseconds: 0)
    /// 2100-01-01T00:00:00Z, the first instant that is out of range. The order records keep 42 bits of it.
    package static let outOfRange = EventTime(milliseconds: 4_102_444_800_000)
    /// Later than any event or deadline.
    package static let never = EventTime(milliseconds: .max)

    @inlinable package static func < (left: EventTime, right: EventTime) -> Bool {
        left.milliseconds < right.milliseconds
    }
    @inlinable package static func + (left: EventTime, right: TimeSpan) -> EventTime {
        EventTime(milliseconds: left.milliseconds &+ right.milliseconds)
    }
    @inlinable package static func - (left: EventTime, right: EventTime) -> TimeSpan {
        TimeSpan(milliseconds: left.milliseconds &- right.milliseconds)
    }
}

/// Written out, because the default ones compare through a witness table outside this module.
extension EventTime {
    @inlinable package static func == (left: EventTime, right: EventTime) -> Bool {
        left.milliseconds == right.milliseconds
    }
    @inlinable package static func != (left: EventTime, right: EventTime) -> Bool {
        left.milliseconds != right.milliseconds
    }
    @inlinable package static func > (left: EventTime, right: EventTime) -> Bool {
        left.milliseconds > right.milliseconds
    }
    @inlinable package static func >= (left: EventTime, right: EventTime) -> Bool {
        left.milliseconds >= right.milliseconds
    }
    @inlinable package static func <= (left: EventTime, right: EventTime) -> Bool {
        left.milliseconds <= right.milliseconds
    }
}

/// A length of time in milliseconds.
package struct TimeSpan: Hashable, Comparable, Sendable {
    package var milliseconds: Int64

    @inlinable package init(milliseconds: Int64) { self.milliseconds = milliseconds }
    @inlinable package static func days(_ count: Int) -> TimeSpan { TimeSpan(milliseconds: Int64(count) * 86_400_000) }
    @inlinable package static func minutes(_ count: Int) -> TimeSpan { TimeSpan(milliseconds: Int64(count) * 60_000) }
    package static let zero = TimeSpan(milliseconds: 0)
    package static let millisecondsPerDay: Double = 86_400_000

    /// The span in days of 24 hours.
    @inlinable package var days: Double { Double(milliseconds) / TimeSpan.millisecondsPerDay }

    @inlinable package static func < (left: TimeSpan, right: TimeSpan) -> Bool {
        left.milliseconds < right.milliseconds
    }
}
