import KafkaClient

extension SimulatedError {
    /// As the client library would report it.
    package var asKafkaError: KafkaError {
        KafkaError(
            code: code, name: "\(self)", message: "\(self)", isFatal: disposition == .fatal,
            requiresAbort: disposition == .abort, isRetriable: disposition == .retry)
    }

    private var code: Int32 {
        switch self {
        case .timedOut: KafkaError.Code.timedOut
        case .producerFenced: KafkaError.Code.fenced
        case .fencedInstance: KafkaError.Code.fencedInstance
        case .illegalGeneration, .unknownMember: KafkaError.Code.illegalGeneration
        case .offsetOutOfRange: KafkaError.Code.offsetOutOfRange
        case .brokerUnavailable, .coordinatorUnavailable, .concurrentTransactions, .unstableOffsets,
            .rebalanceInProgress, .transactionFailed, .invalidTransactionState, .outOfOrderSequence, .unknownTopic:
            KafkaError.Code.state
        }
    }
}
