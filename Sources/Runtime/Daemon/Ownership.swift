import KafkaClient

/// What a group member does about its partitions: which shards it takes up, when reading starts, and when it gives back.
/// Decides; performs nothing.
///
///     none ──assigned──► taking ──all starts known──► reading
///      ▲                   │  ▲                         │
///      │                   │  └───── needs retaking ────┤
///      └──────revoked──────┴────────────────────────────┘
///
/// Reading starts only when each shard's place in the journal is known: until then the library fetches nothing.
package struct Ownership {
    private enum Stage {
        case none
        /// Some shards' starts are awaited, until the deadline.
        case taking(partitions: [TopicPartition], starts: [Int32: ShardStart], deadline: Double)
        case reading(partitions: [TopicPartition])
    }

    package enum Action: Hashable, Sendable {
        case adopt([Int32])
        /// Finish what is in flight, then let go; the shards are dropped at once when they are lost already.
        case drain([Int32], isLost: Bool)
        case assign([PartitionOffset])
        case unassign
        /// Other members see other topics or another strategy.
        case refuse
    }

    private var stage = Stage.none
    private let inputTopics: Int

    /// A shard that takes longer is left out of the first assignment and taken with a later one.
    static let patienceSeconds = 60.0

    package init(inputTopics: Int) { self.inputTopics = inputTopics }

    /// Nil while nothing is assigned.
    package var partitions: [TopicPartition]? {
        switch stage {
        case .none: nil
        case .taking(let partitions, _, _), .reading(let partitions): partitions
        }
    }

    package mutating func assigned(_ partitions: [TopicPartition], at now: Double) -> [Action] {
        let shards = Self.shards(of: partitions)
        guard partitions.count == shards.count * inputTopics else { return [.refuse] }
        stage = .taking(partitions: partitions, starts: [:], deadline: now + Self.patienceSeconds)
        return shards.isEmpty ? startReading(partitions, [:]) : [.adopt(shards)]
    }

    package mutating func revoked(isLost: Bool) -> [Action] {
        guard let partitions else { return [.unassign] }
        stage = .none
        return [.drain(Self.shards(of: partitions), isLost: isLost), .unassign]
    }

    /// A shard has said where it starts, or that it cannot.
    package mutating func announced(_ shard: Int32, _ start: ShardStart) -> [Action] {
        guard case .taking(let partitions, var starts, let deadline) = stage else { return [] }
        starts[shard] = start
        stage = .taking(partitions: partitions, starts: starts, deadline: deadline)
        guard Self.shards(of: partitions).allSatisfy({ starts[$0] != nil }) else { return [] }
        return startReading(partitions, starts)
    }

    /// Time has passed.
    package mutating func tick(at now: Double) -> [Action] {
        guard case .taking(let partitions, let starts, let deadline) = stage, now >= deadline else { return [] }
        return startReading(partitions, starts)
    }

    /// Takes the present assignment anew, for shards that stopped for a passing reason.
    package mutating func retake(at now: Double) -> [Action] {
        guard case .reading(let partitions) = stage else { return [] }
        let shards = Self.shards(of: partitions)
        return [.drain(shards, isLost: false), .unassign] + assigned(partitions, at: now)
    }

    private mutating func startReading(
        _ partitions: [TopicPartition], _ starts: [Int32: ShardStart]
    ) -> [Action] {
        stage = .reading(partitions: partitions)
        var offsets: [PartitionOffset] = []
        for shard in Self.shards(of: partitions) {
            if case .ready(let own)? = starts[shard] { offsets += own }
        }
        return [.assign(offsets)]
    }

    private static func shards(of partitions: [TopicPartition]) -> [Int32] { Set(partitions.map(\.partition)).sorted() }
}
