import Scoring
import ShardEngine
import WireFormat

/// Reads a history once and shows every batch to a reader and to one engine per policy.
///
/// The engines are those of a running daemon; what they say is handed over as it comes, unencoded.
package struct HistoryPass: ~Copyable {
    private let history: EventHistory
    private let engines: [PolicyEngine]
    /// The first policy's.
    private let calendar: ZoneCalendar?
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

    /// Asks every policy's engine about customers at one instant, when all events until then have been applied and none
    /// after. What comes late, in a batch behind one that goes past the instant, is not known yet.
    package struct Survey {
        /// Nil: the last instant of the day on which the history ends, by the first policy's calendar.
        package var at: EventTime?
        /// Whom to ask about.
        package var customers: () -> [[UInt8]]
        /// Called with the place of a policy and what its engine says of a customer that it knows.
        package var found: (Int, CustomerReport) -> Void

        package init(
            at: EventTime?, customers: @escaping () -> [[UInt8]], found: @escaping (Int, CustomerReport) -> Void
        ) {
            self.at = at
            self.customers = customers
            self.found = found
        }
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
        calendar = policies.first?.calendar
    }

    /// - Parameters:
    ///   - until: Where the clocks are moved after the last event, firing what falls due; nil leaves them there.
    ///   - survey: What to ask the engines on the way, or when the history has ended.
    ///   - events: Called with the events of each batch.
    ///   - outputs: Called with the place of a policy and what its engine said to one batch.
    package mutating func run(
        until: EventTime? = nil, survey: Survey? = nil, progress: (Summary) -> Void, events: (EventBuffer) -> Void,
        outputs: (Int, OutputBuffer) -> Void = { _, _ in }
    ) throws -> Summary {
        var pending = survey
        while try buildBatch() {
            events(batch.events)
            if let survey = pending, let time = survey.at, let earlier = takeEvents(until: time) {
                apply(earlier, outputs)
                take(survey, at: time)
                pending = nil
            }
            apply(batch, outputs)
            progress(summary)
        }
        if let survey = pending, let last = summary.lastEvent, let calendar {
            take(survey, at: survey.at ?? calendar.end(of: calendar.day(of: last)))
        }
        for (index, box) in engines.enumerated() {
            guard let until, box.engine.clock != nil else { continue }
            box.engine.advance(to: until)
            finish(box, index, outputs)
            progress(summary)
        }
        return summary
    }

    /// Leaves in the batch what is later than `time`, and gives what is not; nil where nothing is later.
    private mutating func takeEvents(until time: EventTime) -> Batch? {
        guard batch.events.events.contains(where: { $0.time > time }) else { return nil }
        var (earlier, later) = (Batch(), Batch())
        for (index, event) in batch.events.events.enumerated() {
            if event.time > time {
                later.append(batch.events, index, from: batch.sources[index])
            } else {
                earlier.append(batch.events, index, from: batch.sources[index])
            }
        }
        batch = later
        return earlier
    }

    private func take(_ survey: Survey, at time: EventTime) {
        let customers = survey.customers()
        for (index, box) in engines.enumerated() {
            for customer in customers {
                if let report = box.engine.report(on: customer, at: time) { survey.found(index, report) }
            }
        }
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

    private func apply(_ batch: Batch, _ outputs: (Int, OutputBuffer) -> Void) {
        guard batch.count > 0 else { return }
        for (index, box) in engines.enumerated() {
            var (said, copy) = (OutputBuffer(), batch)
            var refused: [RejectedEvent] = []
            // No event is ahead of this clock: the past has no far future.
            box.engine.apply(&copy, wallClock: .outOfRange, deadlineLimit: .max, into: &said, rejected: &refused)
            outputs(index, said)
            box.engine.tidy()
        }
    }

    private func finish(_ box: PolicyEngine, _ index: Int, _ outputs: (Int, OutputBuffer) -> Void) {
        var said = OutputBuffer()
        while box.engine.fireDue(limit: Self.deadlinesPerStep, into: &said) > 0 {
            outputs(index, said)
            said.removeAll()
        }
    }
}

extension ZoneCalendar {
    /// The last instant of `day`.
    package func end(of day: DayIndex) -> EventTime { start(of: day + 1) + TimeSpan(milliseconds: -1) }
}
