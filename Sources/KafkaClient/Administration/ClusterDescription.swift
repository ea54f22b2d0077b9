/// The brokers and topics of a cluster, as one broker tells them.
package struct ClusterDescription: Hashable, Sendable {
    /// In order of id.
    package let brokers: [BrokerDescription]
    package let topics: [String: TopicDescription]
}

package struct BrokerDescription: Hashable, Sendable {
    package let id: Int32
    package let host: String
    package let port: Int32
}

package struct TopicDescription: Hashable, Sendable {
    package let partitionCount: Int
    /// Why the topic cannot be used, if so.
    package let error: KafkaError?
}

/// A topic to create.
package struct NewTopic: Hashable, Sendable {
    package let name: String
    package let partitions: Int32
    /// -1 is the broker's default.
    package let replication: Int32
    /// Topic settings such as `cleanup.policy`; the broker checks them.
    package let configuration: [String: String]

    package init(name: String, partitions: Int32, replication: Int32 = -1, configuration: [String: String] = [:]) {
        self.name = name
        self.partitions = partitions
        self.replication = replication
        self.configuration = configuration
    }
}
