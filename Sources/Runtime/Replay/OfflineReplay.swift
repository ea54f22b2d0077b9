import Scoring
import ShardEngine
import WireFormat

/// What came of one batch of a replay.
package struct ReplayStep: Sendable {
    package var outputs: EncodedOutputs
    package var rejections: [ReplayRejection]
    /// Lines worked on since the start.
    package var lines: Int
    /// Bytes taken from the files since the start, and their sizes together; nil while one has no size.
    package var bytesRead: Int
    package var bytesTotal: Int?
}

/// A line that was not scored.
package struct ReplayRejection: Hashable, Sendable {
    package var file: EventFile
    /// From 1.
    package var line: Int64
    package var rejection: Rejection
}

/// Scores event files with the engine, the merge order and the encoder of a running daemon, but without Kafka.
///
/// The same files, policy and `until` give the same outputs, byte for byte. A line's number stands for its offset.
package struct OfflineReplay: ~Copyable {
    private let policy: Policy
    private let merge: FileMerge
    private let until: EventTime?
    private let latest: EventTime
    private let wallClock: EventTime
    private let encoder: OutputEncoder
    private var decoder: RecordDecoder
    private var engine: ShardEngine
    private var batch = Batch()
    private var outputs = OutputBuffer()
    private var encoded = EncodedOutputs()
    private var rejections: [ReplayRejection] = []
    private var lines = 0
    private var summary: ReplaySummary

    /// As many lines in one batch as a daemon takes by default.
    package static let batchLines = 10_000
    /// Deadlines fired between two steps once the files have ended.
    private static let deadlinesPerStep = 10_000

    /// - Parameters:
    ///   - until: Where the clock is moved after the last event, firing what falls due; nil leaves it there.
    ///   - latest: What happened later than this is left out, wherever it stands in the files.
    ///   - wallClock: The instant against which a far future is judged.
    ///   - application: The name in `ce_source`; topics have the names of their inputs.
    package init(
        policy: Policy, files: [EventFile], until: EventTime? = nil, latest: EventTime = .never,
        wallClock: EventTime = WallClock.now, application: String = "tierd"
    ) throws {
        let merge = try FileMerge(files.sorted { $0.input.rawValue < $1.input.rawValue })
        let decoder = try RecordDecoder(requiresKey: false)
        self.policy = policy
        self.merge = merge
        self.decoder = decoder
        self.until = until
        self.latest = latest
        self.wallClock = max(wallClock, until ?? .earliest)
        // A replay is all history: profiles do not wait for a present that never comes.
        var followed = policy
        followed.profiles?.catchUp = nil
        engine = ShardEngine(policy: followed)
        encoder = OutputEncoder(policy: policy, source: "/tierd/\(application)") { $0.defaultTopic }
        summary = ReplaySummary(policy: policy)
    }

    /// Works through the files and calls `sink` after every batch; returns the whole.
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

    /// Where a customer stands at `time`, or at the clock if that is later; nil for one of whom the files tell nothing.
    package mutating func report(on id: [UInt8], at time: EventTime) -> CustomerReport? {
        engine.report(on: id, at: time)
    }

    /// Moves up to a batch of lines out of the files; returns whether there were any.
    private mutating func buildBatch() throws(EventFileError) -> Bool {
        batch.removeAll()
        var taken = 0
        while taken < Self.batchLines, let next = try merge.next(&decoder) {
            taken += 1
            switch next {
            case .event(let stream, let time):
                if time > latest { stream.pass() } else { stream.moveHead(to: &batch) }
            case .rejected(let stream, let rejection): reject(rejection, stream.file, stream.pass())
            }
        }
        lines += taken
        return taken > 0
    }

    private mutating func applyBatch() {
        var refused: [RejectedEvent] = []
        engine.apply(&batch, wallClock: wallClock, deadlineLimit: .max, into: &outputs, rejected: &refused)
        summary.events += batch.count - refused.count
        for refusal in refused {
            let source = batch.sources[refusal.index]
            guard let file = merge.streams.first(where: { $0.file.input == source.input })?.file else { continue }
            reject(refusal.rejection, file, source.offset)
        }
        engine.tidy()
    }

    private mutating func reject(_ rejection: Rejection, _ file: EventFile, _ line: Int64) {
        summary.count(rejection)
        rejections.append(ReplayRejection(file: file, line: line, rejection: rejection))
    }

    private mutating func finishStep(_ sink: (ReplayStep) throws -> Void) throws {
        for output in outputs.outputs {
            summary.count(output)
            encoder.encode(output, in: outputs, into: &encoded)
        }
        let bytes = merge.bytes
        try sink(
            ReplayStep(
                outputs: encoded, rejections: rejections, lines: lines, bytesRead: bytes.read, bytesTotal: bytes.total))
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
