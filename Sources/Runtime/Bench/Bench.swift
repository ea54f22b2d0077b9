import Scoring
import WireFormat

/// Why a measurement is not worth reporting.
package enum BenchError: Error, Hashable, Sendable, CustomStringConvertible {
    case unexpected(String)

    package var description: String {
        switch self {
        case .unexpected(let what): "the bench stopped: \(what)"
        }
    }
}

/// Measures on this machine, in this process, what the figures in the documentation claim. The workload is seeded: the
/// same options do the same work.
package struct Bench: Sendable {
    /// Records measured in (a), (b) and (d).
    package var events = 2_000_000
    package var customers = 200_000
    /// Customers whose memory is measured in (c).
    package var memoryCustomers = 1_000_000
    /// The rate in (f): customers a second whom a shard looks at after a change of policy.
    package var retiersPerSecond = RetieringBench.highestRate
    package var rounds = 3
    package var policy = BenchPolicy.retail
    package var policyName = "built-in, the terms and tiers of schemas/policies/retail.yaml in UTC"
    /// A Kafka to measure end to end with; nil leaves (d) out.
    package var bootstrap: String?

    /// 2025-01-01T00:00:00Z: in the past whenever the bench runs, so that nothing is too far ahead.
    static let start = EventTime(milliseconds: 1_735_689_600_000)
    /// Events that the state has seen before the measurement.
    private static let prefillPerCustomer = 5
    /// Event time runs at so many events a customer in 30 days: windows and churn deadlines fall due as in a shop.
    private static let monthlyEventsPerCustomer = 5.0

    package init() {}

    /// Takes some minutes; `note` is told what is under way.
    package func run(note: (String) -> Void) throws -> BenchReport {
        // First, so that the resident memory holds nothing else.
        note("memory of \(memoryCustomers) customers")
        let memory = MemoryBench(policy: policy, customers: memoryCustomers).run()
        note("the same with profiles")
        let profiled = MemoryBench(policy: wholePolicy, customers: memoryCustomers).run()
        let population = BenchPopulation(policy, customers: memoryCustomers)
        note("a snapshot of \(memoryCustomers) customers")
        let snapshot = try SnapshotBench(population, customers: memoryCustomers).run()
        note("killing and recovering a shard of \(memoryCustomers) customers")
        let recovery = try RecoveryBench(population, customers: memoryCustomers).run()
        note("another policy for \(customers) customers at \(retiersPerSecond) a second")
        let retiering = try RetieringBench(customers: customers, retiersPerSecond: retiersPerSecond).run()
        var parsing = try ParsingBench()
        var scoring = try ScoringBench(policy: policy, start: Workload(shape), prefill: prefill)
        var whole = try ScoringBench(policy: wholePolicy, start: Workload(shape), prefill: prefill)
        note("generating \(events) records")
        let records = scoring.makeRecords(count: events)
        var report = BenchReport(
            self, memory: memory, snapshot: snapshot, retiering: retiering, recovery: recovery,
            averageBytes: records.averageBytes)
        report.profiledMemory = profiled
        for round in 1...max(rounds, 1) {
            note("parsing, round \(round) of \(rounds)")
            try parsing.run(records, into: &report.parsing)
            note("decoding, scoring and encoding, round \(round) of \(rounds)")
            scoring.run(records, into: &report.scoring)
            note("the same with profiles, round \(round) of \(rounds)")
            whole.run(records, into: &report.profiled)
        }
        if let bootstrap {
            report.broker = try BrokerBench(bootstrap: bootstrap, policy: policy, records: events, shape: shape)
                .run(rounds: max(rounds, 1), note: note)
            note("end to end at \(LatencyBench.eventsPerSecond) events a second")
            report.latency = try LatencyBench(bootstrap: bootstrap, policy: policy, shape: shape).run()
        }
        return report
    }

    /// The whole model: the policy with a profile of every customer, published as in a shop that keeps up with its events,
    /// and the forecasts in them.
    private var wholePolicy: Policy {
        var whole = policy
        var profiles = whole.profiles ?? ProfileRule()
        profiles.catchUp = nil
        whole.profiles = profiles
        whole.value = whole.value ?? ValueRule(amounts: .cdnow)
        return whole
    }

    private var shape: WorkloadShape {
        WorkloadShape(
            customers: customers, start: Self.start, eventsPerSecond: Self.eventsPerSecond(of: customers),
            currency: policy.currency)
    }

    /// Of event time.
    static func eventsPerSecond(of customers: Int) -> Double {
        Double(customers) * monthlyEventsPerCustomer / (30 * 86_400)
    }

    var prefill: Int { customers * Self.prefillPerCustomer }
}
