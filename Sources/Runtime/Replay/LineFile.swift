import Glibc

/// Writes lines to a file or to standard output (`-`), in large pieces. Used by one thread; `close` writes the rest.
package final class LineFile {
    package let path: String
    private let descriptor: Int32
    private var pending = ContiguousArray<UInt8>()

    private static let pieceBytes = 1 << 16

    /// Replaces a file that exists.
    package init(path: String) throws(EventFileError) {
        self.path = path
        descriptor = path == "-" ? STDOUT_FILENO : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .unwritable(path: path, reason: FileBytes.lastError) }
    }

    deinit { if descriptor != STDOUT_FILENO { Glibc.close(descriptor) } }

    /// Appends `bytes` as they are: whole lines, each with its line feed.
    package func write(_ bytes: some Sequence<UInt8>) throws(EventFileError) {
        pending.append(contentsOf: bytes)
        if pending.count >= Self.pieceBytes { try flush() }
    }

    package func close() throws(EventFileError) { try flush() }

    private func flush() throws(EventFileError) {
        var written = 0
        while written < pending.count {
            let count = pending.withUnsafeBytes { bytes in
                Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw .unwritable(path: path == "-" ? "standard output" : path, reason: FileBytes.lastError)
            }
            written += count
        }
        pending.removeAll(keepingCapacity: true)
    }
}
