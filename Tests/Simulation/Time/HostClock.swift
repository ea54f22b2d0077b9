import Scoring

/// What a host believes the date to be: virtual time at a rate, from a date on, and off by what was set wrong.
///
/// A rate above one lets months of event time pass while sessions and time-outs stay at their seconds.
package struct HostClock: Hashable, Sendable {
    private let start: EventTime
    /// Milliseconds of the host's date for each virtual one.
    private let rate: Int64
    package private(set) var skew = TimeSpan.zero

    package init(start: EventTime, rate: Int64 = 1) {
        self.start = start
        self.rate = rate
    }

    package func date(at time: VirtualTime) -> EventTime {
        EventTime(milliseconds: start.milliseconds + time.milliseconds * rate + skew.milliseconds)
    }

    /// Somebody sets the clock; negative goes back.
    package mutating func jump(by span: TimeSpan) {
        skew = TimeSpan(milliseconds: skew.milliseconds + span.milliseconds)
    }
}
