import KafkaClient
import Runtime
import Testing

/// What a shard takes of what the client holds for it.
@Suite struct ReadingTests {
    /// A shard that has taken eight orders.
    private static func shard() throws -> LoneShard {
        let shard = try LoneShard(Replayed.policy("retail"))
        shard.order(0..<8, dollars: 30)
        #expect(shard.isLive && shard.status?.eventsApplied == 8 && shard.place == 8)
        return shard
    }

    @Test func `a shard that is taken anew reads nothing before the client was assigned its start`() throws {
        let shard = try Self.shard()
        shard.isAssignedAtOnce = false
        shard.begin()
        #expect(shard.start == 0)
        // These come behind what the former task had read.
        shard.order(0..<4, dollars: 60)
        shard.tellAssigned(from: 8)
        shard.run(seconds: 5)
        #expect(shard.status?.stage == .restoring && shard.status?.eventsApplied == 0)
        shard.assign(from: 0)
        shard.run(seconds: 5)
        #expect(shard.isLive && shard.status?.eventsApplied == 12 && shard.place == 12)
    }

    @Test func `records that are read again are worked on once`() throws {
        let shard = try Self.shard()
        shard.assign(from: 3)
        shard.order(0..<8, dollars: 60)
        #expect(shard.status?.eventsApplied == 16 && shard.status?.rejected == 0)
        let ranges = try shard.journal.flatMap { try JournalEntry(bytes: $0).ranges }
        #expect(ranges.map(\.count).reduce(0, +) == 16 && ranges.last?.to == 16)
    }

    @Test func `records that come twice in one batch are worked on once`() throws {
        let shard = try Self.shard()
        shard.repeatInNextBatch(5)
        shard.order(0..<8, dollars: 60)
        #expect(shard.isLive && shard.status?.eventsApplied == 16 && shard.status?.rejected == 0)
        let ranges = try shard.journal.flatMap { try JournalEntry(bytes: $0).ranges }
        #expect(ranges.map(\.count).reduce(0, +) == 16)
    }

    /// A shard whose commit is in flight.
    private static func committingShard() throws -> LoneShard {
        let shard = try shard()
        shard.holdsCommits = true
        shard.order(0..<4, dollars: 60)
        #expect(shard.isLive && shard.status?.eventsApplied == 12)
        return shard
    }

    @Test func `a shard that cannot read is taken anew, but not while its commit is in flight`() throws {
        let shard = try Self.committingShard()
        shard.failNextRead(KafkaError(code: -199, name: "_BAD_MSG", message: "bad", isFatal: false))
        shard.run(seconds: 60)
        #expect(shard.status?.stage == .stopped && shard.wishes == [])
        shard.holdsCommits = false
        shard.run(seconds: 1)
        // The wait is not a part of how long it was live: seconds for two rounds of orders.
        #expect(shard.wishes.count == 1 && shard.wishes.allSatisfy { (4...10).contains($0) }, "\(shard.wishes)")
    }

    @Test func `a commit that fails after its shard has stopped changes neither the reason nor what follows`() throws {
        let shard = try Self.committingShard()
        shard.failNextRead(KafkaError(code: 1, name: "OFFSET_OUT_OF_RANGE", message: "gone", isFatal: false))
        shard.run(seconds: 1)
        let reason = shard.status?.detail
        #expect(shard.status?.stage == .stopped && reason?.hasPrefix("reading") == true)
        shard.failCommit()
        shard.holdsCommits = false
        shard.run(seconds: 60)
        #expect(shard.status?.stage == .stopped && shard.status?.detail == reason && shard.wishes == [])
    }

    @Test func `a shard whose commit fails is taken anew`() throws {
        let shard = try Self.committingShard()
        shard.failCommit()
        shard.holdsCommits = false
        shard.run(seconds: 60)
        #expect(shard.status?.stage == .stopped && shard.status?.detail == "cancelled" && shard.wishes.count == 1)
    }

    @Test func `a shard that would be read on beyond what it has read stops instead`() throws {
        let shard = try Self.shard()
        shard.tellAssigned(from: 9)
        #expect(shard.status?.stage == .stopped)
        #expect(shard.status?.detail == "orders[0] is read on at offset 9, but was read up to 8 only")
    }
}
