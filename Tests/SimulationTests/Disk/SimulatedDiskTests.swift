import Simulation
import Snapshots
import TestSupport
import Testing

@Suite struct SimulatedDiskTests {
    private static let seeds = Array(UInt64(0)..<60)

    @Test(arguments: seeds) func `what was synced, with its directory, survives a crash whole`(seed: UInt64) throws {
        let disk = SimulatedDisk(seed: seed)
        disk.makeDirectory("/data")
        let file = try disk.create("/data/safe")
        try disk.append("synced", to: file)
        try disk.sync(file)
        try disk.syncDirectory("/data")
        try disk.append(" and more", to: file)
        disk.crash()
        let bytes = try disk.bytes("/data/safe")
        #expect(bytes.starts(with: Array("synced".utf8)))
        #expect(bytes.count <= "synced and more".utf8.count)
    }

    @Test func `an unsynced file may be torn after a crash`() throws {
        let text = String(repeating: "x", count: 2_000)
        let survivors = try Self.seeds.map { seed in
            let disk = SimulatedDisk(seed: seed)
            let file = try disk.create("/file")
            try disk.syncDirectory("/")
            try disk.append(text, to: file)
            disk.crash()
            return try disk.bytes("/file")
        }
        #expect(survivors.contains { $0.count < 2_000 && !$0.isEmpty })
        #expect(survivors.contains { $0.contains { $0 != UInt8(ascii: "x") } }, "a block of rubbish")
    }

    @Test func `a renaming may be undone by a crash until the directory is synced`() throws {
        let names = try Self.seeds.map { seed in
            let disk = SimulatedDisk(seed: seed)
            try disk.close(disk.create("/old"))
            try disk.syncDirectory("/")
            try disk.rename("/old", to: "/new")
            disk.crash()
            return try disk.list("/")
        }
        #expect(names.contains(["old"]) && names.contains(["new"]))
        #expect(!names.contains([]), "a renamed file is never without a name")
    }

    @Test func `a renaming replaces its target`() throws {
        let disk = SimulatedDisk(seed: 1)
        try disk.append("old", to: disk.create("/target"))
        try disk.append("new", to: disk.create("/source"))
        try disk.rename("/source", to: "/target")
        #expect(try disk.list("/") == ["target"])
        #expect(try disk.bytes("/target") == Array("new".utf8))
    }

    @Test func `a full disk takes what fits and says so`() throws {
        let disk = SimulatedDisk(seed: 1, capacity: 4)
        let file = try disk.create("/file")
        let error = #expect(throws: FileSystemError.self) { try disk.append("too long", to: file) }
        #expect(error?.reason == .full)
        #expect(try disk.bytes("/file") == Array("too ".utf8))
    }

    @Test func `a deleted directory is gone with all that was in it`() throws {
        let disk = SimulatedDisk(seed: 1)
        disk.makeDirectory("/data/00001")
        _ = try disk.create("/data/00001/file")
        disk.deleteDirectory("/data")
        let error = #expect(throws: FileSystemError.self) { try disk.list("/data/00001") }
        #expect(error?.reason == .missing)
        #expect(try disk.list("/") == [])
    }

    @Test func `rot changes one bit and is owned up to`() throws {
        let disk = SimulatedDisk(seed: 1)
        try disk.append("abc", to: disk.create("/file"))
        #expect(try disk.rot("/file"))
        let changed = zip(try disk.bytes("/file"), "abc".utf8).filter { $0 != $1 }
        #expect(changed.count == 1 && changed.allSatisfy { ($0 ^ $1).nonzeroBitCount == 1 })
        #expect(disk.rotten == ["/file"])
    }

    @Test func `a file that was open before a crash is not open after it`() throws {
        let disk = SimulatedDisk(seed: 1)
        let file = try disk.create("/file")
        disk.crash()
        #expect(throws: FileSystemError.self) { try disk.append("late", to: file) }
    }

    @Test(arguments: seeds) func `a snapshot that was published survives a crash in the middle of the next`(
        seed: UInt64
    ) throws {
        let disk = SimulatedDisk(seed: seed)
        disk.makeDirectory("/snapshots")
        let store = DirectoryStore(root: "/snapshots", shard: 1, writer: "host", files: disk)
        try store.begin(10)
        try store.append(Array("first".utf8))
        try store.publish()
        try store.begin(20)
        try store.append(Array("second".utf8))
        var random = SeededRandom(seed: seed)
        let isPublished = random.chance(0.5)
        if isPublished { try store.publish() }
        disk.crash()
        let after = DirectoryStore(root: "/snapshots", shard: 1, writer: "other", files: disk)
        #expect(try after.list().map(\.sequence) == (isPublished ? [20, 10] : [10]))
        for name in try after.list() {
            var bytes: [UInt8] = []
            try after.read(name) {
                bytes += $0
                return true
            }
            #expect(String(decoding: bytes, as: UTF8.self) == (name.sequence == 10 ? "first" : "second"))
        }
    }
}

extension SimulatedDisk {
    fileprivate func append(_ text: String, to file: OpenFile) throws {
        try Array(text.utf8).withUnsafeBytes { try append($0, to: file) }
    }

    fileprivate func bytes(_ path: String) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: try size(of: path))
        let count = try bytes.withUnsafeMutableBytes { try read(path, at: 0, into: $0) }
        return Array(bytes.prefix(count))
    }
}
