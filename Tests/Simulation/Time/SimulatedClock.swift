import Scoring

/// Virtual time and all that is to happen in it. Nothing happens between two appointments, so hours cost nothing.
///
/// Appointments of one instant are kept in the order in which they were made: a run depends on its seed alone.
package final class SimulatedClock {
    package private(set) var now = VirtualTime.start
    /// A binary heap by (time, number).
    private var agenda: [Appointment] = []
    private var cancelled: Set<Int> = []
    private var made = 0

    private struct Appointment {
        var time: VirtualTime
        var number: Int
        var body: () -> Void

        func isBefore(_ other: Appointment) -> Bool {
            time == other.time ? number < other.number : time < other.time
        }
    }

    /// What `cancel` takes.
    package struct Ticket: Hashable, Sendable {
        fileprivate let number: Int
    }

    package init() {}

    /// Calls `body` at `time`, or at once after what is due now when that has passed.
    @discardableResult
    package func schedule(at time: VirtualTime, _ body: @escaping () -> Void) -> Ticket {
        made += 1
        agenda.append(Appointment(time: max(time, now), number: made, body: body))
        siftUp(agenda.count - 1)
        return Ticket(number: made)
    }

    @discardableResult
    package func schedule(after delay: TimeSpan, _ body: @escaping () -> Void) -> Ticket {
        schedule(at: now + delay, body)
    }

    /// A kept or unknown appointment may be cancelled as well; that does nothing.
    package func cancel(_ ticket: Ticket) {
        if agenda.contains(where: { $0.number == ticket.number }) { cancelled.insert(ticket.number) }
    }

    /// Forgets every appointment, and with it whoever had made one: the world has ended.
    package func letGo() { (agenda, cancelled) = ([], []) }

    /// Keeps the next appointment; returns false when there is none.
    @discardableResult
    package func step() -> Bool {
        while let next = removeFirst() {
            if cancelled.remove(next.number) != nil { continue }
            now = next.time
            next.body()
            return true
        }
        return false
    }

    /// Keeps every appointment up to and including `time`, which it is then.
    package func run(until time: VirtualTime) {
        while let next = agenda.first, next.time <= time { step() }
        now = max(now, time)
    }

    package func run(for span: TimeSpan) { run(until: now + span) }

    /// Goes on until `condition` holds; returns false when `limit` passes or nothing is left to happen first.
    package func run(within limit: TimeSpan, until condition: () -> Bool) -> Bool {
        let end = now + limit
        while !condition() {
            guard let next = agenda.first, next.time <= end else { return false }
            step()
        }
        return true
    }

    private func removeFirst() -> Appointment? {
        guard let last = agenda.popLast() else { return nil }
        guard let first = agenda.first else { return last }
        agenda[0] = last
        siftDown()
        return first
    }

    private func siftUp(_ start: Int) {
        var child = start
        while child > 0, agenda[child].isBefore(agenda[(child - 1) / 2]) {
            agenda.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private func siftDown() {
        var parent = 0
        while true {
            var least = 2 * parent + 1
            guard least < agenda.count else { return }
            if least + 1 < agenda.count, agenda[least + 1].isBefore(agenda[least]) { least += 1 }
            guard agenda[least].isBefore(agenda[parent]) else { return }
            agenda.swapAt(parent, least)
            parent = least
        }
    }
}
