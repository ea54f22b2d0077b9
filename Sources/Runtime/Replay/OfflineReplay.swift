import Scoring
import ShardEngine
import WireFormat

/// What came of one batch of a replay.
package struct ReplayStep: Sendable {
    package var outputs: EncodedOutputs
    package var rejections: [ReplayRejection]
    /// Records worked on since the start.
    package var records: Int
    /// How much of the history has been read, 0…1; nil where that is not known.
    package var fraction: Double?
}

/// Scores a history with the engine, the merge order and the encoder of a running daemon, but writes nothing to Kafka.
///
/// The same history, policy and `until` give the same outputs, byte for byte. A line's number stands for its offset.
package struct OfflineReplay: ~Copyable {
    private let policy: Policy
    private let history: EventHistory
    private let until: EventTime?
    private let latest: EventTime
    private let wallClock: EventTime
    private var encoder: OutputEncoder
    private var engine: ShardEngine
    private var batch = Batch()
    private var outputs = OutputBuffer()
    private var encoded = EncodedOutputs()
    private var rejections: [ReplayRejection] = []
    private var records = 0
    private var summary: ReplaySummary

    /// As many records in one batch as a daemon takes by default.
    package static let batchRecords = 10_000
    /// Deadlines fired between two steps once the history has ended.
    private static let deadlinesPerStep = 10_000

    /// - Parameters:
    ///   - until: Where the clock is moved after the last event, firing what falls due; nil leaves it there.
    ///   - latest: What happened later than this is left out; see `EventHistory.fill`.
    ///   - wallClock: The instant against which a far future is judged.
    ///   - application: The name in `ce_source`; topics have the names of their inputs.
    package init(
        policy: Policy, history: EventHistory, until: EventTime? = nil, latest: EventTime = .never,
        wallClock: EventTime = WallClock.now, application: String = "tierd"
    ) {
        self.policy = policy
        self.history = history
        self.until = until
        self.latest = latest
        self.wallClock = max(wallClock, until ?? .earliest)
        // A replay is all history: profiles do not wait for a present that never comes, and everything is told.
        var followed = policy
        followed.profiles?.catchUp = nil
        followed.quietBeyond = nil
        engine = ShardEngine(policy: followed)
        encoder = OutputEncoder(policy: policy, source: "/tierd/\(application)") { $0.defaultTopic }
        summary = ReplaySummary(policy: policy)
    }

    package init(
        policy: Policy, files: [EventFile], order: LineOrder = .byEventTime, until: EventTime? = nil,
        application: String = "tierd"
    ) throws {
        self.init(
            policy: policy, history: try EventHistory(files: files, order: order), until: until,
            application: application)
    }

    /// Works through the history and calls `sink` after every batch; returns the whole.
    package mutating func run(_ sink: (ReplayStep) throws -> Void) throws -> ReplaySummary {
        let started = SteadyClock.now
        while try buildBatch() {
            applyBatch()
            try finishStep(sink)
        }
        if let until { try letSilencePass(until: until, sink) }
        summary.customers = engine.customerCount
        summary.clock = engine.clock
        summary.seconds = SteadyClock.now - started
        return summary
    }

    /// Moves the clock on with no event arriving, firing what falls due; before the first event nothing does.
    package mutating func letSilencePass(until time: EventTime, _ sink: (ReplayStep) throws -> Void) throws {
        guard engine.clock != nil else { return }
        engine.advance(to: time)
        while engine.fireDue(limit: Self.deadlinesPerStep, into: &outputs) > 0 { try finishStep(sink) }
    }

    /// Where a customer stands at `time`, or at the clock if that is later; nil for one of whom the history tells nothing.
    package mutating func report(on id: [UInt8], at time: EventTime) -> CustomerReport? {
        engine.report(on: id, at: time)
    }

    /// Moves up to a batch of records out of the history; returns whether there were any.
    private mutating func buildBatch() throws -> Bool {
        batch.removeAll()
        var refused: [ReplayRejection] = []
        let taken = try history.fill(
            &batch, limit: Self.batchRecords, latest: latest, farthest: wallClock + policy.maxFutureSkew
        ) { refused.append($0) }
        for rejection in refused { reject(rejection) }
        records += taken
        return taken > 0
    }

    private mutating func applyBatch() {
        var refused: [RejectedEvent] = []
        engine.apply(&batch, wallClock: wallClock, deadlineLimit: .max, into: &outputs, rejected: &refused)
        summary.events += batch.count - refused.count
        for refusal in refused {
            let source = batch.sources[refusal.index]
            reject(
                ReplayRejection(source: history.name(of: source), place: source.offset, rejection: refusal.rejection))
        }
        engine.tidy()
    }

    private mutating func reject(_ rejection: ReplayRejection) {
        summary.count(rejection.rejection)
        rejections.append(rejection)
    }

    private mutating func finishStep(_ sink: (ReplayStep) throws -> Void) throws {
        // No host's clock was there when these things happened.
        let freshness = engine.clock.map { Freshness(watermark: $0, wallClock: nil) }
        for output in outputs.outputs {
            summary.count(output)
            encoder.encode(output, in: outputs, freshness: freshness, into: &encoded)
        }
        try sink(
            ReplayStep(outputs: encoded, rejections: rejections, records: records, fraction: history.fraction))
        outputs.removeAll()
        encoded.removeAll()
        rejections.removeAll()
    }
}

extension InputKind {
    /// The topic's name unless a configuration says otherwise.
    package var defaultTopic: String {
        switch self {
        case .orders: "orders"
        case .browse: "browse"
        case .feedback: "feedback"
        case .commands: "commands"
        }
    }
}

extension OutputTopics {
    /// The topics' names unless a configuration says otherwise.
    package static let standard = OutputTopics(journal: "tierd-journal")
}
