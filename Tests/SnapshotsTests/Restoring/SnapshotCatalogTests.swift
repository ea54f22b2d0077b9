import Scoring
import ShardEngine
import Snapshots
import TestSupport
import Testing

@Suite struct SnapshotCatalogTests {
    private let files = MemoryFileSystem()
    private var store: DirectoryStore { DirectoryStore(root: "/snapshots", shard: 3, writer: "test", files: files) }

    private func put(_ sequence: UInt64, _ bytes: [UInt8]) throws {
        let store = store
        try store.begin(sequence)
        try store.append(bytes)
        try store.publish()
    }

    @Test func `the newest valid snapshot is chosen and each newer one explained`() throws {
        try put(10, SnapshotFixture.snapshot(sequence: 10))
        try put(20, SnapshotFixture.snapshot(sequence: 20))
        try put(30, SnapshotFixture.snapshot(sequence: 20))
        try put(40, Array(SnapshotFixture.snapshot(sequence: 40).dropLast()))
        try put(50, SnapshotFixture.snapshot(identity: SnapshotFixture.identity(shard: 5), sequence: 50))
        let choice = try SnapshotCatalog.newestValid(in: store, expecting: SnapshotFixture.identity())
        #expect(choice.name == SnapshotName(shard: 3, sequence: 20) && choice.header?.journalSequence == 20)
        #expect(choice.skipped.map(\.name.sequence) == [50, 40, 30])
        #expect(choice.skipped[0].reason == .invalid(.foreign(.shard, found: "5", expected: "3")))
        let cut = UInt64(SnapshotFixture.snapshot().count - 1)
        #expect(choice.skipped[1].reason == .invalid(.truncated(at: cut)))
        #expect(choice.skipped[2].reason == .misnamed(20))
        #expect(choice.skipped.allSatisfy { $0.description.hasPrefix("snapshot 00003-000") })
        let restored = try SnapshotCatalog.restoreNewest(
            in: store, policy: SnapshotFixture.policy, expecting: SnapshotFixture.identity())
        let (name, skipped) = (restored.name, restored.skipped)
        #expect(name == choice.name && skipped == choice.skipped)
        guard let shard = restored.takeShard() else {
            Issue.record("nothing restored")
            return
        }
        let count = shard.engine.customerCount
        #expect(count == 3)
    }

    @Test func `an empty store gives nothing and skips nothing`() throws {
        let choice = try SnapshotCatalog.newestValid(in: store, expecting: SnapshotFixture.identity())
        #expect(choice.name == nil && choice.header == nil && choice.skipped.isEmpty)
    }

    @Test func `an unreadable snapshot is skipped for the one before it`() throws {
        try put(10, SnapshotFixture.snapshot(sequence: 10))
        try put(20, SnapshotFixture.snapshot(sequence: 20))
        files.unreadable = ["/snapshots/00003/00003-00000000000000000020.snapshot"]
        let choice = try SnapshotCatalog.newestValid(in: store, expecting: SnapshotFixture.identity())
        #expect(choice.name?.sequence == 10 && choice.skipped.count == 1)
    }
}
