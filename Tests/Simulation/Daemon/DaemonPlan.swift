import KafkaClient
import Runtime
import Scoring
import ShardEngine
import Snapshots
import WireFormat

/// What all members of a simulated application have in common.
package struct DaemonPlan: Sendable {
    package var application = "tierd"
    /// What every host's policy file holds at the beginning.
    package var policy: Policy
    package var activation = Activation()
    package var retiersPerSecond = 20
    package var partitions: Int32
    package var outputPartitions: Int32 = 2
    package var inputs: [(kind: InputKind, topic: String)] = [
        (.orders, "orders"), (.browse, "browse"), (.feedback, "feedback"),
    ]
    package var outputs: OutputTopics = {
        var topics = OutputTopics.standard
        topics.tierChangesShadow = shadowTopic
        return topics
    }()
    package var batchRecords = 20
    package var snapshots = SnapshotRules(interval: 7, events: 60, keep: 2)

    package static let recordBytes = 1 << 16
    package static let shadowTopic = "tier-changes-shadow"

    package init(policy: Policy, partitions: Int32) {
        self.policy = KeptPolicy(policy).policy
        self.partitions = partitions
    }

    package func createTopics(in cluster: SimulatedCluster) {
        for input in inputs { cluster.create(topic: input.topic, partitions: partitions) }
        for topic in outputs.written { cluster.create(topic: topic, partitions: outputPartitions) }
        cluster.create(topic: outputs.journal, partitions: partitions)
    }

    /// The source that outputs name.
    var source: String { "/tierd/\(application)" }

    /// Where decisions go; dead letters are none.
    var decisionTopics: [String] { OutputDestination.allCases.map { outputs.name(of: $0) } }

    package func inputPartitions(of shard: Int32) -> [TopicPartition] {
        inputs.map { TopicPartition(topic: $0.topic, partition: shard) }
    }

    package func journalPartition(of shard: Int32) -> TopicPartition {
        TopicPartition(topic: outputs.journal, partition: shard)
    }

    /// Any function of the key will do.
    func outputPartition(of key: [UInt8]?) -> Int32 {
        InputScript.shard(of: String(decoding: key ?? [], as: UTF8.self), partitions: outputPartitions)
    }

    func identity(of shard: Int32) -> SnapshotIdentity {
        SnapshotIdentity(
            application: application, shard: shard, partitionCount: partitions,
            topics: inputs.map { SnapshotTopic($0.kind, $0.topic) }, policyHash: PolicyHash(of: policy))
    }

    func options(clock: ShardClock) -> DaemonOptions {
        var options = DaemonOptions(
            application: application, bootstrap: "simulated", group: application, inputs: inputs, outputs: outputs,
            policy: policy, clock: clock, batchRecords: batchRecords, recordBytes: Self.recordBytes,
            commitInterval: TimeSpan(milliseconds: 500),
            snapshots: SnapshotOptions(store: .directory("/"), rules: snapshots))
        options.activation = activation
        options.retiersPerSecond = retiersPerSecond
        return options
    }
}
