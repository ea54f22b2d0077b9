import Scoring
import ShardEngine
import WireFormat

/// Reads a history once and shows every batch to a reader and to one engine per policy.
///
/// The engines are those of a running daemon; what they say is handed over as it comes, unencoded.
package struct HistoryPass: ~Copyable {
    private let history: EventHistory
    private let engines: [PolicyEngine]
    private var batch = Batch()
    private var summary = Summary()

    /// Deadlines fired between two reports of progress once the history has ended.
    private static let deadlinesPerStep = 10_000
    private let latest: EventTime

    /// Where the pass stands, and in the end what it saw.
    package struct Summary: Hashable, Sendable {
        /// Records that are events, and records that are not.
        package var events = 0
        package var rejected = 0
        /// How much has been read, 0…1; nil where that is not known.
        package var fraction: Double?
        /// Of the latest event; nil without one.
        package var lastEvent: EventTime?

        package init() {}
    }

    /// An engine in an array: a type that cannot be copied needs a box.
    private final class PolicyEngine {
        var engine: ShardEngine

        /// Of a policy that tells everything: nothing here is told to anybody.
        init(_ policy: Policy) {
            var followed = policy
            followed.quietBeyond = nil
            engine = ShardEngine(policy: followed)
        }
    }

    /// What happened later than `latest` is passed over: a topic keeps what the daemon has refused as too far ahead.
    package init(policies: [Policy], history: EventHistory, latest: EventTime = .never) {
        self.history = history
        self.latest = latest
        engines = policies.map { PolicyEngine($0) }
    }

    /// - Parameters:
    ///   - until: Where the clocks are moved after the last event, firing what falls due; nil leaves them there.
    ///   - events: Called with the events of each batch.
    ///   - outputs: Called with the place of a policy and what its engine said to one batch.
    package mutating func run(
        until: EventTime? = nil, progress: (Summary) -> Void, events: (EventBuffer) -> Void,
        outputs: (Int, OutputBuffer) -> Void = { _, _ in }
    ) throws -> Summary {
        while try buildBatch() {
            events(batch.events)
            for (index, box) in engines.enumerated() { apply(to: box, index, outputs) }
            progress(summary)
        }
        for (index, box) in engines.enumerated() {
            guard let until, box.engine.clock != nil else { continue }
            box.engine.advance(to: until)
            finish(box, index, outputs)
            progress(summary)
        }
        return summary
    }

    private mutating func buildBatch() throws -> Bool {
        batch.removeAll()
        var rejected = 0
        let taken = try history.fill(&batch, limit: OfflineReplay.batchRecords, latest: latest) { _ in rejected += 1 }
        summary.events += batch.count
        summary.rejected += rejected
        summary.lastEvent = batch.events.events.reduce(summary.lastEvent) { max($0 ?? $1.time, $1.time) }
        summary.fraction = history.fraction
        return taken > 0
    }

    private mutating func apply(to box: PolicyEngine, _ index: Int, _ outputs: (Int, OutputBuffer) -> Void) {
        var said = OutputBuffer()
        var refused: [RejectedEvent] = []
        // No event is ahead of this clock: the past has no far future.
        box.engine.apply(&batch, wallClock: .outOfRange, deadlineLimit: .max, into: &said, rejected: &refused)
        outputs(index, said)
        box.engine.tidy()
    }

    private func finish(_ box: PolicyEngine, _ index: Int, _ outputs: (Int, OutputBuffer) -> Void) {
        var said = OutputBuffer()
        while box.engine.fireDue(limit: Self.deadlinesPerStep, into: &said) > 0 {
            outputs(index, said)
            said.removeAll()
        }
    }
}
