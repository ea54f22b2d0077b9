/// A place in a document: the value there and its path, for reading values and for complaining about them.
struct Cursor {
    let node: SourceNode
    let path: String

    init(_ node: SourceNode, path: String = "") {
        self.node = node
        self.path = path
    }

    subscript(key: String) -> Cursor? {
        node[key].map { Cursor($0, path: path.isEmpty ? key : "\(path).\(key)") }
    }

    /// The elements of a list; none of anything else.
    var elements: [Cursor] {
        node.elements.enumerated().map { Cursor($1, path: "\(path)[\($0)]") }
    }

    /// The fields of a mapping; none of anything else.
    var fields: [(key: String, value: Cursor)] {
        node.entries.map { ($0.key, Cursor($0.node, path: path.isEmpty ? $0.key : "\(path).\($0.key)")) }
    }

    var text: String? { node.text }
    var number: Double? { node.scalar?.number }
    var integer: Int? { node.scalar?.integer }

    func problem(_ found: String, expected: String? = nil, suggestion: String? = nil) -> FileProblem {
        FileProblem(node.origin, path: path, found: found, expected: expected, suggestion: suggestion)
    }

    /// A complaint about the value as it stands there.
    func mismatch(expected: String, suggestion: String? = nil) -> FileProblem {
        problem(node.rendered, expected: expected, suggestion: suggestion)
    }
}

extension [FileProblem] {
    /// These, then those of `others` that do not concern a place named already: they would say it in other words.
    func adding(_ others: [FileProblem]) -> [FileProblem] {
        self + others.filter { other in !contains { $0.path.isWithin(other.path) || other.path.isWithin($0.path) } }
    }
}

extension String {
    /// Whether this path is `other` or leads below it.
    fileprivate func isWithin(_ other: String) -> Bool {
        guard hasPrefix(other), count > other.count, !other.isEmpty else { return self == other }
        return self[index(startIndex, offsetBy: other.count)] == "."
            || self[index(startIndex, offsetBy: other.count)] == "["
    }
}
