import Snapshots
import TestSupport

/// A disk that keeps after a crash what a real one must keep, and of the rest whatever the seed says.
///
/// Bytes are safe once their file was synced; names (of files made, renamed or removed) once their directory was. What is
/// not safe survives in order: of names the first few changes, of bytes a prefix, which may hold a block of rubbish.
/// Files are only appended to. Paths are absolute, parts divided by `/`.
package final class SimulatedDisk: FileSystem {
    private struct File {
        var bytes: [UInt8] = []
        var syncedCount = 0
    }

    private enum Change {
        case link(name: String, file: Int)
        case unlink(name: String)
    }

    private struct Directory {
        var names: [String: Int] = [:]
        var safeNames: [String: Int] = [:]
        /// Changes of names since the directory was synced, oldest first.
        var unsafe: [Change] = []

        mutating func apply(_ change: Change) {
            Self.apply(change, to: &names)
            unsafe.append(change)
        }

        static func apply(_ change: Change, to names: inout [String: Int]) {
            switch change {
            case .link(let name, let file): names[name] = file
            case .unlink(let name): names[name] = nil
            }
        }
    }

    private var random: SeededRandom
    private var files: [Int: File] = [:]
    private var directories: [String: Directory] = ["/": Directory()]
    private var open: [OpenFile: Int] = [:]
    private var made = 0
    /// Bytes that all files together may hold.
    package var capacity: Int
    /// Files in which bytes have changed by themselves, so that a checker knows whom not to blame.
    package private(set) var rotten: [String] = []

    private static let block = 512

    package init(seed: UInt64, capacity: Int = .max) {
        random = SeededRandom(seed: seed)
        self.capacity = capacity
    }

    // MARK: - Files

    package func create(_ path: String) throws(FileSystemError) -> OpenFile {
        let (folder, name) = try place(of: path, "create")
        guard directories[folder]?.names[name] == nil else { throw FileSystemError("create", path, .exists) }
        made += 1
        files[made] = File()
        directories[folder]?.apply(.link(name: name, file: made))
        let handle = OpenFile(number: Int32(made))
        open[handle] = made
        return handle
    }

    /// A full disk takes what still fits before it throws.
    package func append(_ bytes: UnsafeRawBufferPointer, to handle: OpenFile) throws(FileSystemError) {
        let file = try file(of: handle, "write")
        let room = capacity == .max ? bytes.count : max(0, capacity - used)
        files[file]?.bytes += bytes.prefix(room)
        if room < bytes.count { throw FileSystemError("write", "file \(handle.number)", .full) }
    }

    /// Makes the bytes safe, not the name.
    package func sync(_ handle: OpenFile) throws(FileSystemError) {
        let file = try file(of: handle, "sync")
        let count = files[file]?.bytes.count ?? 0
        files[file]?.syncedCount = count
    }

    package func close(_ handle: OpenFile) throws(FileSystemError) {
        _ = try file(of: handle, "close")
        open[handle] = nil
    }

    package func size(of path: String) throws(FileSystemError) -> Int { try bytes(of: path, "measure").count }

    package func read(
        _ path: String, at offset: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(FileSystemError) -> Int {
        let found = try bytes(of: path, "read").dropFirst(offset).prefix(buffer.count)
        buffer.copyBytes(from: found)
        return found.count
    }

    // MARK: - Names

    package func rename(_ path: String, to newPath: String) throws(FileSystemError) {
        let (folder, name) = try place(of: path, "rename")
        let (newFolder, newName) = try place(of: newPath, "rename")
        guard let file = directories[folder]?.names[name] else { throw FileSystemError("rename", path, .missing) }
        directories[newFolder]?.apply(.link(name: newName, file: file))
        directories[folder]?.apply(.unlink(name: name))
    }

    package func remove(_ path: String) throws(FileSystemError) {
        let (folder, name) = try place(of: path, "remove")
        guard directories[folder]?.names[name] != nil else { throw FileSystemError("remove", path, .missing) }
        directories[folder]?.apply(.unlink(name: name))
    }

    /// Files and folders, sorted.
    package func list(_ path: String) throws(FileSystemError) -> [String] {
        guard let directory = directories[path] else { throw FileSystemError("list", path, .missing) }
        let prefix = path == "/" ? "/" : path + "/"
        let folders = directories.keys.filter { $0.hasPrefix(prefix) }.map { $0.dropFirst(prefix.count) }
        return (directory.names.keys + folders.filter { !$0.isEmpty && !$0.contains("/") }.map(String.init)).sorted()
    }

    /// Directories themselves are safe at once.
    package func makeDirectory(_ path: String) {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/" + part
            if directories[made] == nil { directories[made] = Directory() }
        }
    }

    package func syncDirectory(_ path: String) throws(FileSystemError) {
        guard var directory = directories[path] else { throw FileSystemError("sync", path, .missing) }
        directory.safeNames = directory.names
        directory.unsafe = []
        directories[path] = directory
    }

    // MARK: - What goes wrong

    /// The host stops at once: handles are void, and of what was not safe some is lost or torn.
    package func crash() {
        open = [:]
        for path in directories.keys.sorted() {
            guard var directory = directories[path] else { continue }
            let surviving = random.below(directory.unsafe.count + 1)
            for change in directory.unsafe.prefix(surviving) { Directory.apply(change, to: &directory.safeNames) }
            directory.names = directory.safeNames
            directory.unsafe = []
            directories[path] = directory
        }
        let named = Set(directories.values.flatMap(\.names.values))
        for number in files.keys.sorted() {
            if named.contains(number) { tear(number) } else { files[number] = nil }
        }
    }

    private func tear(_ number: Int) {
        guard var file = files[number] else { return }
        let unsynced = file.bytes.count - file.syncedCount
        if unsynced > 0 {
            let kept = file.syncedCount + random.below(unsynced + 1)
            file.bytes.removeLast(file.bytes.count - kept)
            if random.chance(0.3), kept > file.syncedCount {
                // The length had been written, one block of the bytes had not.
                let start = file.syncedCount + random.below(kept - file.syncedCount)
                for index in start..<min(start + Self.block, kept) { file.bytes[index] = UInt8(random.below(256)) }
            }
        }
        file.syncedCount = file.bytes.count
        files[number] = file
    }

    /// Somebody removes a directory with all that is in it, for good.
    package func deleteDirectory(_ path: String) {
        for name in directories.keys where name == path || name.hasPrefix(path + "/") { directories[name] = nil }
    }

    /// One bit of a file changes by itself; returns false for a file without bytes.
    package func rot(_ path: String) throws(FileSystemError) -> Bool {
        let (folder, name) = try place(of: path, "read")
        guard let number = directories[folder]?.names[name], let count = files[number]?.bytes.count else {
            throw FileSystemError("read", path, .missing)
        }
        guard count > 0 else { return false }
        files[number]?.bytes[random.below(count)] ^= 1 << UInt8(random.below(8))
        rotten.append(path)
        return true
    }

    // MARK: - Steps

    private var used: Int { files.values.reduce(0) { $0 + $1.bytes.count } }

    private func file(of handle: OpenFile, _ operation: String) throws(FileSystemError) -> Int {
        guard let file = open[handle] else {
            throw FileSystemError(operation, "file \(handle.number)", .other("the file is not open"))
        }
        return file
    }

    private func bytes(of path: String, _ operation: String) throws(FileSystemError) -> [UInt8] {
        let (folder, name) = try place(of: path, operation)
        guard let number = directories[folder]?.names[name], let file = files[number] else {
            throw FileSystemError(operation, path, .missing)
        }
        return file.bytes
    }

    /// The directory of a path, which must exist, and the last part.
    private func place(
        of path: String, _ operation: String
    ) throws(FileSystemError) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { throw FileSystemError(operation, path, .missing) }
        let folder = slash == path.startIndex ? "/" : String(path[..<slash])
        guard directories[folder] != nil else { throw FileSystemError(operation, path, .missing) }
        return (folder, String(path[path.index(after: slash)...]))
    }
}
