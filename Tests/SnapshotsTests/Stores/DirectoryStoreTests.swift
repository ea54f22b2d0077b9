import Foundation
import Snapshots
import Testing

@Suite struct DirectoryStoreTests {
    private let files = MemoryFileSystem()
    private let folder = "/snapshots/00003"

    private func store(_ writer: String = "host-1") -> DirectoryStore {
        DirectoryStore(root: "/snapshots", shard: 3, writer: writer, files: files)
    }

    private func put(_ sequence: UInt64, _ bytes: [UInt8], in store: DirectoryStore) throws {
        try store.begin(sequence)
        try store.append(bytes)
        try store.publish()
    }

    private func bytes(_ sequence: UInt64, in store: DirectoryStore) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try store.read(SnapshotName(shard: 3, sequence: sequence)) {
            bytes += $0
            return true
        }
        return bytes
    }

    @Test func `what is published is listed, newest first, and read back`() throws {
        let store = store()
        #expect(try store.list().isEmpty)
        let large = (0..<2_500_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        for sequence: UInt64 in [5, 40, 7] { try put(sequence, large, in: store) }
        #expect(try store.list().map(\.sequence) == [40, 7, 5])
        #expect(try bytes(7, in: store) == large)
    }

    @Test func `a file is synced before it gets its name, and the folder after`() throws {
        let store = store()
        try put(5, [1, 2, 3], in: store)
        let path = folder + "/00003-00000000000000000005.snapshot.host_1.partial"
        #expect(
            files.calls.suffix(6) == [
                "create \(path)", "append \(path)", "sync \(path)", "close \(path)", "rename \(path)",
                "syncDirectory \(folder)",
            ])
    }

    @Test func `nothing is seen of what was not published`() throws {
        let store = store()
        try store.begin(5)
        try store.append([1, 2, 3])
        #expect(try store.list().isEmpty)
        store.discard()
        #expect(files.files.isEmpty && files.openCount == 0)
    }

    @Test func `leftovers go at the next beginning, whoever left them`() throws {
        files.put([9], at: folder + "/00003-00000000000000000004.snapshot.host_0.partial")
        files.put([8], at: folder + "/notes.txt")
        let store = store()
        try store.begin(5)
        try store.begin(6)
        #expect(
            files.files.keys.sorted() == [
                folder + "/00003-00000000000000000006.snapshot.host_1.partial", folder + "/notes.txt",
            ])
    }

    @Test func `a newer one of the same sequence takes the place, for the older may be damaged`() throws {
        let store = store()
        var damaged = SnapshotFixture.snapshot()
        damaged[damaged.count / 2] ^= 1
        try put(5, damaged, in: store)
        try put(5, SnapshotFixture.snapshot(), in: self.store("host-2"))
        #expect(try bytes(5, in: store) == SnapshotFixture.snapshot())
        #expect(files.files.count == 1 && files.openCount == 0)
    }

    @Test func `one that is cut off gives way to a whole one of its sequence`() throws {
        let store = store()
        try put(5, Array(SnapshotFixture.snapshot().dropLast(9)), in: store)
        try put(5, SnapshotFixture.snapshot(), in: store)
        #expect(try bytes(5, in: store) == SnapshotFixture.snapshot())
    }

    @Test func `a stale owner neither overwrites nor mixes`() throws {
        let (stale, owner) = (store("old"), store("new"))
        try stale.begin(5)
        try stale.append([1])
        try owner.begin(9)
        try owner.append([2])
        #expect(throws: SnapshotStoreError.self) { try stale.publish() }
        try owner.publish()
        #expect(try owner.list().map(\.sequence) == [9])
        #expect(try bytes(9, in: owner) == [2])
    }

    @Test func `a full disk is told apart from other failures`() throws {
        let store = store()
        try store.begin(5)
        files.room = 2
        #expect(throws: SnapshotStoreError.full(folder)) { try store.append([1, 2, 3]) }
        store.discard()
        files.room = nil
        try put(6, [1, 2, 3], in: store)
        #expect(try store.list().map(\.sequence) == [6])
    }

    @Test(arguments: ["sync", "close", "rename"]) func `what fails before the name is given is not seen`(
        operation: String
    ) throws {
        let store = store()
        try store.begin(5)
        try store.append([1])
        files.broken = [operation]
        #expect(throws: SnapshotStoreError.self) { try store.publish() }
        #expect(try store.list().isEmpty)
        #expect(files.files.isEmpty && files.openCount == 0)
    }

    @Test func `writing without a beginning is refused`() {
        #expect(throws: SnapshotStoreError.self) { try store().append([1]) }
        #expect(throws: SnapshotStoreError.self) { try store().publish() }
    }

    @Test func `pruning keeps the newest whole ones and whatever is newer`() throws {
        let store = store()
        let whole = SnapshotFixture.snapshot()
        for sequence: UInt64 in 1...4 { try put(sequence, whole, in: store) }
        try put(5, Array(whole.dropLast(3)), in: store)
        try put(6, whole, in: store)
        try put(7, [], in: store)
        try store.prune(keeping: 2)
        #expect(try store.list().map(\.sequence) == [7, 6, 5, 4])
        try store.prune(keeping: 2)
        #expect(try store.list().count == 4)
    }

    @Test func `pruning never removes the last ones although none is whole`() throws {
        let store = store()
        for sequence: UInt64 in 1...3 { try put(sequence, [1], in: store) }
        try store.prune(keeping: 2)
        #expect(try store.list().count == 3)
    }

    @Test func `a missing snapshot is told apart`() throws {
        let name = SnapshotName(shard: 3, sequence: 5)
        #expect(throws: SnapshotStoreError.notFound(name)) { try store().remove(name) }
        #expect(throws: SnapshotStoreError.notFound(name)) { try store().read(name) { _ in true } }
    }

    @Test func `a real disk keeps it all`() throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "snapshots-\(UUID())").path()
        defer { try? FileManager.default.removeItem(atPath: root) }
        let disk = PosixFileSystem()
        let store = DirectoryStore(root: root + "/below", shard: 3, writer: "host-1", files: disk)
        #expect(try store.list().isEmpty)
        for sequence: UInt64 in 1...4 { try put(sequence, SnapshotFixture.snapshot(sequence: sequence), in: store) }
        try store.begin(9)
        let again = DirectoryStore(root: root + "/below", shard: 3, writer: "host-2", files: disk)
        #expect(try again.list().map(\.sequence) == [4, 3, 2, 1])
        try again.prune(keeping: 2)
        try again.begin(10)
        again.discard()
        #expect(try disk.list(root + "/below/00003").count == 2)
        #expect(try bytes(4, in: again) == SnapshotFixture.snapshot(sequence: 4))
        try again.remove(SnapshotName(shard: 3, sequence: 3))
        let choice = try SnapshotCatalog.newestValid(in: again, expecting: SnapshotFixture.identity())
        #expect(choice.name?.sequence == 4 && choice.skipped.isEmpty)
        #expect(try again.list().map(\.sequence) == [4])
    }
}
