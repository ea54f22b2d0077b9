import KafkaClient
import Scoring
import TestSupport

/// Draws the records of an input script, one customer's life after the other, then puts them in order of arrival.
struct ScriptWriter {
    private let shape: InputScript.Shape
    private var random: SeededRandom
    private var mutator: RecordMutator
    private var written: [ScriptedRecord] = []
    private var orders: [String] = []
    private var ids = 0

    /// How a customer shops; each moves standings in another way.
    private enum Life: CaseIterable { case regular, risingThenSilent, rare, browsing }

    private static let lateness = TimeSpan.days(40)

    init(_ shape: InputScript.Shape, _ random: SeededRandom) {
        self.shape = shape
        self.random = random
        mutator = RecordMutator(seed: self.random.next())
    }

    mutating func write() -> [ScriptedRecord] {
        let each = max(1, shape.records / max(1, shape.customers))
        for number in 0..<shape.customers { write(number, records: each) }
        // Arrivals of one instant keep the order in which they were drawn.
        return written.enumerated().sorted { ($0.element.arrival, $0.offset) < ($1.element.arrival, $1.offset) }
            .map(\.element)
    }

    private mutating func write(_ number: Int, records: Int) {
        let customer = "customer-\(number)"
        let life = random.pick(Life.allCases)
        orders = []
        var times = (0..<records).map { _ in VirtualTime(milliseconds: arrival(life)) }
        times.sort()
        for time in times { write(one(customer, life, at: time)) }
    }

    private mutating func arrival(_ life: Life) -> Int64 {
        let span = Double(shape.span.milliseconds)
        switch life {
        case .regular, .browsing: return Int64(random.double(0...span))
        case .risingThenSilent: return Int64(random.double(0...span / 3))
        // Two bursts with silence between.
        case .rare: return Int64(random.chance(0.5) ? random.double(0...span / 20) : random.double(span * 0.9...span))
        }
    }

    private mutating func write(_ record: ScriptedRecord) {
        written.append(record)
        guard random.chance(0.05) else { return }
        var again = record
        again.arrival = again.arrival + .milliseconds(random.below(20_000))
        if again.kind == .event || again.kind == .late { again.kind = .duplicate }
        written.append(again)
    }

    private mutating func one(_ customer: String, _ life: Life, at arrival: VirtualTime) -> ScriptedRecord {
        let now = EventTime(milliseconds: shape.start.milliseconds + arrival.milliseconds * shape.rate)
        var kind = ScriptedRecord.Kind.event
        var time = now
        switch random.below(100) {
        case 0: kind = .tombstone
        case 1, 2: kind = .garbage
        case 3:
            kind = .farFuture
            time = now + .days(2 + random.below(400))
        case 4...11:
            kind = .late
            time = EventTime(milliseconds: now.milliseconds - Int64(random.unit() * Double(Self.lateness.milliseconds)))
        // Topics run a little apart, as their producers do.
        default: time = EventTime(milliseconds: now.milliseconds - Int64(random.below(3_600_000)))
        }
        let (event, session) = draw(customer, life, at: time)
        var record = event.encoded(session: session)
        switch kind {
        case .tombstone: record.value = nil
        case .garbage: record.value = garbage(record.value ?? [])
        case .event, .duplicate, .late, .farFuture: break
        }
        let hasEvent = kind != .tombstone && kind != .garbage
        return ScriptedRecord(
            arrival: arrival, partition: place(of: event), record: record, kind: kind, event: hasEvent ? event : nil)
    }

    /// Ends in a bracket, as no object does, so that it is no event whatever the mutation was.
    private mutating func garbage(_ bytes: [UInt8]) -> [UInt8] { mutator.mutate(bytes, with: bytes) + Array("]".utf8) }

    private func place(of event: ScriptedEvent) -> TopicPartition {
        TopicPartition(
            topic: shape.topics[Int(event.input.rawValue)],
            partition: InputScript.shard(of: event.customer, partitions: shape.partitions))
    }

    private mutating func draw(_ customer: String, _ life: Life, at time: EventTime) -> (ScriptedEvent, String) {
        ids += 1
        let isShopping = random.chance(life == .browsing ? 0.1 : 0.5)
        if isShopping { return (order(customer, at: time), "") }
        guard random.chance(0.8) else {
            let type = random.pick(FeedbackType.allCases)
            return (.feedback(time, customer, "f-\(ids)", type, score: UInt16(random.below(11) * 1_000)), "")
        }
        let session = "session-\(random.below(5))"
        return (
            .browse(
                time, customer, "b-\(ids)", random.pick(BrowseType.allCases), session: StableHash.of(session),
                dwell: UInt32(random.below(90_000))),
            session
        )
    }

    private mutating func order(_ customer: String, at time: EventTime) -> ScriptedEvent {
        let amount = Int64(1_000 + random.below(40_000))
        guard random.chance(0.25), let known = orders.last else {
            orders.append("o-\(ids)")
            return .order(
                time, customer, "o-\(ids)", .completed, amount, cost: ScriptedEvent.cost(of: "o-\(ids)", amount))
        }
        let type = random.pick([OrderType.updated, .cancelled, .refunded])
        return .order(time, customer, known, type, amount, refund: type == .refunded ? amount / 2 : nil)
    }
}
