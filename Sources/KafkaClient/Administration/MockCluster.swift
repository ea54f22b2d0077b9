import CRDKafka

/// librdkafka's own broker simulation, in this process and on real sockets: for tests and for trying things out
/// without an installation. It keeps no transactional offsets, fences nobody and isolates nothing. Safe from any
/// thread; gone with the last reference.
@safe package final class MockCluster: @unchecked Sendable {
    /// The simulation runs on this client's thread and is destroyed before it.
    private let host: ClientHandle
    private let pointer: OpaquePointer

    /// Starts `brokers` brokers with the ids 1, 2, ...
    package init(brokers: Int32) throws(SettingsError) {
        host = try ClientHandle(producer: ClientSettings([:]).configuration(for: .admin))
        guard let pointer = unsafe rd_kafka_mock_cluster_new(host.pointer, brokers) else {
            throw .unusable(message: "cannot start \(brokers) simulated brokers")
        }
        unsafe self.pointer = pointer
    }

    deinit { unsafe rd_kafka_mock_cluster_destroy(pointer) }

    /// The value for `bootstrap.servers`.
    package var bootstrapServers: String { unsafe String(cString: rd_kafka_mock_cluster_bootstraps(pointer)) }

    package func createTopic(_ name: String, partitions: Int32, replication: Int32 = 1) throws(KafkaError) {
        try KafkaError.check(unsafe rd_kafka_mock_topic_create(pointer, name, partitions, replication))
    }

    /// The next requests with this protocol number fail with these codes, one each; -195 cuts the connection.
    package func injectErrors(apiKey: Int16, _ codes: [Int32]) {
        let errors = codes.map { rd_kafka_resp_err_t(rawValue: $0) }
        unsafe rd_kafka_mock_push_request_errors_array(pointer, apiKey, errors.count, errors)
    }

    package func clearErrors(apiKey: Int16) { unsafe rd_kafka_mock_clear_request_errors(pointer, apiKey) }

    /// For good: the port may be somebody else's before it would be up again.
    package func setBrokerDown(_ broker: Int32) throws(KafkaError) {
        try KafkaError.check(unsafe rd_kafka_mock_broker_set_down(pointer, broker))
    }

    package func setRoundTripTime(broker: Int32, milliseconds: Int32) throws(KafkaError) {
        try KafkaError.check(unsafe rd_kafka_mock_broker_set_rtt(pointer, broker, milliseconds))
    }

    package func setPartitionLeader(_ partition: TopicPartition, broker: Int32) throws(KafkaError) {
        try KafkaError.check(
            unsafe rd_kafka_mock_partition_set_leader(pointer, partition.topic, partition.partition, broker))
    }

    /// What a coordinator coordinates.
    package enum CoordinatedKind: String, Sendable {
        case group
        case transaction
    }

    /// Moves the coordinator of a group id or transactional id.
    package func setCoordinator(_ kind: CoordinatedKind, id: String, broker: Int32) throws(KafkaError) {
        try KafkaError.check(unsafe rd_kafka_mock_coordinator_set(pointer, kind.rawValue, id, broker))
    }
}
