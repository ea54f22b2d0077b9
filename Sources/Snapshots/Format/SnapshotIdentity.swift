import Scoring

/// Whose state a snapshot holds and under which rules; a shard takes over only what agrees with it in all parts.
package struct SnapshotIdentity: Hashable, Sendable {
    package var application: String
    package var shard: Int32
    /// Partitions of each input topic: another number would send customers to other shards.
    package var partitionCount: Int32
    /// In the order of their ranks, each input once.
    package var topics: [SnapshotTopic]
    package var policyHash: PolicyHash

    package init(
        application: String, shard: Int32, partitionCount: Int32, topics: [SnapshotTopic], policyHash: PolicyHash
    ) {
        self.application = application
        self.shard = shard
        self.partitionCount = partitionCount
        self.topics = topics.sorted { $0.input.rawValue < $1.input.rawValue }
        self.policyHash = policyHash
    }

    /// Throws the first part in which `found` differs, the policy apart: a shard can go on from another's.
    func check(_ found: SnapshotIdentity) throws(SnapshotError) {
        guard found.application == application else {
            throw .foreign(.application, found: found.application, expected: application)
        }
        guard found.shard == shard else { throw .foreign(.shard, found: "\(found.shard)", expected: "\(shard)") }
        guard found.partitionCount == partitionCount else {
            throw .foreign(.partitionCount, found: "\(found.partitionCount)", expected: "\(partitionCount)")
        }
        guard found.topics == topics else {
            throw .foreign(.topics, found: Self.list(found.topics), expected: Self.list(topics))
        }
    }

    private static func list(_ topics: [SnapshotTopic]) -> String { topics.map(\.name).joined(separator: ", ") }
}

/// An input topic of the shard.
package struct SnapshotTopic: Hashable, Sendable {
    package var input: InputKind
    package var name: String

    package init(_ input: InputKind, _ name: String) {
        self.input = input
        self.name = name
    }
}
