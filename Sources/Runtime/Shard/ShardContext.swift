import KafkaClient
import Logging
import Scoring
import ShardEngine
import Snapshots
import Telemetry
import WireFormat

/// What all shards of a process share; set once at the start.
package struct ShardContext: Sendable {
    let policies: PolicyShelf
    let activation: Activation
    let retiersPerSecond: Int
    /// What writes the outputs of a policy.
    let encoder: @Sendable (Policy) -> OutputEncoder
    /// What writes the tier changes of a shadow policy beside a live one.
    let shadowEncoder: @Sendable (Policy, _ live: Policy, ShadowRunID) -> ShadowEncoder
    let clock: ShardClock
    /// Seconds that never go back; for intervals.
    let steady: @Sendable () -> Double
    let board: StatusBoard
    let places: ReadingPlaces
    let metrics: Metrics
    let log: RuntimeLog
    let witness = JournalWitness()
    let inputs: [(kind: InputKind, topic: String)]
    /// Whether there is a topic for what a shadow policy says.
    let triesShadows: Bool
    let batchRecords: Int
    let recordBytes: Int
    let commitSeconds: Double
    let deadLettersPerSecond: Int
    /// Nil where no snapshots are taken.
    let snapshots: SnapshotRules?
    /// Tells the control thread that a shard's start is known, or that it has stopped.
    let announce: @Sendable (Int32, ShardStart) -> Void
    /// Asks the control thread to take a stopped shard anew.
    /// With how many seconds the shard was live before it stopped.
    let requestRetaking: @Sendable (Int32, Double) -> Void
    /// Hears what shadow runs do between batches; nil where nobody judges them.
    let watchShadow: (@Sendable (ShadowNote) -> Void)?

    package init(
        _ options: DaemonOptions, _ policies: PolicyShelf, steady: @escaping @Sendable () -> Double, board: StatusBoard,
        places: ReadingPlaces, metrics: Metrics,
        log: RuntimeLog, announce: @escaping @Sendable (Int32, ShardStart) -> Void,
        requestRetaking: @escaping @Sendable (Int32, Double) -> Void,
        watchShadow: (@Sendable (ShadowNote) -> Void)? = nil
    ) {
        let names = Dictionary(uniqueKeysWithValues: options.inputs.map { ($0.kind, $0.topic) })
        self.policies = policies
        activation = options.activation
        retiersPerSecond = options.retiersPerSecond
        let source = OutputOrigin.source(of: options.application)
        let encoder: @Sendable (Policy) -> OutputEncoder = { policy in
            OutputEncoder(policy: policy, source: source) { names[$0] ?? "\($0)" }
        }
        self.encoder = encoder
        shadowEncoder = { policy, live, run in
            ShadowEncoder(encoder(policy), live: live, source: source, run: "\(run)")
        }
        clock = options.clock
        self.steady = steady
        self.board = board
        self.places = places
        self.metrics = metrics
        self.log = log
        inputs = options.inputs
        triesShadows = options.outputs.tierChangesShadow != nil
        batchRecords = options.batchRecords
        recordBytes = options.recordBytes
        commitSeconds = Double(options.commitInterval.milliseconds) / 1000
        deadLettersPerSecond = options.deadLettersPerSecond
        snapshots = options.snapshots?.rules
        self.announce = announce
        self.requestRetaking = requestRetaking
        self.watchShadow = watchShadow
    }

    /// Deadlines fired in one batch; the rest of a wave waits for the next one, so that live events get their turn.
    static let deadlinesPerBatch = 2_000
    /// Encoded bytes of one transaction.
    static let transactionBytes = 4 << 20
    /// Value and own headers of a dead letter: below what a broker takes by default, tierd's headers included.
    static let deadLetterBytes = 900_000
    /// How long a commit may take before it is told what it waits for, and how often that is told again.
    static let troubleSeconds = 5.0
    static let troubleBeat = 30.0
    /// Others learn at least this often how a shard is.
    static let publishSeconds = 1.0
    /// A shard that stopped for a passing reason is taken again after this long.
    static let retakeSeconds = 2.0

    func demands(of shard: Int32) -> Recovery.Demands {
        Recovery.Demands(
            inputs: inputs.map(\.kind), topics: inputs.map(\.topic), policyHash: policies.newest.hash,
            recordBytes: UInt32(recordBytes), witnessed: witness.last(of: shard))
    }
}

/// What a shard knows of where its reading starts.
package enum ShardStart: Hashable, Sendable {
    case ready([PartitionOffset])
    case stopped
}

/// What a shard says of a customer.
package enum ShardAnswer: Sendable {
    /// Indices in the report are into this policy.
    case found(CustomerReport, Policy)
    case unknown
    /// None of the shards here knows the customer, and other instances have shards as well.
    case elsewhere
    /// The shard is not live yet.
    case restoring
}

/// The log lines of the runtime, so that each is worded once. Never a customer id, never a payload.
package struct RuntimeLog: Sendable {
    let logger: Logger

    package init(_ logger: Logger) { self.logger = logger }

    func shardLive(_ shard: Int32, customers: Int, batches: Int, seconds: Double) {
        logger.info(
            "shard is live",
            metadata: [
                "shard": "\(shard)", "customers": "\(customers)", "replayed_batches": "\(batches)",
                "replayed_in": "\(Self.rounded(seconds)) s",
            ])
    }

    func policyActive(_ shard: Int32, _ policy: KeptPolicy, _ activation: Activation, customers: Int) {
        logger.info(
            "policy became active",
            metadata: [
                "shard": "\(shard)", "policy": "\(policy.policy.name) v\(policy.policy.version)",
                "hash": "\(policy.hash.short)", "mode": "\(activation.mode.name)", "customers": "\(customers)",
            ])
    }

    func retiered(_ shard: Int32) {
        logger.info("every customer is settled under the new policy", metadata: ["shard": "\(shard)"])
    }

    func policyOffered(_ policy: KeptPolicy) {
        logger.info(
            "the policy file has changed",
            metadata: [
                "policy": "\(policy.policy.name) v\(policy.policy.version)", "hash": "\(policy.hash.short)",
            ])
    }

    func policyRefused(_ problem: String) {
        logger.error("the policy file is not taken, the former policy stays: \(problem)")
    }

    func shadowOffered(_ policy: KeptPolicy) {
        logger.info(
            "a shadow policy is to be tried",
            metadata: [
                "policy": "\(policy.policy.name) v\(policy.policy.version)", "hash": "\(policy.hash.short)",
            ])
    }

    func shadowWithdrawn() { logger.info("the shadow policy's file has gone: no policy is tried any more") }

    func shadowRefused(_ problem: String) {
        logger.error("the shadow policy file is not taken, the live policy is not touched: \(problem)")
    }

    func shadowBegan(_ shard: Int32, _ run: ShadowRun, customers: Int, seconds: Double) {
        logger.info(
            "shadow run has begun",
            metadata: [
                "shard": "\(shard)", "run": "\(run.id)", "hash": "\(run.policy.hash.short)",
                "customers": "\(customers)", "took": "\(Self.rounded(seconds)) s",
            ])
    }

    func shadowSettled(_ shard: Int32, _ run: ShadowRun) {
        logger.info(
            "every customer is settled under the shadow policy", metadata: ["shard": "\(shard)", "run": "\(run.id)"])
    }

    func shadowEnded(_ shard: Int32, _ run: ShadowRun, _ reason: String) {
        logger.info("shadow run is over: \(reason)", metadata: ["shard": "\(shard)", "run": "\(run.id)"])
    }

    func snapshotLoaded(_ shard: Int32, sequence: UInt64, customers: Int) {
        logger.info(
            "snapshot loaded",
            metadata: ["shard": "\(shard)", "sequence": "\(sequence)", "customers": "\(customers)"])
    }

    func snapshotPublished(_ shard: Int32, sequence: UInt64, bytes: Int, seconds: Double) {
        logger.info(
            "snapshot written",
            metadata: [
                "shard": "\(shard)", "sequence": "\(sequence)", "bytes": "\(bytes)",
                "took": "\(Self.rounded(seconds)) s",
            ])
    }

    func snapshotSkipped(_ shard: Int32, _ skipped: SkippedSnapshot) {
        logger.error("snapshot passed over: \(skipped)", metadata: ["shard": "\(shard)"])
    }

    func snapshotFailed(_ shard: Int32, _ reason: String) {
        logger.error("snapshots: \(reason)", metadata: ["shard": "\(shard)"])
    }

    func offsetsDisagree(_ shard: Int32, _ partition: TopicPartition, journal: Int64, group: Int64) {
        logger.warning(
            "the group's offset is not the journal's; going on from the journal's",
            metadata: [
                "shard": "\(shard)", "partition": "\(partition)", "journal": "\(journal)", "group": "\(group)",
            ])
    }

    private static func rounded(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }

    func shardHeldUp(_ shard: Int32, _ trouble: LaneTrouble) {
        logger.warning(
            "shard cannot \(trouble.work.rawValue): \(trouble.error)",
            metadata: [
                "shard": "\(shard)", "for": "\(Int(trouble.seconds)) s", "attempts": "\(trouble.attempts)",
            ])
    }

    func stoppedShardLost(_ shard: Int32, _ failure: LaneFailure) {
        logger.warning(
            "a stopped shard could not commit what was in flight; its next owner works on it again: \(failure)",
            metadata: ["shard": "\(shard)"])
    }

    func shardStopped(_ shard: Int32, _ reason: String) {
        logger.error("shard stopped: \(reason)", metadata: ["shard": "\(shard)"])
    }

    func assigned(_ shards: [Int32]) { logger.info("assigned", metadata: ["shards": "\(shards)"]) }
    func revoked(_ shards: [Int32], isLost: Bool) {
        logger.info(isLost ? "lost" : "revoked", metadata: ["shards": "\(shards)"])
    }
    func client(_ line: LogLine) {
        let level: Logger.Level =
            line.level <= 3 ? .error : line.level <= 5 ? .warning : line.level == 6 ? .info : .debug
        logger.log(level: level, "\(line.message)", metadata: ["facility": "\(line.facility)"])
    }
    func consumer(_ error: KafkaError) { logger.warning("consumer: \(error)") }
    func started(_ application: String) {
        logger.info("joining the group", metadata: ["application": "\(application)"])
    }
    func stopping() { logger.info("stopping: committing what is in flight and leaving the group") }
    func stopped() { logger.info("stopped") }
}

extension ShardStage {
    /// The stage as the metrics know it; a draining shard is still live.
    package var phase: ShardPhase {
        switch self {
        case .fencing: .fencing
        case .restoring: .restoring
        case .live, .draining: .live
        case .stopped: .stopped
        }
    }
}
