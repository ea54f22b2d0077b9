import Scoring

/// Decoded events of one shard with their origins: contiguous offset ranges of its input partitions.
///
/// The ranges alone describe the batch: events are applied in (event time, input rank, offset) order, however they
/// were fetched. Reused from batch to batch.
package struct Batch {
    package var events = EventBuffer()
    /// Where each event came from; parallel to `events.events`.
    package var sources: ContiguousArray<SourcePosition> = []
    /// Indices into `events.events` in the order of application.
    private var order: ContiguousArray<UInt32> = []

    package init() {}

    package var count: Int { sources.count }

    /// Forgets the events, keeps the memory.
    package mutating func removeAll() {
        events.removeAll()
        sources.removeAll(keepingCapacity: true)
    }

    /// Finds the order of application.
    fileprivate mutating func sort() {
        var sorted = ContiguousArray<UInt32>()
        swap(&sorted, &order)
        sorted.removeAll(keepingCapacity: true)
        for index in 0..<UInt32(count) { sorted.append(index) }
        if !isSorted { sorted.sort { precedes(Int($0), Int($1)) } }
        swap(&sorted, &order)
    }

    private var isSorted: Bool {
        for index in 1..<max(count, 1) where precedes(index, index - 1) { return false }
        return true
    }

    @inline(__always) private func precedes(_ left: Int, _ right: Int) -> Bool {
        let (leftTime, rightTime) = (events.events[left].time, events.events[right].time)
        if leftTime != rightTime { return leftTime < rightTime }
        let (leftInput, rightInput) = (sources[left].input.rawValue, sources[right].input.rawValue)
        if leftInput != rightInput { return leftInput < rightInput }
        return sources[left].offset < sources[right].offset
    }
}

/// A sorted batch where it lies in memory: reading an event counts no references. Valid while the batch is applied.
private struct BatchView {
    let events: UnsafeBufferPointer<Event>
    let sources: UnsafeBufferPointer<SourcePosition>
    let order: UnsafeBufferPointer<UInt32>
    let parts: EventParts
}

extension Batch {
    @inline(__always) fileprivate func withView(_ body: (BatchView) -> Void) {
        events.withParts { parts in
            events.events.withUnsafeBufferPointer { events in
                sources.withUnsafeBufferPointer { sources in
                    order.withUnsafeBufferPointer { order in
                        body(BatchView(events: events, sources: sources, order: order, parts: parts))
                    }
                }
            }
        }
    }
}

/// An event of a batch that the engine refused.
package struct RejectedEvent: Sendable {
    /// Its index in the batch.
    package var index: Int
    package var rejection: Rejection
}

extension ShardEngine {
    /// Applies a batch: its events in order, each after the deadlines that fell due before it, as far as
    /// `deadlineLimit` allows; what is left of a wave waits for the next batch. A customer's own deadlines are always
    /// fired before its events.
    package mutating func apply(
        _ batch: inout Batch, wallClock: EventTime, deadlineLimit: Int, into outputs: inout OutputBuffer,
        rejected: inout [RejectedEvent]
    ) {
        var left = deadlineLimit
        present = wallClock
        defer { present = nil }
        batch.sort()
        batch.withView { batch in
            for start in stride(from: 0, to: batch.order.count, by: Warming.group) {
                let group = start..<min(start + Warming.group, batch.order.count)
                warm(batch, group)
                for position in group {
                    let index = Int(batch.order[position])
                    apply(batch, index, wallClock: wallClock, &left, into: &outputs, rejected: &rejected)
                }
            }
        }
    }

    private mutating func warm(_ batch: BatchView, _ group: Range<Int>) {
        warming.begin()
        var latest = EventTime.earliest
        for position in group {
            let index = Int(batch.order[position])
            warming.look(
                batch.events[index].customerHash, isBrowse: batch.sources[index].input == .browse, store.index)
            latest = batch.events[index].time
        }
        if let clock, latest > clock { warming.look(dueBy: latest, wheel) }
        warming.fetch(store)
    }

    @inline(__always) private mutating func apply(
        _ batch: BatchView, _ index: Int, wallClock: EventTime, _ left: inout Int, into outputs: inout OutputBuffer,
        rejected: inout [RejectedEvent]
    ) {
        do throws(Rejection) {
            if left > 0 { left -= fireDue(before: batch.events[index].time, wallClock, limit: left, into: &outputs) }
            try apply(
                batch.events[index], from: batch.sources[index], batch.parts, wallClock: wallClock, into: &outputs)
        } catch {
            rejected.append(RejectedEvent(index: index, rejection: error))
        }
    }

    /// Moves the clock to an event's time, unless the event will be refused for it, and fires what is due by then.
    private mutating func fireDue(
        before time: EventTime, _ wallClock: EventTime, limit: Int, into outputs: inout OutputBuffer
    ) -> Int {
        guard let clock, time > clock, time < .outOfRange, !rules.isTooFarAhead(time, of: clock, and: wallClock) else {
            return 0
        }
        advance(to: time)
        return fireDue(limit: limit, into: &outputs)
    }
}
