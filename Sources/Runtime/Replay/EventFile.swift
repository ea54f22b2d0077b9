import Scoring

/// A file of events of one input as JSON Lines: plain, compressed (`.gz`), or standard input (`-`).
package struct EventFile: Hashable, Sendable {
    package let input: InputKind
    package let path: String

    package init(_ input: InputKind, path: String) {
        self.input = input
        self.path = path
    }

    package var isStandardInput: Bool { path == "-" }
    package var isCompressed: Bool { path.hasSuffix(".gz") }
    /// For people.
    package var name: String { isStandardInput ? "standard input" : path }
}

/// Why a file cannot be read or written: one sentence with the remedy.
package enum EventFileError: Error, Hashable, Sendable, CustomStringConvertible {
    case unreadable(path: String, reason: String)
    case unwritable(path: String, reason: String)
    case noGzip(path: String, reason: String)
    /// gzip ended with an error, so the text before may be incomplete.
    case damaged(path: String)
    case standardInputTwice

    package var description: String {
        switch self {
        case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
        case .unwritable(let path, let reason): "cannot write \(path): \(reason)"
        case .noGzip(let path, let reason):
            "cannot start gzip to read \(path): \(reason); install gzip or unpack the file"
        case .damaged(let path): "\(path) is damaged or not compressed by gzip; `gzip -t` tells more"
        case .standardInputTwice: "standard input (-) can be one of the files only"
        }
    }
}
