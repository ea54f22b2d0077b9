import Scoring
import ShardEngine
import WireFormat

/// (f) What a change of the policy costs a shard that serves live events meanwhile.
package struct RetieringFigures: Sendable {
    package var customers = 0
    /// Customers a second as configured; each is looked at twice.
    package var statedRate = 0
    /// From the activation until all were settled.
    package var seconds = 0.0
    /// The turn in which the policy became active.
    package var activationSeconds = 0.0
    package var liveRate = 0
    /// Of each live event: seconds from its arrival until it was scored and its outputs were encoded.
    package var quiet: [Double] = []
    package var busy: [Double] = []
    /// Tier changes with the reason `policy_changed`.
    package var changes = 0

    package var rate: Double { 2 * Double(customers) / max(seconds, 1e-9) }
}

/// Switches from a policy whose highest tier nobody reaches to one in which everybody has it, at a rate that is
/// stated, while events arrive. Every customer must be told of it once.
package struct RetieringBench {
    private let customers: Int
    private let retiersPerSecond: Int
    private let eventsPerSecond: Int
    /// Before the switch.
    private let quietSeconds: Double

    /// The configuration's limit.
    package static let highestRate = 10_000

    package init(
        customers: Int, retiersPerSecond: Int = RetieringBench.highestRate, eventsPerSecond: Int = 5_000,
        quietSeconds: Double = 10
    ) {
        self.customers = customers
        self.retiersPerSecond = retiersPerSecond
        self.eventsPerSecond = eventsPerSecond
        self.quietSeconds = quietSeconds
    }

    package func run() throws -> RetieringFigures {
        let population = BenchPopulation(BenchPolicy.unreachable, customers: customers)
        try population.write()
        let policies = PolicyShelf(population.kept)
        let cluster = BenchCluster(makeRecords(), population, policies)
        let shard = try BenchShard(cluster, policies, retiersPerSecond: retiersPerSecond)
        try shard.run { shard.task.status.stage == .live }

        var figures = RetieringFigures()
        (figures.customers, figures.statedRate) = (shard.task.status.customers, retiersPerSecond)
        figures.liveRate = eventsPerSecond
        var traffic = Traffic(perSecond: Double(eventsPerSecond))
        let quietEnd = SteadyClock.now + quietSeconds
        try traffic.serve(shard, into: &figures.quiet) { SteadyClock.now >= quietEnd }

        let next = KeptPolicy(BenchPolicy.everybodys)
        policies.offer(next)
        try traffic.serve(shard, into: &figures.busy) { shard.task.active.hash == next.hash }
        figures.activationSeconds = traffic.lastTurn
        let activated = SteadyClock.now
        try traffic.serve(shard, into: &figures.busy) { shard.task.status.retierRemaining == 0 }
        figures.seconds = SteadyClock.now - activated
        try shard.run { cluster.committedRecords == shard.worked }
        figures.changes = try RetieringAudit.check(cluster.transactions, customers: customers)
        return figures
    }

    /// Live events of the same customers, for longer than it should take; they follow the days of the snapshot.
    private func makeRecords() -> BenchRecords {
        let start = Bench.start + .days(MemoryBench.nextDay)
        let perSecond = Bench.eventsPerSecond(of: customers)
        var source = GeneratedRecords(
            WorkloadShape(
                customers: customers, start: start, eventsPerSecond: perSecond,
                currency: BenchPolicy.unreachable.currency))
        let seconds = quietSeconds + 2 * 2 * Double(customers) / Double(retiersPerSecond) + 5
        return BenchRecords(&source, count: Int(seconds * Double(eventsPerSecond)))
    }
}

/// Events that arrive at a steady pace, whether the shard is ready for them or not.
private struct Traffic {
    private let perSecond: Double
    private let began = SteadyClock.now
    private var done = 0
    /// Seconds that the last turn took.
    private(set) var lastTurn = 0.0

    init(perSecond: Double) { self.perSecond = perSecond }

    mutating func serve(_ shard: BenchShard, into latencies: inout [Double], until isOver: () -> Bool) throws {
        let pause = ThreadSignal()
        while !isOver() {
            let started = SteadyClock.now
            let due = Int((started - began) * perSecond)
            guard due <= shard.cluster.records.count else {
                throw BenchError.unexpected("not every customer was settled in twice the time it should take")
            }
            shard.cluster.arrive(upTo: due)
            let hasWorked = try shard.turn()
            let now = SteadyClock.now
            lastTurn = now - started
            // Events are worked on in the order in which they arrived.
            while done < shard.worked {
                latencies.append(now - (began + Double(done) / perSecond))
                done += 1
            }
            if !hasWorked { _ = pause.wait(seconds: 0.000_2) }
        }
    }
}

/// What a reader of the outputs must find after such a switch.
package enum RetieringAudit {
    private static let reason = Array(#""policy_changed""#.utf8)

    /// Every customer once with the reason `policy_changed`, and each customer's numbers without a gap or a repeat; returns how
    /// many changes had the reason.
    package static func check(_ transactions: [EncodedTransaction], customers: Int) throws(BenchError) -> Int {
        var told: [String: Int] = [:]
        var last: [String: Int] = [:]
        for transaction in transactions {
            let outputs = transaction.outputs
            for record in outputs.records {
                let (customer, number) = (outputs.string(record.key), number(of: record, outputs))
                let series = "\(record.destination) \(customer)"
                if let before = last[series], number != before + 1 {
                    throw .unexpected("a customer's output \(number) came after \(before)")
                }
                last[series] = number
                guard record.destination == .tierChanges, isByPolicy(record, outputs) else { continue }
                told[customer, default: 0] += 1
            }
        }
        guard told.count == customers, told.values.allSatisfy({ $0 == 1 }) else {
            let often = told.values.count { $0 > 1 }
            throw .unexpected(
                "of \(customers) customers \(told.count) were told of the policy, \(often) more than once")
        }
        return told.count
    }

    private static func number(of record: EncodedOutput, _ outputs: EncodedOutputs) -> Int {
        let header = outputs.headers[record.headers].first { "\($0.name)" == "tierd_sequence" }
        return header.flatMap { Int(outputs.string($0.value)) } ?? -1
    }

    private static func isByPolicy(_ record: EncodedOutput, _ outputs: EncodedOutputs) -> Bool {
        outputs.bytes[record.value.range].firstRange(of: reason) != nil
    }
}
