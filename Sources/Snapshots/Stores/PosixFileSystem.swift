import Glibc

/// The host's own files.
package final class PosixFileSystem: FileSystem {
    package init() {}

    package func create(_ path: String) throws(FileSystemError) -> OpenFile {
        let number = Self.retrying { open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o644) }
        guard number >= 0 else { throw Self.error("create", path) }
        return OpenFile(number: Int32(number))
    }

    package func append(_ bytes: UnsafeRawBufferPointer, to file: OpenFile) throws(FileSystemError) {
        var rest = bytes
        while !rest.isEmpty {
            let written = Self.retrying { write(file.number, rest.baseAddress, rest.count) }
            guard written >= 0 else { throw Self.error("write", "a snapshot") }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }

    package func sync(_ file: OpenFile) throws(FileSystemError) {
        guard Self.retrying({ Int(fsync(file.number)) }) == 0 else { throw Self.error("sync", "a snapshot") }
    }

    package func close(_ file: OpenFile) throws(FileSystemError) {
        // Not again after an interruption: the number may belong to another file by then.
        guard Glibc.close(file.number) == 0 || errno == EINTR else { throw Self.error("close", "a snapshot") }
    }

    package func rename(_ path: String, to newPath: String) throws(FileSystemError) {
        guard Glibc.rename(path, newPath) == 0 else { throw Self.error("rename", path) }
    }

    package func remove(_ path: String) throws(FileSystemError) {
        guard unlink(path) == 0 else { throw Self.error("remove", path) }
    }

    package func list(_ path: String) throws(FileSystemError) -> [String] {
        guard let folder = opendir(path) else { throw Self.error("list", path) }
        defer { closedir(folder) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw Self.error("list", path) }
        return names
    }

    package func size(of path: String) throws(FileSystemError) -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else { throw Self.error("examine", path) }
        return Int(status.st_size)
    }

    package func read(
        _ path: String, at offset: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(FileSystemError) -> Int {
        let file = Int32(Self.retrying { Int(open(path, O_RDONLY | O_CLOEXEC)) })
        guard file >= 0 else { throw Self.error("open", path) }
        defer { _ = Glibc.close(file) }
        var count = 0
        while count < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
            let got = Self.retrying { pread(file, rest.baseAddress, rest.count, off_t(offset + count)) }
            guard got >= 0 else { throw Self.error("read", path) }
            if got == 0 { break }
            count += got
        }
        return count
    }

    package func makeDirectory(_ path: String) throws(FileSystemError) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/" + part
            guard mkdir(made, 0o755) == 0 || errno == EEXIST else { throw Self.error("make", made) }
        }
    }

    package func syncDirectory(_ path: String) throws(FileSystemError) {
        let folder = Int32(Self.retrying { Int(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) })
        guard folder >= 0 else { throw Self.error("open", path) }
        defer { _ = Glibc.close(folder) }
        guard Self.retrying({ Int(fsync(folder)) }) == 0 else { throw Self.error("sync", path) }
    }

    private static func retrying<Result: FixedWidthInteger>(_ call: () -> Result) -> Int {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return Int(result) }
        }
    }

    /// The last call's error.
    private static func error(_ operation: String, _ path: String) -> FileSystemError {
        switch errno {
        case ENOSPC, EDQUOT: FileSystemError(operation, path, .full)
        case ENOENT: FileSystemError(operation, path, .missing)
        case EEXIST: FileSystemError(operation, path, .exists)
        case let code: FileSystemError(operation, path, .other(text(of: code)))
        }
    }

    private static func text(of code: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
        return String(decoding: buffer.lazy.map { UInt8(bitPattern: $0) }.prefix { $0 != 0 }, as: UTF8.self)
    }
}
