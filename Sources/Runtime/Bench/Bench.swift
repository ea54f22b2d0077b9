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
        note("a snapshot of \(memoryCustomers) customers")
        let snapshot = try SnapshotBench(policy: policy, customers: memoryCustomers).run()
        var parsing = try ParsingBench()
        var scoring = try ScoringBench(
            policy: policy, start: Workload(shape), prefill: prefill)
        note("generating \(events) records")
        let records = scoring.makeRecords(count: events)
        var report = BenchReport(self, memory: memory, snapshot: snapshot, averageBytes: records.averageBytes)
        for round in 1...max(rounds, 1) {
            note("parsing, round \(round) of \(rounds)")
            try parsing.run(records, into: &report.parsing)
            note("decoding, scoring and encoding, round \(round) of \(rounds)")
            scoring.run(records, into: &report.scoring)
        }
        if let bootstrap {
            report.broker = try BrokerBench(bootstrap: bootstrap, policy: policy, records: events, shape: shape)
                .run(rounds: max(rounds, 1), note: note)
        }
        return report
    }

    private var shape: WorkloadShape {
        let perSecond = Double(customers) * Self.monthlyEventsPerCustomer / (30 * 86_400)
        return WorkloadShape(
            customers: customers, start: Self.start, eventsPerSecond: perSecond, currency: policy.currency)
    }

    var prefill: Int { customers * Self.prefillPerCustomer }
}
