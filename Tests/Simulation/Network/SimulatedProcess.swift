import Scoring

/// One run of a program, from its start to its end. What it waits for is lost when it dies, and kept while it stands still.
///
///     running ◄─► paused
///        └───► dead ◄──┘
package final class SimulatedProcess {
    package let name: String
    private let clock: SimulatedClock
    private let trace: SimulationTrace
    package private(set) var isDead = false
    /// While later than now, nothing of this process runs.
    private var pausedUntil = VirtualTime.start

    package init(_ name: String, _ clock: SimulatedClock, _ trace: SimulationTrace) {
        self.name = name
        self.clock = clock
        self.trace = trace
    }

    package var isPaused: Bool { clock.now < pausedUntil }

    /// Power cut, kill -9, abort(): no code of the process runs any more. Requests on their way still arrive.
    package func crash() {
        trace.note(name, "crashes")
        isDead = true
    }

    /// The process is stopped, swapped out or moved: its heartbeats too.
    package func pause(for span: TimeSpan) {
        trace.note(name, "stands still for \(span.milliseconds) ms")
        pausedUntil = max(pausedUntil, clock.now + span)
    }

    /// Calls `body` as this process after `delay`: not before a pause ends, and never after a crash.
    package func run(after delay: TimeSpan = .zero, _ body: @escaping () -> Void) {
        clock.schedule(after: delay) { [self] in
            if isDead { return }
            if isPaused { return run(after: pausedUntil - clock.now, body) }
            body()
        }
    }
}
