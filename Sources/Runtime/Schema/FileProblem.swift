/// Something wrong in a policy or configuration. The description is one sentence: where, what was found, what is expected.
package struct FileProblem: Hashable, Sendable, CustomStringConvertible {
    package var origin: Origin
    /// Where in the document, e.g. `tiers[2].enter.score`; empty for the whole of it.
    package var path: String
    /// What was found; the whole complaint where `expected` is nil.
    package var found: String
    package var expected: String?
    /// A name that was probably meant.
    package var suggestion: String?

    package init(_ origin: Origin, path: String = "", found: String, expected: String? = nil, suggestion: String? = nil)
    {
        self.origin = origin
        self.path = path
        self.found = found
        self.expected = expected
        self.suggestion = suggestion
    }

    package var description: String {
        var text = "\(origin): "
        // A variable or a flag names the path already.
        if case .file = origin, !path.isEmpty { text += "\(path): " }
        text += expected.map { "found \(found), expected \($0)" } ?? found
        if let suggestion { text += "; did you mean \"\(suggestion)\"?" }
        return text
    }
}

/// Where a value was written.
package enum Origin: Hashable, Sendable, CustomStringConvertible {
    /// Lines and columns count from 1; nil where the file as a whole is meant.
    case file(String, line: Int?, column: Int?)
    case environment(variable: String)
    /// A `--set` on the command line.
    case flag(path: String)

    package var description: String {
        switch self {
        case .file(let file, nil, _): file
        case .file(let file, let line?, _): "\(file):\(line)"
        case .environment(let variable): "environment variable \(variable)"
        case .flag(let path): "--set \(path)"
        }
    }
}

/// What is wrong in one file and its overrides: at least one problem, in the order of the file, one sentence per line.
package struct FileProblems: Error, Hashable, Sendable, CustomStringConvertible {
    /// More are not reported: they rarely say anything new.
    package static let limit = 20

    package let problems: [FileProblem]

    package init(_ first: FileProblem) { problems = [first] }

    /// Nil without problems. Overrides come after the file, each group in the order given.
    package init?(_ problems: [FileProblem]) {
        guard !problems.isEmpty else { return nil }
        let inOrder = problems.enumerated().sorted { left, right in
            (left.element.origin.rank, left.offset) < (right.element.origin.rank, right.offset)
        }
        self.problems = inOrder.prefix(Self.limit).map(\.element)
    }

    package var description: String { problems.map(\.description).joined(separator: "\n") }
}

extension Origin {
    /// The order in which people read: down the file, then what was laid over it.
    fileprivate var rank: Int {
        switch self {
        case .file(_, let line, _): line ?? 0
        case .environment, .flag: .max
        }
    }
}
