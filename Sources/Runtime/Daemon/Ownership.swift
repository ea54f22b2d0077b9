import KafkaClient

/// What a group member does about its partitions: which shards it takes up, when reading starts, and when it gives back.
/// Decides; performs nothing.
///
///     none ──assigned──► taking ──all starts known──► reading ──► a shard stops: it alone is taken anew, and read
///      ▲                   │                            │         again from its own start on
///      └──────revoked──────┴────────────────────────────┘
///
/// Reading starts only when each shard's place in the journal is known: until then the library fetches nothing. For a shard that
/// is taken anew it may go on fetching meanwhile: nobody reads that.
///
/// The group's protocol knows whole assignments only, so that a shard that is taken anew costs the others their fetched
/// records once: they are read on from where they are. What the client had fetched for the shard's former self is never
/// its own: it reads nothing before it has been told that the client was assigned its very start.
package struct Ownership {
    private enum Stage {
        case none
        /// Some shards' starts are awaited: each is found or refused in bounded time.
        case taking(partitions: [TopicPartition], starts: [Int32: ShardStart])
        /// The client reads for these shards; the others of the assignment have stopped, or are being taken anew.
        case reading(partitions: [TopicPartition], shards: Set<Int32>)
    }

    /// When a shard that stopped is to be taken anew.
    private struct Retake {
        var due: Double?
        /// Stops in a row, each before it was live for long.
        var stops = 0
    }

    package enum Action: Hashable, Sendable {
        case adopt([Int32])
        /// Finish what is in flight, then let go; nothing new is begun when they are lost already.
        case drain([Int32], isLost: Bool)
        /// Read these partitions from these offsets on, and those of the shards that are `going` from where they are; no others.
        case assign([PartitionOffset], going: [Int32])
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

    /// Of shards that stopped for a passing reason during this assignment.
    private var retakes: [Int32: Retake] = [:]

    /// Taking a shard anew costs it a restore, and the others what was fetched for them: the wait doubles from a second up to
    /// this.
    static let longestWait = 60.0
    /// A shard that stops after it was live for so long has not failed in a row.
    static let calmSeconds = 180.0

    package init(inputTopics: Int, shards: Int32) {
        self.inputTopics = inputTopics
        shardCount = shards
    }

    /// Nil while nothing is assigned.
    package var partitions: [TopicPartition]? {
        switch stage {
        case .none: nil
        case .taking(let partitions, _), .reading(let partitions, _): partitions
        }
    }

    package mutating func assigned(_ partitions: [TopicPartition]) -> [Action] {
        let shards = Self.shards(of: partitions)
        if let last = shards.last, last >= shardCount { return [.refuse(.newPartition(last))] }
        guard partitions.count == shards.count * inputTopics else { return [.refuse(.unevenTopics)] }
        stage = .taking(partitions: partitions, starts: [:])
        retakes = [:]
        return shards.isEmpty ? startReading(partitions, [:]) : [.adopt(shards)]
    }

    package mutating func revoked(isLost: Bool) -> [Action] {
        guard let partitions else { return [.unassign] }
        stage = .none
        retakes = [:]
        return [.drain(Self.shards(of: partitions), isLost: isLost), .unassign]
    }

    /// A shard has said where it starts, or that it cannot, or that it has stopped since.
    package mutating func announced(_ shard: Int32, _ start: ShardStart) -> [Action] {
        guard let partitions, Self.shards(of: partitions).contains(shard) else { return [] }
        switch stage {
        case .none: return []
        case .taking(_, var starts):
            starts[shard] = start
            stage = .taking(partitions: partitions, starts: starts)
            guard Self.shards(of: partitions).allSatisfy({ starts[$0] != nil }) else { return [] }
            return startReading(partitions, starts)
        case .reading(_, var shards):
            shards.remove(shard)
            defer { stage = .reading(partitions: partitions, shards: shards) }
            guard case .ready(let own) = start else { return [] }
            let going = shards.sorted()
            shards.insert(shard)
            return [.assign(own, going: going)]
        }
    }

    /// A stopped shard asks to be taken again; it was live for `seconds` before it stopped, 0 if it never was. Heard in any
    /// stage; done by `tick` when the wait is over.
    package mutating func wantsRetaking(_ shard: Int32, afterLive seconds: Double, at now: Double) {
        guard let partitions, Self.shards(of: partitions).contains(shard) else { return }
        var retake = retakes[shard] ?? Retake()
        guard retake.due == nil else { return }
        if seconds >= Self.calmSeconds { retake.stops = 0 }
        retake.due = now + min(Double(1 << min(retake.stops, 6)), Self.longestWait)
        retake.stops += 1
        retakes[shard] = retake
    }

    /// Time has passed: takes those shards anew for which that is due. Their partitions are read again once they are ready.
    package mutating func tick(at now: Double) -> [Action] {
        guard case .reading(let partitions, let shards) = stage else { return [] }
        let due = retakes.filter { $0.value.due.map { $0 <= now } ?? false }.keys.sorted()
        guard !due.isEmpty else { return [] }
        for shard in due { retakes[shard]?.due = nil }
        stage = .reading(partitions: partitions, shards: shards.subtracting(due))
        return [.drain(due, isLost: false), .adopt(due)]
    }

    private mutating func startReading(
        _ partitions: [TopicPartition], _ starts: [Int32: ShardStart]
    ) -> [Action] {
        var (read, offsets): (Set<Int32>, [PartitionOffset]) = ([], [])
        for shard in Self.shards(of: partitions) {
            guard case .ready(let own)? = starts[shard] else { continue }
            read.insert(shard)
            offsets += own
        }
        stage = .reading(partitions: partitions, shards: read)
        return [.assign(offsets, going: [])]
    }

    private static func shards(of partitions: [TopicPartition]) -> [Int32] { Set(partitions.map(\.partition)).sorted() }
}
