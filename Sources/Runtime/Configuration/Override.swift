/// A value from outside the file that replaces one in it.
struct Override {
    let path: [String]
    let value: String
    let origin: Origin

    init(path: [String], value: String, origin: Origin) {
        self.path = path
        self.value = value
        self.origin = origin
    }

    /// The flag `--set path=value`. A librdkafka setting has dots in its name and is one part of the path.
    init(path: String, value: String) {
        var parts = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        if parts.count > 3, parts.starts(with: OverrideNames.settings) {
            parts = OverrideNames.settings + [parts[2...].joined(separator: ".")]
        }
        self.init(path: parts, value: value, origin: .flag(path: path))
    }
}

extension SourceNode {
    /// Lays the value over the document, as text where the schema wants text, else as the YAML scalar it looks like.
    mutating func apply(_ override: Override, schema: Schema) {
        let isText = schema.types(at: override.path[...]) == [.string]
        set(Scalar(override.value, isQuoted: isText), at: override.path[...], override.origin)
    }
}

extension Schema {
    /// The types allowed at `path`; none where the schema says nothing of it.
    fileprivate func types(at path: ArraySlice<String>) -> [ValueType] {
        var schema = self
        for part in path {
            guard let next = resolved(schema).property(part) else {
                guard case .matching(let additional) = resolved(schema).additional else { return [] }
                schema = additional
                continue
            }
            schema = next
        }
        let end = resolved(schema)
        return end.types.isEmpty && end.allowed.allSatisfy { $0.kind == .text } && !end.allowed.isEmpty
            ? [.string] : end.types
    }

    /// What the schema refers to, else itself.
    func resolved(_ schema: Schema) -> Schema { schema.reference.flatMap(definition) ?? schema }
}
