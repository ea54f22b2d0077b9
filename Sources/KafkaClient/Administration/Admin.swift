import CRDKafka

/// Creates and describes topics.
///
/// Thread contract: one thread at a time. Every call waits for a broker, for at most `timeoutMilliseconds`.
@safe package final class Admin: Sendable {
    private let connection: ProducerConnection
    private let timeoutMilliseconds: Int32

    package init(settings: ClientSettings, timeoutMilliseconds: Int32 = 10_000) throws(SettingsError) {
        connection = try ProducerConnection(settings.configuration(for: .admin))
        self.timeoutMilliseconds = timeoutMilliseconds
    }

    package func describe() throws(KafkaError) -> ClusterDescription {
        try connection.describe(timeoutMilliseconds: timeoutMilliseconds)
    }

    /// Creates the topics that do not exist yet and returns the names of those; throws the first other failure.
    @discardableResult
    package func createTopics(_ topics: [NewTopic]) throws(KafkaError) -> [String] {
        let requests = unsafe try topics.map { topic throws(KafkaError) in unsafe try request(for: topic) }
        defer { unsafe requests.forEach { unsafe rd_kafka_NewTopic_destroy($0) } }
        let options = unsafe try options(for: RD_KAFKA_ADMIN_OP_CREATETOPICS)
        defer { unsafe rd_kafka_AdminOptions_destroy(options) }
        var pointers = unsafe requests.map(Optional.some)
        let answer = unsafe try answer { queue in
            unsafe rd_kafka_CreateTopics(connection.client.pointer, &pointers, pointers.count, options, queue)
        }
        return try created(in: answer)
    }

    /// A topic's settings with their values in force, such as `cleanup.policy` and `retention.ms`.
    package func topicConfiguration(_ topic: String) throws(KafkaError) -> [String: String] {
        try configuration(of: RD_KAFKA_RESOURCE_TOPIC, topic)
    }

    /// A broker's settings with their values in force, such as `group.max.session.timeout.ms`.
    package func brokerConfiguration(_ id: Int32) throws(KafkaError) -> [String: String] {
        try configuration(of: RD_KAFKA_RESOURCE_BROKER, String(id))
    }

    private func configuration(
        of type: rd_kafka_ResourceType_t, _ name: String
    ) throws(KafkaError) -> [String: String] {
        let resource = unsafe rd_kafka_ConfigResource_new(type, name)
        defer { unsafe rd_kafka_ConfigResource_destroy(resource) }
        let options = unsafe try options(for: RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS)
        defer { unsafe rd_kafka_AdminOptions_destroy(options) }
        var resources = unsafe [resource]
        let answer = unsafe try answer { queue in
            unsafe rd_kafka_DescribeConfigs(connection.client.pointer, &resources, 1, options, queue)
        }
        return try entries(in: answer)
    }
}

// MARK: - Requests and answers

extension Admin {
    private func request(for topic: NewTopic) throws(KafkaError) -> OpaquePointer {
        var message = [CChar](repeating: 0, count: 512)
        guard
            let request = unsafe rd_kafka_NewTopic_new(
                topic.name, topic.partitions, topic.replication, &message, message.count)
        else {
            throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, "topic \(topic.name): \(text(of: message))")
        }
        for (name, value) in topic.configuration.sorted(by: { $0.key < $1.key }) {
            unsafe rd_kafka_NewTopic_set_config(request, name, value)
        }
        return unsafe request
    }

    /// Bounds both the request and the time that the broker may work on it.
    private func options(for operation: rd_kafka_admin_op_t) throws(KafkaError) -> OpaquePointer? {
        let options = unsafe rd_kafka_AdminOptions_new(connection.client.pointer, operation)
        var message = [CChar](repeating: 0, count: 512)
        let response = unsafe rd_kafka_AdminOptions_set_request_timeout(
            options, timeoutMilliseconds, &message, message.count)
        guard response == RD_KAFKA_RESP_ERR_NO_ERROR else {
            unsafe rd_kafka_AdminOptions_destroy(options)
            throw KafkaError(response, text(of: message))
        }
        return unsafe options
    }

    private func answer(to send: (OpaquePointer) -> Void) throws(KafkaError) -> QueueEvent {
        let queue = EventQueue.new(of: connection.client)
        unsafe send(queue.pointer)
        // The library answers by its own time limit; a second more is for its clock.
        guard let event = queue.poll(timeoutMilliseconds: timeoutMilliseconds + 1000) else {
            throw connection.unanswered(
                KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT), timeoutMilliseconds: timeoutMilliseconds)
        }
        if event.response == RD_KAFKA_RESP_ERR_NO_ERROR { return event }
        let error = event.error(of: connection.client)
        guard error.isTimedOut || error.code == RD_KAFKA_RESP_ERR__TRANSPORT.rawValue else { throw error }
        throw connection.unanswered(error, timeoutMilliseconds: timeoutMilliseconds)
    }

    private func created(in answer: borrowing QueueEvent) throws(KafkaError) -> [String] {
        var count = 0
        let results = unsafe rd_kafka_CreateTopics_result_topics(
            rd_kafka_event_CreateTopics_result(answer.pointer), &count)
        var names: [String] = []
        for index in 0..<count {
            let result = unsafe results?[index]
            let name = unsafe String(cString: rd_kafka_topic_result_name(result))
            let response = unsafe rd_kafka_topic_result_error(result)
            if response == RD_KAFKA_RESP_ERR_NO_ERROR {
                names.append(name)
            } else if response != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS {
                let reason = unsafe rd_kafka_topic_result_error_string(result).map { unsafe String(cString: $0) }
                throw KafkaError(
                    response, "topic \(name): \(unsafe reason ?? String(cString: rd_kafka_err2str(response)))")
            }
        }
        return names
    }

    private func entries(in answer: borrowing QueueEvent) throws(KafkaError) -> [String: String] {
        var resourceCount = 0
        let resources = unsafe rd_kafka_DescribeConfigs_result_resources(
            rd_kafka_event_DescribeConfigs_result(answer.pointer), &resourceCount)
        guard resourceCount > 0, let resource = unsafe resources?[0] else { return [:] }
        let response = unsafe rd_kafka_ConfigResource_error(resource)
        guard response == RD_KAFKA_RESP_ERR_NO_ERROR else {
            let reason = unsafe rd_kafka_ConfigResource_error_string(resource).map { unsafe String(cString: $0) }
            throw KafkaError(response, reason)
        }
        var count = 0
        let configs = unsafe rd_kafka_ConfigResource_configs(resource, &count)
        var entries: [String: String] = [:]
        for index in 0..<count {
            let entry = unsafe configs?[index]
            guard let value = unsafe rd_kafka_ConfigEntry_value(entry) else { continue }
            entries[unsafe String(cString: rd_kafka_ConfigEntry_name(entry))] = unsafe String(cString: value)
        }
        return entries
    }
}
