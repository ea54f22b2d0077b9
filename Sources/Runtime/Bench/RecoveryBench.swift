import Scoring
import ShardEngine
import WireFormat

/// (g) How long a shard is away after `kill -9`.
package struct RecoveryFigures: Sendable {
    package var customers = 0
    /// Journalled since the snapshot.
    package var events = 0
    package var batches = 0
    /// Events a second that arrive while a shard lives; 60 seconds of them are replayed.
    package var liveRate = 0
    /// What the same shard did live, as fast as it could.
    package var live = Timing(wall: 0, cpu: 0)
    /// From the start to live, and of it finding, checking and loading the snapshot.
    package var ready = Timing(wall: 0, cpu: 0)
    package var restoring = 0.0

    package var replaying: Double { max(ready.wall - restoring, 1e-9) }
    package var replayRate: Double { Double(events) / replaying }
    package var liveFullRate: Double { Double(events) / max(live.wall, 1e-9) }
}

/// A shard starts from a snapshot, works on a minute of live events in small batches, and is gone without a word; another starts
/// from the same snapshot and the journal.
package struct RecoveryBench {
    private let population: BenchPopulation
    private let customers: Int
    private let seconds: Int

    /// The rate at which latency is stated.
    static let eventsPerSecond = 5_000
    /// About what arrives at that rate while a transaction is being committed.
    static let batchEvents = 25

    /// `population` has its snapshot already.
    package init(_ population: BenchPopulation, customers: Int, seconds: Int = 60) {
        self.population = population
        self.customers = customers
        self.seconds = seconds
    }

    package func run() throws -> RecoveryFigures {
        var figures = RecoveryFigures()
        figures.liveRate = Self.eventsPerSecond
        figures.events = seconds * Self.eventsPerSecond
        let policies = PolicyShelf(population.kept)
        let cluster = BenchCluster(makeRecords(figures.events), population, policies)
        let digest = try live(cluster, policies, &figures)
        figures.batches = cluster.journal.count - 1
        let written = cluster.transactions.count

        var restored: BenchShard?
        figures.ready = try Stopwatch.measure {
            let shard = try BenchShard(cluster, policies)
            try shard.run { shard.task.status.stage == .live }
            restored = shard
        }
        figures.restoring = cluster.restoringSeconds
        guard let restored, restored.task.engine.digest == digest, cluster.transactions.count == written else {
            throw BenchError.unexpected("the shard that came back is not the one that went")
        }
        figures.customers = restored.task.status.customers
        return figures
    }

    /// Works on all events, as fast as they go in small batches; returns the state's digest at the end.
    private func live(
        _ cluster: BenchCluster, _ policies: PolicyShelf, _ figures: inout RecoveryFigures
    ) throws -> UInt64 {
        let shard = try BenchShard(cluster, policies)
        try shard.run { shard.task.status.stage == .live }
        figures.live = try Stopwatch.measure {
            while cluster.arrived < cluster.records.count {
                cluster.arrive(upTo: cluster.arrived + Self.batchEvents)
                try shard.run { shard.worked >= cluster.arrived }
            }
        }
        try shard.run { cluster.committedRecords == cluster.records.count }
        return shard.task.engine.digest
    }

    private func makeRecords(_ count: Int) -> BenchRecords {
        var source = GeneratedRecords(
            WorkloadShape(
                customers: customers, start: Bench.start + .days(MemoryBench.nextDay),
                eventsPerSecond: Bench.eventsPerSecond(of: customers), currency: population.kept.policy.currency))
        return BenchRecords(&source, count: count)
    }
}
