/// What a simulated broker or client answers when it does not do what was asked.
///
/// | case                      | librdkafka's name            | disposition | isFenced | isStaleGroupMember | isTimedOut |
/// |---------------------------|------------------------------|-------------|----------|--------------------|------------|
/// | timedOut                  | `_TIMED_OUT`                 | retry       |          |                    | yes        |
/// | brokerUnavailable         | `_TRANSPORT`                 | retry       |          |                    |            |
/// | coordinatorUnavailable    | `COORDINATOR_NOT_AVAILABLE`  | retry       |          |                    |            |
/// | concurrentTransactions    | `CONCURRENT_TRANSACTIONS`    | retry       |          |                    |            |
/// | unstableOffsets           | `UNSTABLE_OFFSET_COMMIT`     | retry       |          |                    |            |
/// | rebalanceInProgress       | `REBALANCE_IN_PROGRESS`      | retry       |          |                    |            |
/// | transactionFailed         | `_INCONSISTENT`              | abort       |          |                    |            |
/// | illegalGeneration         | `ILLEGAL_GENERATION`         | abort       |          | yes                |            |
/// | unknownMember             | `UNKNOWN_MEMBER_ID`          | abort       |          | yes                |            |
/// | producerFenced            | `_FENCED`                    | fatal       | yes      |                    |            |
/// | fencedInstance            | `FENCED_INSTANCE_ID`         | fatal       | yes      | yes                |            |
/// | invalidTransactionState   | `INVALID_TXN_STATE`          | fatal       |          |                    |            |
/// | outOfOrderSequence        | `OUT_OF_ORDER_SEQUENCE_NUMBER` | fatal     |          |                    |            |
/// | offsetOutOfRange          | `OFFSET_OUT_OF_RANGE`        | fail        |          |                    |            |
/// | unknownTopic              | `UNKNOWN_TOPIC_OR_PART`      | fail        |          |                    |            |
package enum SimulatedError: Error, Hashable, Sendable, CaseIterable {
    /// Nobody answered in time: what was asked may have happened, may yet happen, or never.
    case timedOut
    case brokerUnavailable
    case coordinatorUnavailable
    /// The transactional id's last transaction is still being ended.
    case concurrentTransactions
    /// A transaction that touches these offsets is open.
    case unstableOffsets
    case rebalanceInProgress
    /// The open transaction cannot be committed any more.
    case transactionFailed
    case illegalGeneration
    case unknownMember
    /// A newer producer has the transactional id, or the coordinator aborted by time-out.
    case producerFenced
    /// A newer member has the group instance id.
    case fencedInstance
    case invalidTransactionState
    case outOfOrderSequence
    case offsetOutOfRange
    case unknownTopic

    package enum Disposition: Hashable, Sendable { case abort, retry, fatal, fail }

    package var disposition: Disposition {
        switch self {
        case .timedOut, .brokerUnavailable, .coordinatorUnavailable, .concurrentTransactions, .unstableOffsets,
            .rebalanceInProgress:
            .retry
        case .transactionFailed, .illegalGeneration, .unknownMember: .abort
        case .producerFenced, .fencedInstance, .invalidTransactionState, .outOfOrderSequence: .fatal
        case .offsetOutOfRange, .unknownTopic: .fail
        }
    }

    package var isRetriable: Bool { disposition == .retry }
    package var isFenced: Bool { self == .producerFenced || self == .fencedInstance }
    package var isStaleGroupMember: Bool {
        self == .illegalGeneration || self == .unknownMember || self == .fencedInstance
    }
    package var isTimedOut: Bool { self == .timedOut }
}

/// An answer, which may come later.
package typealias Reply<Value> = (Result<Value, SimulatedError>) -> Void
