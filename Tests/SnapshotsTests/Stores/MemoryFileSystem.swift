import Snapshots

/// Files in memory that can be told to fail.
final class MemoryFileSystem: FileSystem {
    private(set) var files: [String: [UInt8]] = [:]
    private(set) var calls: [String] = []
    var unreadable: Set<String> = []
    /// How many more bytes fit; nil for no limit.
    var room: Int?
    /// Operations that fail from now on.
    var broken: Set<String> = []
    private var open: [Int32: String] = [:]
    private var opened: Int32 = 0

    private func note(_ operation: String, _ path: String) throws(FileSystemError) {
        calls.append("\(operation) \(path)")
        if broken.contains(operation) { throw FileSystemError(operation, path, .other("it is broken")) }
    }

    var openCount: Int { open.count }

    func create(_ path: String) throws(FileSystemError) -> OpenFile {
        try note("create", path)
        guard files[path] == nil else { throw FileSystemError("create", path, .exists) }
        files[path] = []
        opened += 1
        open[opened] = path
        return OpenFile(number: opened)
    }

    func append(_ bytes: UnsafeRawBufferPointer, to file: OpenFile) throws(FileSystemError) {
        let path = open[file.number] ?? ""
        try note("append", path)
        if let room, bytes.count > room { throw FileSystemError("append", path, .full) }
        room = room.map { $0 - bytes.count }
        files[path, default: []] += bytes
    }

    func sync(_ file: OpenFile) throws(FileSystemError) { try note("sync", open[file.number] ?? "") }

    func close(_ file: OpenFile) throws(FileSystemError) {
        let path = open.removeValue(forKey: file.number) ?? ""
        try note("close", path)
    }

    func rename(_ path: String, to newPath: String) throws(FileSystemError) {
        try note("rename", path)
        guard let bytes = files.removeValue(forKey: path) else { throw FileSystemError("rename", path, .missing) }
        files[newPath] = bytes
    }

    func remove(_ path: String) throws(FileSystemError) {
        try note("remove", path)
        guard files.removeValue(forKey: path) != nil else { throw FileSystemError("remove", path, .missing) }
    }

    func list(_ path: String) throws(FileSystemError) -> [String] {
        files.keys.filter { $0.hasPrefix(path + "/") }.map { String($0.dropFirst(path.count + 1)) }
    }

    func size(of path: String) throws(FileSystemError) -> Int {
        guard let bytes = files[path] else { throw FileSystemError("examine", path, .missing) }
        return bytes.count
    }

    func read(
        _ path: String, at offset: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(FileSystemError) -> Int {
        if unreadable.contains(path) { throw FileSystemError("read", path, .other("input/output error")) }
        guard let bytes = files[path] else { throw FileSystemError("read", path, .missing) }
        let part = bytes.dropFirst(offset).prefix(buffer.count)
        buffer.copyBytes(from: part)
        return part.count
    }

    func makeDirectory(_ path: String) throws(FileSystemError) { try note("make", path) }

    func syncDirectory(_ path: String) throws(FileSystemError) { try note("syncDirectory", path) }

    /// What another process puts there.
    func put(_ bytes: [UInt8], at path: String) { files[path] = bytes }
}
