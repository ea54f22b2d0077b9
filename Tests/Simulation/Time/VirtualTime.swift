import Scoring

/// An instant of a simulation: milliseconds since it began. Host clocks are derived from it and may be wrong; this is not.
package struct VirtualTime: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static let start = VirtualTime(milliseconds: 0)

    package static func < (left: VirtualTime, right: VirtualTime) -> Bool { left.milliseconds < right.milliseconds }

    package static func + (left: VirtualTime, right: TimeSpan) -> VirtualTime {
        VirtualTime(milliseconds: left.milliseconds + right.milliseconds)
    }

    package static func - (left: VirtualTime, right: VirtualTime) -> TimeSpan {
        TimeSpan(milliseconds: left.milliseconds - right.milliseconds)
    }

    /// Seconds with three places.
    package var description: String {
        let thousandths = String(milliseconds % 1000)
        return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - thousandths.count) + thousandths
    }
}

extension TimeSpan {
    package static func milliseconds(_ count: Int) -> TimeSpan { TimeSpan(milliseconds: Int64(count)) }
    package static func seconds(_ count: Int) -> TimeSpan { TimeSpan(milliseconds: Int64(count) * 1000) }
}
