/// A value of a parsed document that remembers where it was written.
package struct SourceNode: Sendable {
    package var value: Value
    package var origin: Origin

    package init(_ value: Value, _ origin: Origin) {
        self.value = value
        self.origin = origin
    }

    package enum Value: Sendable {
        case scalar(Scalar)
        case sequence([SourceNode])
        /// In the file's order; keys are unique.
        case mapping([Entry])
    }

    package struct Entry: Sendable {
        package var key: String
        package var keyOrigin: Origin
        package var node: SourceNode

        package init(key: String, keyOrigin: Origin, node: SourceNode) {
            self.key = key
            self.keyOrigin = keyOrigin
            self.node = node
        }
    }

    package subscript(key: String) -> SourceNode? { entries.first { $0.key == key }?.node }

    /// The entries of a mapping, none of anything else.
    package var entries: [Entry] {
        if case .mapping(let entries) = value { entries } else { [] }
    }

    /// The elements of a sequence, none of anything else.
    package var elements: [SourceNode] {
        if case .sequence(let elements) = value { elements } else { [] }
    }

    package var scalar: Scalar? {
        if case .scalar(let scalar) = value { scalar } else { nil }
    }

    /// The text of a scalar that is text.
    package var text: String? { scalar.flatMap { $0.kind == .text ? $0.text : nil } }

    /// What stands there, for a message.
    package var rendered: String {
        switch value {
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .scalar(let scalar): scalar.rendered
        }
    }

    /// Puts `scalar` at `path`, making the mappings on the way; something else on the way stays and hides it, since
    /// the schema refuses that something anyway.
    package mutating func set(_ scalar: Scalar, at path: ArraySlice<String>, _ origin: Origin) {
        guard let key = path.first else {
            self = SourceNode(.scalar(scalar), origin)
            return
        }
        guard case .mapping(var entries) = value else { return }
        if let index = entries.firstIndex(where: { $0.key == key }) {
            entries[index].node.set(scalar, at: path.dropFirst(), origin)
        } else {
            var node = SourceNode(.mapping([]), origin)
            node.set(scalar, at: path.dropFirst(), origin)
            entries.append(Entry(key: key, keyOrigin: origin, node: node))
        }
        value = .mapping(entries)
    }
}

extension Scalar {
    /// Longer texts are cut in messages.
    private static let renderedLength = 60

    /// What was written, for a message: text in quotes, whether quoted or not.
    package var rendered: String {
        guard kind == .text else { return text.isEmpty ? "nothing" : text }
        let shown = text.count <= Self.renderedLength ? text : text.prefix(Self.renderedLength) + "…"
        return "\"\(shown)\""
    }
}
