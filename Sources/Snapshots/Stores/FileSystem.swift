/// The few things that `DirectoryStore` asks of a disk; paths have `/` between their parts.
///
/// What was appended survives a crash only after `sync`, and a creation, renaming or removal only after `syncDirectory`.
package protocol FileSystem: AnyObject {
    /// Opens a new, empty file for appending; fails if the path exists.
    func create(_ path: String) throws(FileSystemError) -> OpenFile
    /// Appends all of the bytes, or fails.
    func append(_ bytes: UnsafeRawBufferPointer, to file: OpenFile) throws(FileSystemError)
    func sync(_ file: OpenFile) throws(FileSystemError)
    /// The file is closed even if this fails.
    func close(_ file: OpenFile) throws(FileSystemError)
    /// Atomic; replaces what had the new path.
    func rename(_ path: String, to newPath: String) throws(FileSystemError)
    func remove(_ path: String) throws(FileSystemError)
    /// The names in a folder, in no particular order.
    func list(_ path: String) throws(FileSystemError) -> [String]
    func size(of path: String) throws(FileSystemError) -> Int
    /// How many bytes there were; fewer than asked for only at the end of the file.
    func read(
        _ path: String, at offset: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(FileSystemError) -> Int
    /// With the folders above it; fine if it exists.
    func makeDirectory(_ path: String) throws(FileSystemError)
    func syncDirectory(_ path: String) throws(FileSystemError)
}

/// A file that is open for appending, by the number that its file system gave it.
package struct OpenFile: Hashable, Sendable {
    package var number: Int32
    package init(number: Int32) { self.number = number }
}

/// What a file system could not do.
package struct FileSystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was tried, as a verb: "write".
    package var operation: String
    package var path: String
    package var reason: Reason

    package enum Reason: Hashable, Sendable {
        case full
        case missing
        case exists
        /// In the system's words.
        case other(String)
    }

    package init(_ operation: String, _ path: String, _ reason: Reason) {
        self.operation = operation
        self.path = path
        self.reason = reason
    }

    package var description: String {
        let text =
            switch reason {
            case .full: "no space left"
            case .missing: "no such file or folder"
            case .exists: "exists already"
            case .other(let text): text
            }
        return "cannot \(operation) \(path): \(text)"
    }
}
