import KafkaClient

/// Why the daemon does not start: one sentence with the remedy.
package enum StartupError: Error, Hashable, Sendable, CustomStringConvertible {
    case settings(SettingsError)
    case unreachable(bootstrap: String, KafkaError)
    case missingTopics([String], partitions: Int?)
    case unequalPartitions([String: Int])
    case compactedInput(String)
    case compactedJournal(String)
    case journalPartitions(String, found: Int, expected: Int)
    case noJournal(String, KafkaError)
    case outOfResources(String)

    package var description: String {
        switch self {
        case .settings(let error): error.description
        case .unreachable(let bootstrap, let error):
            "no broker answers at \(bootstrap): \(error.message); check `kafka.bootstrap`, the network and the broker's advertised address"
        case .missingTopics(let topics, let partitions):
            Self.sentence(missing: topics, partitions: partitions)
        case .unequalPartitions(let counts):
            "the input topics have unequal partition counts ("
                + counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
                + "), so a customer's events could be in different shards; recreate them with one count, keyed by customer id"
        case .compactedInput(let topic):
            "the input topic \(topic) is compacted, which removes events that still count; set cleanup.policy=delete on it"
        case .compactedJournal(let topic):
            "the journal \(topic) is compacted, which removes entries that the state is made from; set cleanup.policy=delete on it"
        case .journalPartitions(let topic, let found, let expected):
            "the journal \(topic) has \(found) partitions, the inputs have \(expected): customers would move to other shards than their journal's; go back to \(found) input partitions, or choose a new `application`, which starts over with an empty state"
        case .noJournal(let topic, let error):
            "the journal \(topic) is missing and cannot be created: \(error.message); create it with as many partitions as the inputs, cleanup.policy=delete and retention.ms=-1"
        case .outOfResources(let message): message
        }
    }
}

extension StartupError {
    private static func sentence(missing topics: [String], partitions: Int?) -> String {
        let isOne = topics.count == 1
        let count = partitions.map { " with \($0) partitions, as many as the other inputs have" }
        return "the cluster has no \(isOne ? "topic" : "topics") \(topics.joined(separator: ", ")); "
            + "create \(isOne ? "it" : "them")\(count ?? ""), or correct `topics` in the configuration"
    }
}

/// What the cluster says of the topics, and whether the daemon can work with them.
package struct StartupCheck: Sendable {
    package var partitionCount: Int

    private static let timeout: Int32 = 10_000

    /// Asks the cluster; throws the first thing that is wrong.
    package static func run(_ options: DaemonOptions) throws(StartupError) -> StartupCheck {
        let admin: Admin
        do {
            try options.clientSettings.check(
                groupID: options.group, instanceID: options.instance, transactionalID: options.application)
            admin = try Admin(settings: options.clientSettings, timeoutMilliseconds: timeout)
        } catch {
            throw .settings(error)
        }
        let cluster: ClusterDescription
        do {
            cluster = try admin.describe()
        } catch {
            throw .unreachable(bootstrap: options.bootstrap, error)
        }
        let count = try judge(cluster, options)
        try checkJournal(cluster, options, partitions: count, admin)
        if options.asksForTopicSettings {
            for input in options.inputs where isCompacted(input.topic, admin) { throw .compactedInput(input.topic) }
            if isCompacted(options.outputs.journal, admin) { throw .compactedJournal(options.outputs.journal) }
        }
        return StartupCheck(partitionCount: count)
    }

    /// The number of partitions that every input has.
    private static func judge(_ cluster: ClusterDescription, _ options: DaemonOptions) throws(StartupError) -> Int {
        func isMissing(_ topic: String) -> Bool { (cluster.topics[topic]?.partitionCount ?? 0) == 0 }
        let inputs = options.inputs.map(\.topic)
        let counts = inputs.filter { !isMissing($0) }.compactMap { cluster.topics[$0]?.partitionCount }
        let missingInputs = inputs.filter(isMissing)
        guard missingInputs.isEmpty, let count = counts.first else {
            throw .missingTopics(missingInputs, partitions: counts.first)
        }
        guard counts.allSatisfy({ $0 == count }) else {
            throw .unequalPartitions(Dictionary(zip(inputs, counts)) { $1 })
        }
        let missingOutputs = options.outputs.all.filter(isMissing)
        guard missingOutputs.isEmpty else { throw .missingTopics(missingOutputs, partitions: nil) }
        return count
    }

    /// The journal is tierd's own: it is made when it is missing, and must have one partition per shard.
    private static func checkJournal(
        _ cluster: ClusterDescription, _ options: DaemonOptions, partitions: Int, _ admin: Admin
    ) throws(StartupError) {
        let topic = options.outputs.journal
        let found = cluster.topics[topic]?.partitionCount ?? 0
        if found == partitions { return }
        guard found == 0 else { throw .journalPartitions(topic, found: found, expected: partitions) }
        let settings = ["cleanup.policy": "delete", "retention.ms": "-1"]
        do {
            try admin.createTopics([NewTopic(name: topic, partitions: Int32(partitions), configuration: settings)])
        } catch {
            throw .noJournal(topic, error)
        }
    }

    /// False where the broker does not tell.
    private static func isCompacted(_ topic: String, _ admin: Admin) -> Bool {
        guard let settings = try? admin.topicConfiguration(topic) else { return false }
        return settings["cleanup.policy"]?.contains("compact") ?? false
    }
}

extension DaemonOptions {
    /// The pass-through settings with the bootstrap address.
    package var clientSettings: ClientSettings {
        ClientSettings(settings, defaults: ["bootstrap.servers": bootstrap])
    }

    /// The same with this process's share of the fetch memory for each of `partitions` fetch queues.
    func consumerSettings(partitions: Int) -> ClientSettings {
        let kibibytes = max(256, bufferBytes / 1024 / max(partitions, 1))
        return ClientSettings(
            settings,
            defaults: ["bootstrap.servers": bootstrap, "queued.max.messages.kbytes": String(kibibytes)])
    }
}
