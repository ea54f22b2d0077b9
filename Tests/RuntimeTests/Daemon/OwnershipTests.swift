import KafkaClient
import Runtime
import Testing

struct OwnershipTests {
    private static func partitions(_ shards: [Int32], topics: [String] = ["orders", "browse"]) -> [TopicPartition] {
        topics.flatMap { topic in shards.map { TopicPartition(topic: topic, partition: $0) } }
    }

    private static func starts(_ shard: Int32) -> [PartitionOffset] {
        partitions([shard]).map { PartitionOffset(topicPartition: $0, offset: Int64(shard) * 10) }
    }

    private static func reading(_ shards: [Int32]) -> Ownership {
        var ownership = Ownership(inputTopics: 2, shards: 4)
        _ = ownership.assigned(partitions(shards))
        for shard in shards { _ = ownership.announced(shard, .ready(starts(shard))) }
        return ownership
    }

    @Test func `reading starts when every shard has said where`() {
        var ownership = Ownership(inputTopics: 2, shards: 4)
        #expect(ownership.assigned(Self.partitions([0, 1])) == [.adopt([0, 1])])
        #expect(ownership.announced(1, .ready(Self.starts(1))) == [])
        #expect(
            ownership.announced(0, .ready(Self.starts(0))) == [
                .assign(Self.starts(0) + Self.starts(1), going: [])
            ])
        #expect(ownership.partitions == Self.partitions([0, 1]))
    }

    @Test func `a shard that cannot start does not hold up the others`() {
        var ownership = Ownership(inputTopics: 2, shards: 4)
        _ = ownership.assigned(Self.partitions([0, 1]))
        _ = ownership.announced(0, .stopped)
        #expect(ownership.announced(1, .ready(Self.starts(1))) == [.assign(Self.starts(1), going: [])])
    }

    @Test func `reading waits for a shard that takes long`() {
        var ownership = Ownership(inputTopics: 2, shards: 4)
        _ = ownership.assigned(Self.partitions([0, 1]))
        _ = ownership.announced(0, .ready(Self.starts(0)))
        #expect(ownership.tick(at: 1_000) == [])
        #expect(
            ownership.announced(1, .ready(Self.starts(1))) == [
                .assign(Self.starts(0) + Self.starts(1), going: [])
            ])
    }

    @Test func `different partitions of the inputs are refused`() {
        var ownership = Ownership(inputTopics: 2, shards: 4)
        let uneven = Self.partitions([0, 1]).dropLast()
        #expect(ownership.assigned(Array(uneven)) == [.refuse(.unevenTopics)])
    }

    @Test func `revoked shards are drained before the partitions go`() {
        var ownership = Ownership(inputTopics: 2, shards: 4)
        _ = ownership.assigned(Self.partitions([2, 3]))
        #expect(ownership.revoked(isLost: true) == [.drain([2, 3], isLost: true), .unassign])
        #expect(ownership.partitions == nil)
        #expect(ownership.revoked(isLost: false) == [.unassign])
        #expect(ownership.announced(2, .ready(Self.starts(2))) == [], "an answer that comes too late")
    }

    @Test func `a wish to be taken again is kept until all others read, and then granted`() {
        var ownership = Ownership(inputTopics: 2, shards: 4)
        _ = ownership.assigned(Self.partitions([0, 1]))
        _ = ownership.announced(0, .stopped)
        ownership.wantsRetaking(0, afterLive: 0, at: 1)
        #expect(ownership.tick(at: 5) == [])
        _ = ownership.announced(1, .ready(Self.starts(1)))
        #expect(ownership.tick(at: 6) == [.drain([0], isLost: false), .adopt([0])])
        #expect(ownership.tick(at: 7) == [])
    }

    @Test func `the others go on reading from where they are while one shard is taken anew`() {
        var ownership = Self.reading([0, 1, 2])
        #expect(ownership.announced(1, .stopped) == [])
        ownership.wantsRetaking(1, afterLive: 0, at: 0)
        #expect(ownership.tick(at: 0) == [])
        #expect(ownership.tick(at: 1) == [.drain([1], isLost: false), .adopt([1])])
        #expect(ownership.announced(1, .ready(Self.starts(1))) == [.assign(Self.starts(1), going: [0, 2])])
    }

    @Test func `a shard that stops meanwhile, needs a person or is taken anew itself is not read on`() {
        var ownership = Self.reading([0, 1, 2, 3])
        for shard: Int32 in 0...2 { _ = ownership.announced(shard, .stopped) }
        for shard: Int32 in 1...2 { ownership.wantsRetaking(shard, afterLive: 0, at: 0) }
        #expect(ownership.tick(at: 1) == [.drain([1, 2], isLost: false), .adopt([1, 2])])
        #expect(ownership.announced(2, .ready(Self.starts(2))) == [.assign(Self.starts(2), going: [3])])
        #expect(ownership.announced(1, .ready(Self.starts(1))) == [.assign(Self.starts(1), going: [2, 3])])
    }

    @Test func `each shard waits for its own failures alone`() {
        var ownership = Self.reading([0, 1])
        for now in [0.0, 10, 20] {
            _ = ownership.announced(0, .stopped)
            ownership.wantsRetaking(0, afterLive: 0, at: now)
            #expect(ownership.tick(at: now + 5) == [.drain([0], isLost: false), .adopt([0])])
        }
        for shard: Int32 in 0...1 { ownership.wantsRetaking(shard, afterLive: 0, at: 30) }
        #expect(ownership.tick(at: 31) == [.drain([1], isLost: false), .adopt([1])])
        #expect(ownership.tick(at: 37) == [])
        #expect(ownership.tick(at: 38) == [.drain([0], isLost: false), .adopt([0])])
    }

    @Test(arguments: [(0.0, false), (179, false), (180, true)])
    func `a shard that was live for long before it stopped has not failed in a row`(live: Double, isForgotten: Bool) {
        var ownership = Self.reading([0])
        ownership.wantsRetaking(0, afterLive: 0, at: 0)
        #expect(ownership.tick(at: 1) == [.drain([0], isLost: false), .adopt([0])])
        // Neither a long restore nor a long wait for a commit is calm.
        _ = ownership.announced(0, .ready(Self.starts(0)))
        ownership.wantsRetaking(0, afterLive: live, at: 10_000)
        #expect(ownership.tick(at: 10_001).isEmpty == !isForgotten)
        #expect(ownership.tick(at: 10_002).isEmpty == isForgotten)
    }

    @Test func `a wish is forgotten with the assignment, and what another's shard says is nobody's business`() {
        var ownership = Self.reading([0, 1])
        ownership.wantsRetaking(0, afterLive: 0, at: 0)
        _ = ownership.revoked(isLost: false)
        _ = ownership.assigned(Self.partitions([1]))
        ownership.wantsRetaking(0, afterLive: 0, at: 0)
        #expect(ownership.announced(0, .ready(Self.starts(0))) == [])
        #expect(ownership.announced(1, .ready(Self.starts(1))) == [.assign(Self.starts(1), going: [])])
        #expect(ownership.announced(0, .ready(Self.starts(0))) == [])
        #expect(ownership.tick(at: 100) == [])
    }

    @Test func `a shard that fails again and again is taken more and more seldom`() {
        var ownership = Ownership(inputTopics: 2, shards: 4)
        _ = ownership.assigned(Self.partitions([0]))
        var (now, waits): (Double, [Double]) = (0, [])
        for _ in 0..<8 {
            _ = ownership.announced(0, .stopped)
            ownership.wantsRetaking(0, afterLive: 0, at: now)
            let asked = now
            while ownership.tick(at: now).isEmpty { now += 1 }
            waits.append(now - asked)
        }
        #expect(waits == [1, 2, 4, 8, 16, 32, 60, 60])
    }

    @Test func `an empty assignment is taken up at once`() {
        var ownership = Ownership(inputTopics: 2, shards: 4)
        #expect(ownership.assigned([]) == [.assign([], going: [])])
    }

    @Test func `a partition that the journal does not have is refused`() {
        var ownership = Ownership(inputTopics: 2, shards: 4)
        #expect(ownership.assigned(Self.partitions([3, 4])) == [.refuse(.newPartition(4))])
    }
}
