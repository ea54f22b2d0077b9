import CRDKafka

/// An error of the client library or of a broker.
package struct KafkaError: Error, Hashable, Sendable, CustomStringConvertible {
    /// librdkafka's number: negative for the client's own errors, positive for the protocol's.
    package let code: Int32
    /// librdkafka's name, such as `_TIMED_OUT` or `TOPIC_AUTHORIZATION_FAILED`.
    package let name: String
    package let message: String
    /// The client instance is lost and must be replaced.
    package let isFatal: Bool
    /// The open transaction is lost and must be aborted.
    package let requiresAbort: Bool
    /// The same call with the same arguments can succeed.
    package let isRetriable: Bool

    /// An error that did not come from the library: what another implementation of a partition or producer reports.
    package init(
        code: Int32, name: String, message: String, isFatal: Bool = false, requiresAbort: Bool = false,
        isRetriable: Bool = false
    ) {
        self.code = code
        self.name = name
        self.message = message
        self.isFatal = isFatal
        self.requiresAbort = requiresAbort
        self.isRetriable = isRetriable
    }

    package var description: String { "\(message) (\(name))" }

    /// What a caller should do about an error.
    package enum Disposition: String, Sendable {
        /// Abort the transaction, then send the same batch in a new one.
        case abort
        /// Repeat the same call with the same arguments.
        case retry
        /// Close this client and make a new one.
        case fatal
        /// The library knows no way on: treat as fatal, and tell a person.
        case fail
    }

    /// Abort comes first: an error inside a failed transaction can carry the retriable flag as well, and repeating a
    /// call there never succeeds. Retry comes before fatal, so that a client that can go on is not thrown away.
    package var disposition: Disposition {
        if requiresAbort { return .abort }
        if isRetriable { return .retry }
        return isFatal ? .fatal : .fail
    }
}

// MARK: - Well-known errors

extension KafkaError {
    package var isTimedOut: Bool {
        code == RD_KAFKA_RESP_ERR__TIMED_OUT.rawValue || code == RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT.rawValue
    }

    package var isUnknownTopic: Bool { Self.unknownTopic.contains(code) }

    /// A newer client holds the same transactional id, or a newer member the same group instance id.
    package var isFenced: Bool { Self.fenced.contains(code) }

    /// This member is no longer the group's: its generation, member id or instance id is out of date.
    package var isStaleGroupMember: Bool { Self.staleGroupMember.contains(code) }

    package var isQueueFull: Bool { code == RD_KAFKA_RESP_ERR__QUEUE_FULL.rawValue }

    /// A summary: the errors of the single brokers, which say why, come before it.
    package var isAllBrokersDown: Bool { code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN.rawValue }

    package var isTopicExisting: Bool { code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS.rawValue }

    /// The position asked for is no longer, or not yet, in the partition.
    package var isOffsetOutOfRange: Bool {
        code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET.rawValue || code == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE.rawValue
    }

    package var isUnsupportedByBroker: Bool {
        code == RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE.rawValue
            || code == RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION.rawValue
    }

    private static let unknownTopic: Set<Int32> = codes(
        RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION,
        RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)

    private static let fenced: Set<Int32> = codes(
        RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, RD_KAFKA_RESP_ERR_PRODUCER_FENCED,
        RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID)

    private static let staleGroupMember: Set<Int32> = codes(
        RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
        RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID)

    /// Codes that pass by themselves. librdkafka marks its error objects; a bare code carries no mark.
    private static let passing: Set<Int32> = codes(
        RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, RD_KAFKA_RESP_ERR__TRANSPORT,
        RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR__QUEUE_FULL,
        RD_KAFKA_RESP_ERR__WAIT_COORD, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
        RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
        RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND,
        RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR,
        RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT)

    private static func codes(_ list: rd_kafka_resp_err_t...) -> Set<Int32> { Set(list.map(\.rawValue)) }
}

// MARK: - Codes

extension KafkaError {
    /// The codes that the properties above ask for, for whoever makes an error by hand.
    package enum Code {
        package static let timedOut = RD_KAFKA_RESP_ERR__TIMED_OUT.rawValue
        package static let fenced = RD_KAFKA_RESP_ERR__FENCED.rawValue
        package static let illegalGeneration = RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION.rawValue
        package static let offsetOutOfRange = RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE.rawValue
        package static let fencedInstance = RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID.rawValue
        package static let state = RD_KAFKA_RESP_ERR__STATE.rawValue
    }
}

// MARK: - From C

extension KafkaError {
    /// Takes over `error` and destroys it.
    init(taking error: OpaquePointer) {
        code = unsafe rd_kafka_error_code(error).rawValue
        name = unsafe String(cString: rd_kafka_error_name(error))
        message = unsafe String(cString: rd_kafka_error_string(error))
        isFatal = unsafe rd_kafka_error_is_fatal(error) != 0
        requiresAbort = unsafe rd_kafka_error_txn_requires_abort(error) != 0
        isRetriable = unsafe rd_kafka_error_is_retriable(error) != 0
        unsafe rd_kafka_error_destroy(error)
    }

    /// An error from its code alone; `message` replaces librdkafka's sentence for the code.
    init(_ response: rd_kafka_resp_err_t, _ message: String? = nil, isFatal: Bool = false, requiresAbort: Bool = false)
    {
        code = response.rawValue
        name = unsafe String(cString: rd_kafka_err2name(response))
        self.message = unsafe message ?? String(cString: rd_kafka_err2str(response))
        self.isFatal = isFatal || response == RD_KAFKA_RESP_ERR__FATAL
        self.requiresAbort = requiresAbort
        isRetriable = !self.isFatal && !requiresAbort && Self.passing.contains(response.rawValue)
    }

    /// The same error, known to have ended the open transaction.
    var endingTransaction: KafkaError {
        KafkaError(rd_kafka_resp_err_t(rawValue: code), message, isFatal: isFatal, requiresAbort: true)
    }

    static func check(_ response: rd_kafka_resp_err_t) throws(KafkaError) {
        if response != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaError(response) }
    }

    /// Throws what `error` holds and destroys it; nil is success.
    @safe static func check(_ error: OpaquePointer?) throws(KafkaError) {
        if let error = unsafe error { throw unsafe KafkaError(taking: error) }
    }
}
