import KafkaClient
import Scoring
import Snapshots

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
    case snapshotPartitions(String, found: Int, expected: Int)
    case uncompactedSnapshots(String)
    case noSnapshotTopic(String, KafkaError)
    case noSnapshotFolder(FileSystemError)
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
            "the journal \(topic) has \(found) partitions, the inputs have \(expected): customers would be in other shards than their history; \(Self.partitionRemedy)"
        case .noJournal(let topic, let error):
            "the journal \(topic) is missing and cannot be created: \(error.message); create it with as many partitions as the inputs, cleanup.policy=delete and retention.ms=-1"
        case .snapshotPartitions(let topic, let found, let expected):
            "the topic of snapshots \(topic) has \(found) partitions, the inputs have \(expected): each shard needs one of its own; name another `snapshots.topic`"
        case .uncompactedSnapshots(let topic):
            "the topic of snapshots \(topic) is not compacted alone, so that retention would remove snapshots; set cleanup.policy=compact on it"
        case .noSnapshotTopic(let topic, let error):
            "the topic of snapshots \(topic) is missing and cannot be created: \(error.message); create it with as many partitions as the inputs and cleanup.policy=compact"
        case .noSnapshotFolder(let error):
            "snapshots cannot be written: \(error); correct `snapshots.path`, or let tierd's user write there"
        case .outOfResources(let message): message
        }
    }

    /// Kafka takes no partitions away, and what is in them stays where it is.
    static let partitionRemedy =
        "make input topics of the count that you want, produce their history into them keyed by customer id, and name them in `topics` with a new `application`"
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
    /// What works now and will not for ever, each in one sentence with the remedy.
    package var warnings: [String] = []

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
        try checkSnapshots(cluster, options, partitions: count, admin)
        var check = StartupCheck(partitionCount: count)
        if options.asksForTopicSettings {
            check.warnings = try checkSettings(options, admin) + checkSession(cluster, options, admin)
        }
        return check
    }

    /// The group's coordinator refuses members by limits of its own; brokers have the same ones as a rule.
    private static func checkSession(
        _ cluster: ClusterDescription, _ options: DaemonOptions, _ admin: Admin
    ) -> [String] {
        guard let session = options.settings[SessionLimits.setting].flatMap({ Int64($0) }),
            SessionLimits.isUnusual(session), let broker = cluster.brokers.first
        else { return [] }
        return SessionLimits((try? admin.brokerConfiguration(broker.id)) ?? [:]).warnings(of: session)
    }

    /// Returns what is only worth a warning.
    private static func checkSettings(_ options: DaemonOptions, _ admin: Admin) throws(StartupError) -> [String] {
        var (warnings, unknown): ([String], [String]) = ([], [])
        for input in options.inputs {
            let found = settings(of: input.topic, admin)
            if found.isCompacted { throw .compactedInput(input.topic) }
            if !found.isKnown { unknown.append(input.topic) }
            warnings += RetentionWarning(input.topic, found.retention, options.snapshots?.rules).sentences
        }
        let journal = settings(of: options.outputs.journal, admin)
        if journal.isCompacted { throw .compactedJournal(options.outputs.journal) }
        warnings += RetentionWarning.journal(options.outputs.journal, journal.retention, bytes: journal.retentionBytes)
        if !unknown.isEmpty {
            warnings.append(
                "the broker does not tell the settings of \(unknown.joined(separator: ", ")): whether they are compacted, and kept long enough, is not checked; allow DESCRIBE_CONFIGS on the topics"
            )
        }
        return warnings
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
        let missingOutputs = options.outputs.written.filter(isMissing)
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

    /// The topic of snapshots is tierd's own as well.
    private static func checkSnapshots(
        _ cluster: ClusterDescription, _ options: DaemonOptions, partitions: Int, _ admin: Admin
    ) throws(StartupError) {
        if case .directory(let path)? = options.snapshots?.store {
            do throws(FileSystemError) {
                return try DirectoryStore.probe(
                    SnapshotOptions.folder(of: options.application, below: path), PosixFileSystem())
            } catch {
                throw .noSnapshotFolder(error)
            }
        }
        guard case .topic(let topic)? = options.snapshots?.store else { return }
        let found = cluster.topics[topic]?.partitionCount ?? 0
        guard found == 0 || found == partitions else {
            throw .snapshotPartitions(topic, found: found, expected: partitions)
        }
        if found > 0 {
            guard options.asksForTopicSettings else { return }
            let found = settings(of: topic, admin)
            if found.isKnown, !found.isCompacted || found.isDeleted { throw .uncompactedSnapshots(topic) }
            return
        }
        let settings = [
            "cleanup.policy": "compact",
            // Removed snapshots take their room until their segment is closed: by default a gigabyte each.
            "segment.bytes": "134217728", "min.cleanable.dirty.ratio": "0.2",
        ]
        do {
            try admin.createTopics([NewTopic(name: topic, partitions: Int32(partitions), configuration: settings)])
        } catch {
            throw .noSnapshotTopic(topic, error)
        }
    }

    private struct TopicSettings {
        var isKnown = false
        var isCompacted = false
        var isDeleted = false
        /// Nil for ever, and where the broker does not tell.
        var retention: TimeSpan?
        /// Nil for any number.
        var retentionBytes: Int64?
    }

    private static func settings(of topic: String, _ admin: Admin) -> TopicSettings {
        guard let found = try? admin.topicConfiguration(topic), let policy = found["cleanup.policy"] else {
            return TopicSettings()
        }
        let retention = found["retention.ms"].flatMap { Int64($0) }
        return TopicSettings(
            isKnown: true, isCompacted: policy.contains("compact"), isDeleted: policy.contains("delete"),
            retention: retention.flatMap { $0 < 0 ? nil : TimeSpan(milliseconds: $0) },
            retentionBytes: found["retention.bytes"].flatMap { Int64($0) }.flatMap { $0 < 0 ? nil : $0 })
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
