/// Snapshots as files: one folder per shard below a root, on a local disk or a shared file system.
///
/// A file is written under a name of this writer's own, synced, renamed and its folder synced; so a reader sees whole
/// snapshots only, and two owners of one shard never write to the same file.
package final class DirectoryStore: SnapshotStore {
    private struct Writing {
        var name: SnapshotName
        var path: String
        var file: OpenFile
    }

    private static let partialSuffix = ".partial"
    private static let chunkBytes = 1 << 20

    private let root: String
    private let folder: String
    private let shard: Int32
    private let writer: String
    private let files: any FileSystem
    private var writing: Writing?

    /// `writer` tells this owner of the shard from every other, former ones on other hosts included.
    package init(root: String, shard: Int32, writer: String, files: any FileSystem) {
        self.root = root
        self.shard = shard
        self.writer = String(writer.map { $0.isLetter || $0.isNumber ? $0 : "_" })
        self.files = files
        folder = root + "/" + SnapshotName.padded(UInt64(shard), to: 5)
    }

    /// Throws what would keep snapshots from being written below `root`. Leaves nothing behind: of a folder that does not
    /// exist yet, the nearest one above is tried.
    package static func probe(_ root: String, _ files: any FileSystem) throws(FileSystemError) {
        let folder = try nearestFolder(root, files)
        // Instances may start at once on a shared file system.
        let path = folder + "/.probe-\(UInt64.random(in: .min ... .max))"
        defer { try? files.remove(path) }
        do throws(FileSystemError) {
            try files.close(try files.create(path))
        } catch {
            throw folder == root ? error : FileSystemError("make", root, error.reason)
        }
    }

    /// The folder itself, or the nearest one above it that exists.
    private static func nearestFolder(_ path: String, _ files: any FileSystem) throws(FileSystemError) -> String {
        var folder = path
        while true {
            do throws(FileSystemError) {
                _ = try files.size(of: folder.isEmpty ? "/" : folder)
                return folder
            } catch {
                guard error.reason == .missing, folder != "." else { throw error }
            }
            guard let cut = folder.lastIndex(of: "/") else {
                folder = "."
                continue
            }
            folder = String(folder[..<cut])
        }
    }

    package func list() throws(SnapshotStoreError) -> [SnapshotName] {
        try names().compactMap { SnapshotName($0) }.filter { $0.shard == shard }.sorted(by: >)
    }

    package func begin(_ sequence: UInt64) throws(SnapshotStoreError) {
        discard()
        try wrapping { () throws(FileSystemError) in
            try files.makeDirectory(folder)
            try files.syncDirectory(root)
        }
        try removeLeftovers()
        let name = SnapshotName(shard: shard, sequence: sequence)
        let path = self.path(name) + "." + writer + Self.partialSuffix
        try wrapping { () throws(FileSystemError) in
            writing = Writing(name: name, path: path, file: try files.create(path))
        }
    }

    package func append(_ bytes: [UInt8]) throws(SnapshotStoreError) {
        guard let file = writing?.file else { throw .failed("no snapshot has been begun") }
        try wrapping { () throws(FileSystemError) in
            try bytes.span.withUnsafeBytes { (bytes) throws(FileSystemError) in try files.append(bytes, to: file) }
        }
    }

    package func publish() throws(SnapshotStoreError) {
        guard let writing else { throw .failed("no snapshot has been begun") }
        self.writing = nil
        do throws(FileSystemError) {
            try close(writing.file)
            try files.rename(writing.path, to: path(writing.name))
        } catch {
            try? files.remove(writing.path)
            throw storeError(error)
        }
        try wrapping { () throws(FileSystemError) in try files.syncDirectory(folder) }
    }

    /// Closes what has reached the disk whole: nothing else may get its name.
    private func close(_ file: OpenFile) throws(FileSystemError) {
        do throws(FileSystemError) {
            try files.sync(file)
        } catch {
            try? files.close(file)
            throw error
        }
        try files.close(file)
    }

    package func discard() {
        guard let writing else { return }
        self.writing = nil
        try? files.close(writing.file)
        try? files.remove(writing.path)
    }

    package func read(
        _ name: SnapshotName, into chunk: (UnsafeRawBufferPointer) -> Bool
    ) throws(SnapshotStoreError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.chunkBytes, alignment: 16)
        defer { buffer.deallocate() }
        var offset = 0
        while true {
            let count = try read(name, at: offset, into: buffer)
            if count > 0, !chunk(UnsafeRawBufferPointer(rebasing: buffer[..<count])) { return }
            if count < buffer.count { return }
            offset += count
        }
    }

    private func read(
        _ name: SnapshotName, at offset: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(SnapshotStoreError) -> Int {
        do throws(FileSystemError) {
            return try files.read(path(name), at: offset, into: buffer)
        } catch {
            throw error.reason == .missing ? .notFound(name) : storeError(error)
        }
    }

    package func remove(_ name: SnapshotName) throws(SnapshotStoreError) {
        do throws(FileSystemError) {
            try files.remove(path(name))
            try files.syncDirectory(folder)
        } catch {
            throw error.reason == .missing ? .notFound(name) : storeError(error)
        }
    }

    private func path(_ name: SnapshotName) -> String { folder + "/" + name.description }

    /// Nothing, while the folder does not exist.
    private func names() throws(SnapshotStoreError) -> [String] {
        do throws(FileSystemError) {
            return try files.list(folder)
        } catch {
            if error.reason == .missing { return [] }
            throw storeError(error)
        }
    }

    /// Whatever was not finished: this process has begun nothing yet, and another owner is no owner any more.
    private func removeLeftovers() throws(SnapshotStoreError) {
        for name in try names().sorted() where name.hasSuffix(Self.partialSuffix) {
            do throws(FileSystemError) {
                try files.remove(folder + "/" + name)
            } catch {
                guard error.reason == .missing else { throw storeError(error) }
            }
        }
    }

    private func wrapping(_ work: () throws(FileSystemError) -> Void) throws(SnapshotStoreError) {
        do throws(FileSystemError) { try work() } catch { throw storeError(error) }
    }

    private func storeError(_ error: FileSystemError) -> SnapshotStoreError {
        error.reason == .full ? .full(folder) : .failed(error.description)
    }
}

extension DirectoryStore {
    /// Removes all but the newest `count` (two at least) that look whole; the newest file stays in any case.
    package func prune(keeping count: Int) throws(SnapshotStoreError) {
        precondition(count >= 2, "one snapshot alone may turn out to be damaged")
        var kept = 0
        for name in try list() {
            if kept >= count {
                try remove(name)
            } else if looksWhole(name) {
                kept += 1
            }
        }
    }

    /// Whether the file's beginning and end are a snapshot's and its length is what the end says; not the checksums
    /// between. A file that cannot be read does not.
    private func looksWhole(_ name: SnapshotName) -> Bool {
        do throws(FileSystemError) {
            let size = try files.size(of: path(name))
            guard size >= SnapshotFooter.frameBytes else { return false }
            let prelude = try bytes(of: name, at: 0, count: SnapshotFormat.preludeBytes)
            let end = try bytes(of: name, at: size - SnapshotFooter.frameBytes, count: SnapshotFooter.frameBytes)
            return prelude == SnapshotFormat.prelude
                && SnapshotFooter(frame: end)?.totalBytes == UInt64(size - SnapshotFooter.frameBytes)
        } catch {
            return false
        }
    }

    private func bytes(of name: SnapshotName, at offset: Int, count: Int) throws(FileSystemError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var span = bytes.mutableSpan
        let got = try span.withUnsafeMutableBytes { (buffer) throws(FileSystemError) in
            try files.read(path(name), at: offset, into: buffer)
        }
        return Array(bytes.prefix(got))
    }
}
