import Glibc
import Scoring
import Synchronization

/// What moves an idle shard's clock, and what "now" is for judging a far future.
package enum ShardClock: Sendable {
    /// The host's clock.
    case wall
    /// Events only; an idle shard is brought to `until` once, if one is given.
    case event(until: EventTime?)
    /// An accelerated clock that stood at `from` when the process started.
    case lapse(LapseClock)
    /// Whatever is read elsewhere, such as a simulated host's clock.
    case reading(@Sendable () -> EventTime)

    /// Whether only events move time, as over historical data.
    package var isOfEvents: Bool {
        if case .event = self { true } else { false }
    }

    /// The instant to which an idle shard's clock may be moved now; nil for none.
    package func tick() -> EventTime? {
        switch self {
        case .wall: WallClock.now
        case .event(let until): until
        case .lapse(let clock): clock.now
        case .reading(let read): read()
        }
    }

    /// The instant against which a far future is judged.
    package func present() -> EventTime {
        switch self {
        case .wall: WallClock.now
        case .event(let until): max(WallClock.now, until ?? .earliest)
        case .lapse(let clock): clock.undelayed
        case .reading(let read): read()
        }
    }
}

/// The host's clock.
package enum WallClock {
    package static var now: EventTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return EventTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}

/// Time that never goes back and does not follow the host's date; for intervals.
package enum SteadyClock {
    /// Seconds.
    package static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

/// A clock that runs `factor` times as fast as the host's, from `from` on, and stops at `until`. It stands still until
/// it is started, and for `delay` seconds after.
package final class LapseClock: Sendable {
    package let from: EventTime
    package let factor: Double
    package let until: EventTime?
    private let delay: Double
    /// `SteadyClock` at the start; nil before.
    private let startedAt: Mutex<Double?>

    package init(from: EventTime, factor: Double, until: EventTime?, delay: Double = 0, isStarted: Bool) {
        self.delay = delay
        self.from = from
        self.factor = factor
        self.until = until
        startedAt = Mutex(isStarted ? SteadyClock.now : nil)
    }

    package func start() { startedAt.withLock { $0 = $0 ?? SteadyClock.now } }

    package var now: EventTime { reading(delayedBy: delay) }

    /// What the clock would show without its delay: no event is dated later than that.
    package var undelayed: EventTime { reading(delayedBy: 0) }

    private func reading(delayedBy delay: Double) -> EventTime {
        guard let start = startedAt.withLock({ $0 }) else { return from }
        let elapsed = max(0, SteadyClock.now - start - delay) * 1000 * factor
        let time = EventTime(milliseconds: from.milliseconds + Int64(elapsed))
        return until.map { min($0, time) } ?? time
    }
}
