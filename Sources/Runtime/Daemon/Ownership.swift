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
        /// Some shards' starts are awaited: each is found or refused in bounded time.
        case taking(partitions: [TopicPartition], starts: [Int32: ShardStart])
        case reading(partitions: [TopicPartition])
    }

    package enum Action: Hashable, Sendable {
        case adopt([Int32])
        /// Finish what is in flight, then let go; nothing new is begun when they are lost already.
        case drain([Int32], isLost: Bool)
        case assign([PartitionOffset])
        case unassign
        /// The daemon cannot work with what it was given.
        case refuse(Refusal)
    }

    package enum Refusal: Hashable, Sendable {
        /// Not the same partitions of every input.
        case unevenTopics
        /// The inputs have got more partitions than the journal has.
        case newPartition(Int32)
    }

    private var stage = Stage.none
    private let inputTopics: Int
    /// As many shards as the journal has partitions.
    private let shardCount: Int32

    /// When the assignment is to be taken anew, for shards that stopped for a passing reason.
    private var retakeAt: Double?
    /// Take-overs in a row that left a shard out.
    private var failures = 0

    /// Taking anew costs every shard a restore: the wait doubles from a second up to this.
    static let longestWait = 60.0

    package init(inputTopics: Int, shards: Int32) {
        self.inputTopics = inputTopics
        shardCount = shards
    }

    /// Nil while nothing is assigned.
    package var partitions: [TopicPartition]? {
        switch stage {
        case .none: nil
        case .taking(let partitions, _), .reading(let partitions): partitions
        }
    }

    package mutating func assigned(_ partitions: [TopicPartition]) -> [Action] {
        let shards = Self.shards(of: partitions)
        if let last = shards.last, last >= shardCount { return [.refuse(.newPartition(last))] }
        guard partitions.count == shards.count * inputTopics else { return [.refuse(.unevenTopics)] }
        stage = .taking(partitions: partitions, starts: [:])
        return shards.isEmpty ? startReading(partitions, [:]) : [.adopt(shards)]
    }

    package mutating func revoked(isLost: Bool) -> [Action] {
        guard let partitions else { return [.unassign] }
        stage = .none
        retakeAt = nil
        return [.drain(Self.shards(of: partitions), isLost: isLost), .unassign]
    }

    /// A shard has said where it starts, or that it cannot.
    package mutating func announced(_ shard: Int32, _ start: ShardStart) -> [Action] {
        guard case .taking(let partitions, var starts) = stage else { return [] }
        starts[shard] = start
        stage = .taking(partitions: partitions, starts: starts)
        guard Self.shards(of: partitions).allSatisfy({ starts[$0] != nil }) else { return [] }
        return startReading(partitions, starts)
    }

    /// A stopped shard asks to be taken again. Heard in any stage; done by `tick` when the wait is over.
    package mutating func wantsRetaking(at now: Double) {
        guard retakeAt == nil, partitions != nil else { return }
        retakeAt = now + min(Double(1 << min(failures, 6)), Self.longestWait)
    }

    /// Time has passed: takes the present assignment anew when that is due.
    package mutating func tick(at now: Double) -> [Action] {
        guard case .reading(let partitions) = stage, let due = retakeAt, now >= due else { return [] }
        retakeAt = nil
        return [.drain(Self.shards(of: partitions), isLost: false), .unassign] + assigned(partitions)
    }

    private mutating func startReading(
        _ partitions: [TopicPartition], _ starts: [Int32: ShardStart]
    ) -> [Action] {
        stage = .reading(partitions: partitions)
        failures = starts.values.contains(.stopped) ? failures + 1 : 0
        var offsets: [PartitionOffset] = []
        for shard in Self.shards(of: partitions) {
            if case .ready(let own)? = starts[shard] { offsets += own }
        }
        return [.assign(offsets)]
    }

    private static func shards(of partitions: [TopicPartition]) -> [Int32] { Set(partitions.map(\.partition)).sorted() }
}
