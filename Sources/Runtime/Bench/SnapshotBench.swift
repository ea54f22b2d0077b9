import Scoring
import ShardEngine
import Snapshots

/// (e) What a snapshot costs, and how fast a state comes back from one.
package struct SnapshotFigures: Sendable {
    package var customers = 0
    package var bytes = 0
    /// Seconds from the mark until the snapshot was durable and visible, with batches going on meanwhile.
    package var writing = 0.0
    /// To find, check and load it.
    package var loading = Timing(wall: 0, cpu: 0)
    /// Seconds of each batch without and with a snapshot under way, its portion included.
    package var quietBatches: [Double] = []
    package var busyBatches: [Double] = []
}

/// A shard of the memory bench's customers is captured while views arrive, written by a thread to a folder, and loaded.
struct SnapshotBench {
    /// Has the snapshot afterwards.
    private let population: BenchPopulation
    private let customers: Int

    private static let batchEvents = 1_000
    private static let quietBatches = 500
    /// Portions that the writing thread may be behind, as in a running shard.
    private static let portionsAhead = SnapshotSchedule.portionsAhead

    init(_ population: BenchPopulation, customers: Int) {
        self.population = population
        self.customers = customers
    }

    func run() throws -> SnapshotFigures {
        var figures = SnapshotFigures()
        var engine = population.customers.makeEngine()
        figures.customers = engine.customerCount
        var round = MemoryBench.Round()
        var next = 0
        for _ in 0..<Self.quietBatches {
            let started = SteadyClock.now
            batch(&next, &round, &engine)
            figures.quietBatches.append(SteadyClock.now - started)
        }
        try write(&engine, &round, &next, &figures)
        figures.loading = try load()
        return figures
    }

    /// Applies one batch of views by the next customers.
    private func batch(_ next: inout Int, _ round: inout MemoryBench.Round, _ engine: inout ShardEngine) {
        if next + Self.batchEvents > customers { next = 0 }
        population.customers.browse(next..<next + Self.batchEvents, day: MemoryBench.nextDay, &round, &engine)
        next += Self.batchEvents
    }

    private func write(
        _ engine: inout ShardEngine, _ round: inout MemoryBench.Round, _ next: inout Int,
        _ figures: inout SnapshotFigures
    ) throws {
        let reports = Mailbox<SnapshotWriter.Event> {}
        let thread = SnapshotThread(
            name: "snapshot", opening: population.opening, report: { _, event in reports.send(event) })
        defer { thread.send(.close) }
        let started = SteadyClock.now
        thread.send(.begin(population.header(of: engine.beginCapture())))
        var (outstanding, isCaptured, isPublished) = (0, false, false)
        while !isPublished {
            for event in reports.drain() {
                switch event {
                case .wrotePortion: outstanding -= 1
                case .finished(let bytes):
                    figures.bytes = bytes
                    thread.send(.publish(keep: 2))
                case .published: isPublished = true
                case .failed(let error): throw BenchError.unexpected("the snapshot could not be written: \(error)")
                }
            }
            let started = SteadyClock.now
            batch(&next, &round, &engine)
            if !isCaptured, outstanding < Self.portionsAhead {
                isCaptured = engine.capture(atMost: SnapshotSchedule.portionCustomers)
                if isCaptured || engine.capturedBytes >= SnapshotSchedule.pieceBytes {
                    outstanding += 1
                    thread.send(.append(engine.takeCaptured()))
                }
                if isCaptured {
                    engine.endCapture()
                    thread.send(.finish)
                }
            }
            figures.busyBatches.append(SteadyClock.now - started)
        }
        figures.writing = SteadyClock.now - started
    }

    private func load() throws -> Timing {
        let store = population.opening()
        let (wall, cpu) = (SteadyClock.now, Stopwatch.threadSeconds)
        let choice = try SnapshotCatalog.restoreNewest(
            in: store, policy: population.kept.policy, expecting: population.identity)
        guard let shard = choice.takeShard() else { throw BenchError.unexpected("the snapshot could not be loaded") }
        let timing = Timing(wall: SteadyClock.now - wall, cpu: Stopwatch.threadSeconds - cpu)
        guard shard.engine.customerCount == customers else { throw BenchError.unexpected("customers were lost") }
        return timing
    }
}
