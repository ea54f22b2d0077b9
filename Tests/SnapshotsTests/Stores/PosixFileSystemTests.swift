import Foundation
import Snapshots
import Testing

@Suite struct PosixFileSystemTests {
    private let disk = PosixFileSystem()
    private let folder = FileManager.default.temporaryDirectory.appending(path: "files-\(UUID())").path()

    private func inFolder(_ work: () throws -> Void) throws {
        try disk.makeDirectory(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try work()
    }

    private func write(_ bytes: [UInt8], to path: String) throws {
        let file = try disk.create(path)
        try bytes.withUnsafeBytes { try disk.append($0, to: file) }
        try disk.sync(file)
        try disk.close(file)
    }

    private func read(_ path: String, at offset: Int, _ count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = try bytes.withUnsafeMutableBytes { try disk.read(path, at: offset, into: $0) }
        return Array(bytes[..<got])
    }

    private func reason(_ work: () throws -> Void) -> FileSystemError.Reason? {
        do {
            try work()
            return nil
        } catch {
            return (error as? FileSystemError)?.reason
        }
    }

    @Test func `files are written, renamed, read and removed`() throws {
        try inFolder {
            try write([1, 2, 3, 4], to: folder + "/a")
            try disk.rename(folder + "/a", to: folder + "/b")
            try disk.syncDirectory(folder)
            #expect(try disk.list(folder) == ["b"] && disk.size(of: folder + "/b") == 4)
            #expect(try read(folder + "/b", at: 1, 2) == [2, 3])
            #expect(try read(folder + "/b", at: 3, 9) == [4])
            try disk.remove(folder + "/b")
            #expect(try disk.list(folder).isEmpty)
        }
    }

    @Test func `missing and existing files are told apart`() throws {
        try inFolder {
            try write([1], to: folder + "/a")
            #expect(reason { _ = try disk.create(folder + "/a") } == .exists)
            #expect(reason { try disk.remove(folder + "/b") } == .missing)
            #expect(reason { _ = try disk.list(folder + "/b") } == .missing)
            #expect(reason { _ = try read(folder + "/b", at: 0, 1) } == .missing)
            #expect(reason { try disk.makeDirectory(folder) } == nil)
        }
    }

    @Test func `other failures carry the system's words`() throws {
        try inFolder {
            try write([1], to: folder + "/a")
            #expect(reason { _ = try disk.list(folder + "/a") } == .other("Not a directory"))
        }
    }

    @Test func `whether snapshots can be written is found out without leaving anything behind`() throws {
        try inFolder {
            try DirectoryStore.probe(folder + "/deep/er/tierd", disk)
            #expect(try disk.list(folder).isEmpty)
            try DirectoryStore.probe(folder, disk)
            #expect(try disk.list(folder).isEmpty)
            try write([1], to: folder + "/a")
            let error = #expect(throws: FileSystemError.self) { try DirectoryStore.probe(folder + "/a/tierd", disk) }
            #expect(error?.description == "cannot examine \(folder)/a/tierd: Not a directory")
        }
        try DirectoryStore.probe("a-folder-that-nobody-made/tierd", disk)
        #expect(!FileManager.default.fileExists(atPath: "a-folder-that-nobody-made"))
    }

    /// Linux gives this device to test with.
    @Test(.enabled(if: FileManager.default.isWritableFile(atPath: "/dev/full"))) func `a full disk is known`() throws {
        try inFolder {
            let path = folder + "/full"
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/full")
            let device = OpenFile(number: open(path, O_WRONLY))
            #expect(reason { try [1].withUnsafeBytes { try disk.append($0, to: device) } } == .full)
            try disk.close(device)
        }
    }
}
