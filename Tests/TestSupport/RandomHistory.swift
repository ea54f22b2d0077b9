import Scoring

/// Event histories drawn at random: bursts, silences of months, and every way in which orders are taken back.
package struct RandomHistory {
    package var batches: [[ScriptedEvent]] = []
    package var end: EventTime

    /// `isInOrder`: no event comes later than one that happened after it.
    package static func draw(
        _ random: inout SeededRandom, customers: Int, events: Int, isInOrder: Bool = false
    ) -> RandomHistory {
        var writer = Writer(random: random, customers: customers, isInOrder: isInOrder)
        for _ in 0..<events { writer.write() }
        random = writer.random
        let pause = TimeSpan(milliseconds: Int64(random.double(0...150) * TimeSpan.millisecondsPerDay))
        return RandomHistory(batches: writer.batches(), end: writer.clock + pause)
    }

    /// All events in the order of the stream.
    package var events: [ScriptedEvent] { batches.flatMap { $0 } }
}

private struct Writer {
    var random: SeededRandom
    let customers: Int
    let isInOrder: Bool
    /// 2026-01-20, so that a year of zones' clock changes lies ahead.
    var clock = EventTime(milliseconds: 1_768_900_000_000)
    private var events: [ScriptedEvent] = []
    private var orderIDs: [String] = []

    init(random: SeededRandom, customers: Int, isInOrder: Bool) {
        self.random = random
        self.customers = customers
        self.isInOrder = isInOrder
    }

    mutating func write() {
        clock = clock + pause()
        let customer = "customer-\(random.below(customers))"
        if random.chance(0.06), !isInOrder, let known = events.randomElement(using: &random) {
            // The very same record again.
            events.append(known)
            return
        }
        events.append(event(customer, at: happened()))
    }

    private mutating func pause() -> TimeSpan {
        let days: Double =
            switch random.below(10) {
            case 0: random.double(20...120)
            case 1, 2: random.double(1...15)
            case 3, 4: 0
            default: random.double(0...1)
            }
        // Whole hours now and then, so that midnights are hit.
        let exact = Int64(days * TimeSpan.millisecondsPerDay)
        return TimeSpan(milliseconds: random.chance(0.1) ? exact / 3_600_000 * 3_600_000 : exact)
    }

    private mutating func happened() -> EventTime {
        guard !isInOrder, random.chance(0.25) else { return clock }
        return EventTime(milliseconds: clock.milliseconds - Int64(random.double(0...90) * TimeSpan.millisecondsPerDay))
    }

    private mutating func event(_ customer: String, at time: EventTime) -> ScriptedEvent {
        let id = "e-\(events.count)"
        switch random.below(10) {
        case 0...3: return order(customer, id, at: time)
        case 4...7:
            return .browse(
                time, customer, id, random.pick(BrowseType.allCases), session: UInt64(random.below(4)),
                dwell: random.chance(0.5) ? 0 : UInt32(random.below(90_000)))
        default:
            let type = random.pick(FeedbackType.allCases)
            let score: UInt16? = random.chance(0.2) ? nil : UInt16(random.below(11) * 1_000)
            return .feedback(time, customer, id, type, score: score)
        }
    }

    private mutating func order(_ customer: String, _ id: String, at time: EventTime) -> ScriptedEvent {
        let amount = Int64(random.below(20_000))
        guard random.chance(0.5) else {
            orderIDs.append("\(customer) \(id)")
            let type = random.pick([OrderType.completed, .completed, .completed, .paid, .placed])
            return .order(
                time, customer, id, type, amount, cost: ScriptedEvent.cost(of: id, amount),
                hasCoupon: ScriptedEvent.hasCoupon(id))
        }
        // Something about an order that exists, or that is still to come.
        let mine = orderIDs.filter { $0.hasPrefix(customer + " ") }.map { String($0.dropFirst(customer.count + 1)) }
        let about = mine.isEmpty || random.chance(0.1) ? "e-\(events.count + 1 + random.below(4))" : random.pick(mine)
        let type = random.pick([OrderType.updated, .cancelled, .refunded, .refunded, .completed])
        let refund: Int64? = type == .refunded && random.chance(0.7) ? Int64(random.below(12_000)) : nil
        let cost = type == .updated ? ScriptedEvent.cost(of: id, amount) : nil
        return .order(time, customer, about, type, amount, refund: refund, cost: cost)
    }

    /// Cut into batches of every size.
    mutating func batches() -> [[ScriptedEvent]] {
        var batches: [[ScriptedEvent]] = []
        var rest = events[...]
        while !rest.isEmpty {
            let size = random.chance(0.6) ? 1 : 1 + random.below(20)
            batches.append(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        return batches
    }
}
