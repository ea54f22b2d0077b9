import KafkaClient
import Scoring

/// The journal of an application and the outputs that it vouches for, to be looked at by people. Reads only; every call
/// blocks.
package struct JournalArchive: Sendable {
    package let bootstrap: String
    /// Passed through to librdkafka.
    package let settings: [String: String]
    package let topics: OutputTopics
    /// Names of the input topics, where they are known.
    package let inputs: [InputKind: String]
    let origin: OutputOrigin

    /// - Parameter application: Whose journal it is; nil where that is not known, and all outputs are taken for its own.
    package init(
        bootstrap: String, settings: [String: String] = [:], topics: OutputTopics, inputs: [InputKind: String] = [:],
        application: String? = nil
    ) {
        self.bootstrap = bootstrap
        self.settings = settings
        self.topics = topics
        self.inputs = inputs
        origin = OutputOrigin(application: application, inputs: inputs.values, deadLetters: topics.deadLetters)
    }

    package init(_ configuration: Configuration) {
        let topics = configuration.topics
        self.init(
            bootstrap: configuration.kafka.bootstrap, settings: configuration.kafka.settings,
            topics: OutputTopics(
                tierChanges: topics.tierChanges, churnRisk: topics.churnRisk, tierNotices: topics.tierNotices,
                customerProfiles: topics.customerProfiles, deadLetters: topics.deadLetters,
                journal: configuration.journal),
            inputs: Dictionary(uniqueKeysWithValues: topics.inputs.map { ($0.kind, $0.topic) }),
            application: configuration.application)
    }

    /// The shard that is asked for, or all.
    package func shards(only shard: Int32?) throws(ArchiveError) -> [Int32] {
        let count = try Self.partitionCount(of: topics.journal, cluster())
        guard let shard else { return Array(0..<count) }
        guard (0..<count).contains(shard) else { throw .noShard(shard, topic: topics.journal, count: count) }
        return [shard]
    }

    // MARK: - Asking the cluster

    func cluster() throws(ArchiveError) -> ClusterDescription {
        try CommittedReader.cluster(bootstrap: bootstrap, settings: settings)
    }

    static func partitionCount(
        of topic: String, _ cluster: ClusterDescription
    ) throws(ArchiveError) -> Int32 {
        guard let found = cluster.topics[topic], found.partitionCount > 0 else { throw .noTopic(topic) }
        return Int32(found.partitionCount)
    }

    /// Everything that these partitions hold now, committed records only.
    func bounds(of partitions: [TopicPartition]) throws(ArchiveError) -> [CommittedReader.Stretch] {
        try CommittedReader.bounds(of: partitions, bootstrap: bootstrap, settings: settings)
    }

    func reader(_ stretches: [CommittedReader.Stretch]) throws(ArchiveError) -> CommittedReader {
        try CommittedReader(stretches, bootstrap: bootstrap, settings: settings)
    }

    func journal(_ shard: Int32) -> TopicPartition { TopicPartition(topic: topics.journal, partition: shard) }
}
