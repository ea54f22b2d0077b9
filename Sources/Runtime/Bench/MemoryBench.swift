import Scoring
import ShardEngine

/// (c) What a customer costs.
package struct MemoryFigures: Sendable {
    package var customers: Int
    package var ordersEach: Int
    package var browseEach: Int
    /// Taken from the system by the engine.
    package var engine: MemoryUse
    /// Growth of the process's resident memory.
    package var residentBytes: Int

    package var engineBytesPerCustomer: Double { perCustomer(engine.total) }
    package var residentBytesPerCustomer: Double { perCustomer(residentBytes) }

    func perCustomer(_ bytes: Int) -> Double { Double(bytes) / Double(max(customers, 1)) }
}

/// Every customer places five orders and comes in four sessions of five views, each order and session on a day of its own,
/// in three categories of the shop's forty and through one channel: what a profile tells of is there.
struct MemoryBench {
    private let policy: Policy
    private let customers: Int
    private let names: [String]

    private static let sessionDays = [0, 7, 14, 21]
    private static let orderDays = [3, 10, 17, 24, 27]
    private static let viewsPerSession = 5
    /// Three minutes of a daemon's idle turns.
    private static let idleTurns = 3_600

    init(policy: Policy, customers: Int) {
        self.policy = policy
        self.customers = customers
        names = (0..<customers).map { Workload.name(ofCustomer: $0) }
    }

    func run() -> MemoryFigures {
        let before = ResidentMemory.bytes
        let engine = makeEngine()
        return MemoryFigures(
            customers: engine.customerCount, ordersEach: Self.orderDays.count,
            browseEach: Self.sessionDays.count * Self.viewsPerSession, engine: engine.memoryUse,
            residentBytes: ResidentMemory.bytes - before)
    }

    /// A shard with all of them.
    func makeEngine() -> ShardEngine {
        var engine = ShardEngine(policy: policy)
        var round = Round()
        for day in 0...(Self.orderDays.last ?? 0) {
            if Self.sessionDays.contains(day) {
                for view in 0..<Self.viewsPerSession { apply(&round, day: day, view: view, to: &engine) }
            }
            if Self.orderDays.contains(day) { apply(&round, day: day, view: nil, to: &engine) }
        }
        // A daemon that has come to the end of its input tidies up at every idle turn.
        for _ in 0..<Self.idleTurns { engine.tidy() }
        return engine
    }

    /// The day after the last order.
    static var nextDay: Int { (orderDays.last ?? 0) + 1 }

    /// Applies a view by each of some customers.
    func browse(_ customers: Range<Int>, day: Int, _ round: inout Round, _ engine: inout ShardEngine) {
        round.batch.removeAll()
        let start = Bench.start.milliseconds + Int64(day) * 86_400_000
        for customer in customers {
            let time = EventTime(milliseconds: start + Int64(customer) * 3_600_000 / Int64(self.customers))
            append(customer, at: time, day: day, view: 0, to: &round)
        }
        engine.apply(
            &round.batch, wallClock: WallClock.now, deadlineLimit: ShardContext.deadlinesPerBatch,
            into: &round.outputs, rejected: &round.rejected)
        round.outputs.removeAll()
    }

    struct Round {
        var random = SplitMix64(seed: 7)
        var batch = Batch()
        var outputs = OutputBuffer()
        var rejected: [RejectedEvent] = []

        mutating func append(_ text: String) -> TextSpan {
            var text = text
            return text.withUTF8 { batch.events.append(text: UnsafeRawBufferPointer($0)) }
        }
    }

    /// One event of every customer within an hour: the `view`th of a session, or an order.
    private func apply(_ round: inout Round, day: Int, view: Int?, to engine: inout ShardEngine) {
        let start = Bench.start.milliseconds + Int64(day * 24 + (view ?? 0)) * 3_600_000
        for first in stride(from: 0, to: customers, by: ScoringBench.batchRecords) {
            round.batch.removeAll()
            for customer in first..<min(first + ScoringBench.batchRecords, customers) {
                let time = EventTime(milliseconds: start + Int64(customer) * 3_600_000 / Int64(customers))
                append(customer, at: time, day: day, view: view, to: &round)
            }
            // Waves come in portions, as in a running shard: their outputs do not pile up.
            engine.apply(
                &round.batch, wallClock: WallClock.now, deadlineLimit: ShardContext.deadlinesPerBatch,
                into: &round.outputs,
                rejected: &round.rejected)
            round.outputs.removeAll()
        }
    }

    private func append(_ customer: Int, at time: EventTime, day: Int, view: Int?, to round: inout Round) {
        let id = "e-\(customer)-\(day)-\(view ?? -1)"
        let body: Event.Body
        if view == nil {
            let total = Money(minorUnits: 500 + Int64(round.random.below(20_000)))
            let line = OrderItem(
                skuHash: StableHash.of(id), category: category(of: customer, &round), unitPrice: total)
            round.batch.events.items.append(line)
            body = .order(
                OrderEvent(
                    type: .completed, currency: policy.currency, total: total,
                    channel: round.append(customer % 3 == 0 ? "app" : "web"),
                    items: ListSpan(offset: round.batch.events.items.count - 1, count: 1), itemCount: 1))
        } else {
            let types: [BrowseType] = [.pageViewed, .productViewed, .productViewed, .searched, .cartAdded]
            let session = StableHash.mix(UInt64(customer) << 8 | UInt64(day), 0x9e37_79b9_7f4a_7c15)
            body = .browse(
                BrowseEvent(
                    type: types[round.random.below(types.count)], sessionHash: session,
                    dwellMilliseconds: UInt32(round.random.below(60_000)),
                    skuHash: StableHash.mix(UInt64(round.random.below(500)), UInt64(customer)),
                    category: category(of: customer, &round)))
        }
        let event = Event(
            time: time, customer: round.append(names[customer]), customerHash: StableHash.of(names[customer]),
            id: round.append(id), idHash: StableHash.of(id), body: body)
        round.batch.events.events.append(event)
        let input: InputKind = view == nil ? .orders : .browse
        round.batch.sources.append(SourcePosition(input: input, partition: 0, offset: 0, timestamp: -1))
    }

    /// One of the three that the customer comes for.
    private func category(of customer: Int, _ round: inout Round) -> TextSpan {
        round.append("category-\((customer &* 7 &+ round.random.below(3) &* 11) % 40)")
    }
}
