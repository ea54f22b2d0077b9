import KafkaClient

/// Decides the next step of committing one encoded batch, from what the last one gave. Performs nothing.
///
///     begin ─► produce ─► sendOffsets ─► commit ─► committed
///       ▲         │            │           │
///       │         ▼            ▼           │ outcome unknown, or the producer is lost
///       ├──── abort ◄──────────┘           ▼
///       │                              rebuild ─► resolve ─► committed
///       └───────── the same batch again ◄────────────┘
///
/// Abort is not rollback: the same batch is sent again. In doubt is not a guess: a new producer with the same id fences
/// the old one, and the tail of the journal then tells whether the batch got through.
package struct TransactionMachine {
    package enum Step: Hashable, Sendable {
        case perform(Action)
        /// Wait this long, then perform the action.
        case wait(milliseconds: Int32, then: Action)
        case committed
        /// Another owner has taken over, or nobody can help without a person.
        case lost(LaneFailure)

        /// Whether a shard that is lost anyway may stop here: nothing half-done needs an answer first.
        package var canBeLeft: Bool {
            switch self {
            case .wait, .perform(.begin), .perform(.rebuild): true
            case .perform, .committed, .lost: false
            }
        }
    }

    package enum Action: Hashable, Sendable {
        case begin
        case produce
        case sendOffsets
        case commit
        case abort
        /// Replace the producer and initialise its id, which fences the old one and ends its transaction.
        case rebuild
        /// Read the journal's tail: does it end with this batch, or with the one before?
        case resolve
    }

    /// What happened to the batch, for metrics.
    package private(set) var aborts = 0
    package private(set) var rebuilds = 0
    private var attempts = 0

    /// Retries of one batch before the shard gives up and says so.
    package static let maximumAttempts = 200
    private static let shortestWait: Int32 = 20
    private static let longestWait: Int32 = 2_000

    package init() {}

    package func start() -> Step { .perform(.begin) }

    package mutating func succeeded(_ step: Action) -> Step {
        switch step {
        case .begin: return .perform(.produce)
        case .produce: return .perform(.sendOffsets)
        case .sendOffsets:
            return .perform(.commit)
        case .commit: return .committed
        case .abort:
            return .wait(milliseconds: backOff, then: .begin)
        // Also when this batch was not in doubt: another owner may have come and gone, and the new epoch fences it, not us.
        case .rebuild: return .perform(.resolve)
        case .resolve: preconditionFailure("the answer to resolve is given to `resolved`")
        }
    }

    /// The journal, read after fencing, ends with `tail`; nil when it holds no entry.
    package mutating func resolved(tail: JournalRecords.Record?, _ transaction: EncodedTransaction) -> Step {
        let found: JournalPosition?
        do {
            found = try tail.map { record throws(JournalFormatError) in try JournalEntry(bytes: record.value).position }
        } catch {
            return .lost(.journal(.format(offset: tail?.offset ?? 0, error)))
        }
        // What no entry tells of cannot be found out, and is not sent twice: the shard hears that there was a doubt.
        if transaction.batches.isEmpty, found == transaction.previousPosition { return .committed }
        if found == transaction.lastPosition { return .committed }
        if found == transaction.previousPosition { return .perform(.begin) }
        if let previous = transaction.previousPosition, found.map({ $0.sequence < previous.sequence }) ?? true {
            return .lost(.journalRewound(end: found, committed: previous))
        }
        return .lost(.foreignEntry(expected: transaction.lastPosition, found: found))
    }

    package mutating func failed(_ step: Action, _ error: KafkaError) -> Step {
        attempts += 1
        if error.isFenced || attempts > Self.maximumAttempts { return .lost(.kafka(error)) }
        if error.isStaleGroupMember, step == .sendOffsets {
            // A rebalance is under way. Either the membership is renewed, or the shard is revoked and the lane cancelled.
            aborts += 1
            return .perform(.abort)
        }
        switch error.disposition {
        case .abort where step == .abort: return rebuild()
        case .abort:
            aborts += 1
            return .perform(.abort)
        case .retry where step == .produce:
            // Some records may be in the queue already: only a new transaction sends each once.
            aborts += 1
            return .perform(.abort)
        case .retry where step == .commit || (step == .sendOffsets && error.isTimedOut):
            // What went unanswered may still take effect, even in this producer's next transaction: only a new epoch
            // shuts it out.
            return rebuild()
        case .retry: return .wait(milliseconds: backOff, then: step)
        case .fatal, .fail: return rebuild()
        }
    }

    private mutating func rebuild() -> Step {
        rebuilds += 1
        return .wait(milliseconds: backOff, then: .rebuild)
    }

    /// Doubles with each attempt up to its limit.
    private var backOff: Int32 { min(Self.shortestWait << Int32(min(attempts, 10)), Self.longestWait) }
}
