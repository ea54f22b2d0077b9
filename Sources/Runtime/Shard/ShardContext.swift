import KafkaClient
import Logging
import Scoring
import ShardEngine
import Telemetry
import WireFormat

/// What all shards of a process share; set once at the start.
struct ShardContext: Sendable {
    let policy: Policy
    let encoder: OutputEncoder
    let clock: ShardClock
    let board: StatusBoard
    let metrics: Metrics
    let log: RuntimeLog
    let batchRecords: Int
    let commitSeconds: Double
    let deadLettersPerSecond: Int
    /// Asks the control thread to make a stopped shard anew.
    let requestReassignment: @Sendable (Int32) -> Void

    /// Deadlines fired in one batch; the rest of a wave waits for the next one, so that live events get their turn.
    static let deadlinesPerBatch = 2_000
    /// Encoded bytes of one transaction.
    static let transactionBytes = 4 << 20
    /// A shard that stopped for a passing reason is taken again after this long.
    static let retakeSeconds = 2.0
}

/// What a shard says of a customer.
package enum ShardAnswer: Sendable {
    case found(CustomerReport)
    case unknown
    /// The shard is not live yet.
    case restoring
}

/// The log lines of the runtime, so that each is worded once. Never a customer id, never a payload.
package struct RuntimeLog: Sendable {
    let logger: Logger

    package init(_ logger: Logger) { self.logger = logger }

    func shardLive(_ shard: Int32, customers: Int, seconds: Double) {
        logger.info(
            "shard is live",
            metadata: [
                "shard": "\(shard)", "customers": "\(customers)",
                "rebuilt_in": "\((seconds * 1000).rounded() / 1000) s",
            ])
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
        case .rebuilding: .rebuilding
        case .live, .draining: .live
        case .stopped: .stopped
        }
    }
}
