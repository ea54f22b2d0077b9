import KafkaClient

/// What a group member does about its partitions: which shards it takes up, when reading starts, and when it gives back.
/// Decides; performs nothing.
///
///     none ──assigned──► taking ──all starts known──► reading
///      ▲                   │  ▲                         │
///      │                   │  └── a shard is retaken ───┤ (the others go on reading)
///      └──────revoked──────┴────────────────────────────┘
///
/// A shard is read only when its place in the journal is known: until then the library fetches nothing of it.
package struct Ownership {
    private enum Stage {
        case none
        /// The starts of `shards` are awaited: each is found or refused in bounded time.
        case taking(shards: [Int32], starts: [Int32: ShardStart], partitions: [TopicPartition])
        case reading(partitions: [TopicPartition])
    }

    package enum Action: Hashable, Sendable {
        case adopt([Int32])
        /// Finish what is in flight, then let go; nothing new is begun when they are lost already.
        case drain([Int32], isLost: Bool)
        /// Read from these offsets on, and the shards that read already from where they are.
        case assign([PartitionOffset], going: [Int32])
        case unassign
        /// The daemon cannot work with what it was given.
        case refuse(Refusal)
    }

    package enum Refusal: Hashable, Sendable {
        /// Other members see other topics or another strategy.
        case unevenTopics
        /// The inputs have got more partitions than the journal has.
        case newPartition(Int32)
    }

    private var stage = Stage.none
    private let inputTopics: Int
    /// As many shards as the journal has partitions.
    private let shardCount: Int32

    /// Shards that stopped for a passing reason and ask to be taken anew, and when they are.
    private var asking: Set<Int32> = []
    private var retakeAt: Double?
    /// Shards that have stopped, those included that need a person.
    private var stopped: Set<Int32> = []
    /// Take-overs in a row that left a shard out.
    private var failures = 0

    /// Taking anew costs a restore: the wait doubles from a second up to this.
    static let longestWait = 60.0

    package init(inputTopics: Int, shards: Int32) {
        self.inputTopics = inputTopics
        shardCount = shards
    }

    /// Nil while nothing is assigned.
    package var partitions: [TopicPartition]? {
        switch stage {
        case .none: nil
        case .taking(_, _, let partitions), .reading(let partitions): partitions
        }
    }

    package mutating func assigned(_ partitions: [TopicPartition]) -> [Action] {
        let shards = Self.shards(of: partitions)
        if let last = shards.last, last >= shardCount { return [.refuse(.newPartition(last))] }
        guard partitions.count == shards.count * inputTopics else { return [.refuse(.unevenTopics)] }
        (asking, retakeAt, stopped) = ([], nil, [])
        return take(shards, of: partitions)
    }

    private mutating func take(_ shards: [Int32], of partitions: [TopicPartition]) -> [Action] {
        stopped.subtract(shards)
        stage = .taking(shards: shards, starts: [:], partitions: partitions)
        return shards.isEmpty ? startReading(shards, [:], partitions) : [.adopt(shards)]
    }

    package mutating func revoked(isLost: Bool) -> [Action] {
        guard let partitions else { return [.unassign] }
        stage = .none
        (asking, retakeAt, stopped) = ([], nil, [])
        return [.drain(Self.shards(of: partitions), isLost: isLost), .unassign]
    }

    /// A shard has said where it starts, or that it cannot, or that it has stopped since.
    package mutating func announced(_ shard: Int32, _ start: ShardStart) -> [Action] {
        if start == .stopped { stopped.insert(shard) }
        guard case .taking(let shards, var starts, let partitions) = stage, shards.contains(shard) else { return [] }
        starts[shard] = start
        stage = .taking(shards: shards, starts: starts, partitions: partitions)
        return shards.allSatisfy { starts[$0] != nil } ? startReading(shards, starts, partitions) : []
    }

    /// A stopped shard asks to be taken again. Heard in any stage; done by `tick` when the wait is over.
    package mutating func wantsRetaking(_ shard: Int32, at now: Double) {
        guard let partitions, Self.shards(of: partitions).contains(shard) else { return }
        asking.insert(shard)
        retakeAt = retakeAt ?? now + min(Double(1 << min(failures, 6)), Self.longestWait)
    }

    /// Time has passed: takes the shards anew that have asked for it, when that is due.
    package mutating func tick(at now: Double) -> [Action] {
        guard case .reading(let partitions) = stage, let due = retakeAt, now >= due else { return [] }
        let shards = asking.sorted()
        (asking, retakeAt) = ([], nil)
        return [.drain(shards, isLost: false)] + take(shards, of: partitions)
    }

    private mutating func startReading(
        _ shards: [Int32], _ starts: [Int32: ShardStart], _ partitions: [TopicPartition]
    ) -> [Action] {
        stage = .reading(partitions: partitions)
        failures = starts.values.contains(.stopped) ? failures + 1 : 0
        var offsets: [PartitionOffset] = []
        for shard in shards {
            if case .ready(let own)? = starts[shard] { offsets += own }
        }
        let going = Self.shards(of: partitions).filter { !shards.contains($0) && !stopped.contains($0) }
        return [.assign(offsets, going: going)]
    }

    private static func shards(of partitions: [TopicPartition]) -> [Int32] { Set(partitions.map(\.partition)).sorted() }
}
