/// A JSON Schema (2020-12) as far as `SchemaValidator` interprets it. Reading one refuses any keyword that is not
/// interpreted, so that no rule of a schema can be silently without effect.
package final class Schema: Sendable {
    let title: String?
    /// Values to show in messages: those of `examples`, else that of `default`.
    let examples: [SourceNode]
    let types: [ValueType]
    /// The name behind `#/$defs/`.
    let reference: String?
    let definitions: [Property]
    let properties: [Property]
    let required: [String]
    let additional: Additional
    let propertyCount: Bounds
    let items: Schema?
    let itemCount: Bounds
    let hasUniqueItems: Bool
    /// `enum`, or the single value of `const`.
    let allowed: [Scalar]
    let pattern: String?
    let length: Bounds
    let range: Range
    let oneOf: [Schema]
    let anyOf: [Schema]
    let allOf: [Schema]
    let not: Schema?

    struct Property: Sendable {
        let name: String
        let schema: Schema
    }

    enum Additional: Sendable {
        case anything
        case nothing
        case matching(Schema)
    }

    /// Inclusive bounds of a count.
    struct Bounds: Sendable {
        let least: Int?
        let most: Int?
    }

    struct Range: Sendable {
        let minimum: Double?
        let maximum: Double?
        let exclusiveMinimum: Double?
        let exclusiveMaximum: Double?
    }

    /// Reads a schema; `file` is its name in messages.
    package convenience init(json text: String, file: String) throws(FileProblems) {
        // JSON is YAML, and this way a mistake in a schema has a line.
        try self.init(SourceNode.parse(yaml: text, file: file))
        try checkReferences(definitions: Set(definitions.map(\.name)), file: file)
    }

    private init(_ node: SourceNode) throws(FileProblems) {
        try Self.checkKeywords(node)
        title = node["title"]?.text
        examples = node["examples"]?.elements ?? node["default"].map { [$0] } ?? []
        types = try Self.types(node["type"])
        reference = try node["$ref"].map(Self.definitionName)
        definitions = try Self.properties(node["$defs"])
        properties = try Self.properties(node["properties"])
        required = node["required"]?.elements.compactMap(\.text) ?? []
        additional = try Self.additional(node["additionalProperties"])
        propertyCount = Bounds(least: node.integer("minProperties"), most: node.integer("maxProperties"))
        items = try Self.schema(node["items"])
        itemCount = Bounds(least: node.integer("minItems"), most: node.integer("maxItems"))
        hasUniqueItems = node["uniqueItems"]?.scalar?.kind == .boolean(true)
        allowed = (node["enum"]?.elements ?? node["const"].map { [$0] } ?? []).compactMap(\.scalar)
        pattern = try node["pattern"].map(Self.anchoredPattern)
        length = Bounds(least: node.integer("minLength"), most: node.integer("maxLength"))
        range = Range(
            minimum: node.number("minimum"), maximum: node.number("maximum"),
            exclusiveMinimum: node.number("exclusiveMinimum"), exclusiveMaximum: node.number("exclusiveMaximum"))
        oneOf = try Self.schemas(node["oneOf"])
        anyOf = try Self.schemas(node["anyOf"])
        allOf = try Self.schemas(node["allOf"])
        not = try Self.schema(node["not"])
    }

    func definition(_ name: String) -> Schema? { definitions.first { $0.name == name }?.schema }

    func property(_ name: String) -> Schema? { properties.first { $0.name == name }?.schema }
}

/// The types of JSON values; raw values are those of the keyword `type`.
enum ValueType: String, Sendable {
    case null, boolean, integer, number, string, array, object
}

extension Schema {
    private static let keywords: Set<String> = [
        "$schema", "$id", "$defs", "$ref", "title", "description", "examples", "default", "type", "properties",
        "required", "additionalProperties", "minProperties", "maxProperties", "items", "minItems", "maxItems",
        "uniqueItems", "enum", "const", "pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum",
        "exclusiveMaximum", "oneOf", "anyOf", "allOf", "not",
    ]

    private static func checkKeywords(_ node: SourceNode) throws(FileProblems) {
        guard case .mapping(let entries) = node.value else {
            throw FileProblems(FileProblem(node.origin, found: node.rendered, expected: "a schema"))
        }
        if let unknown = entries.first(where: { !keywords.contains($0.key) }) {
            let found = "the keyword \"\(unknown.key)\", which is not interpreted"
            throw FileProblems(FileProblem(unknown.keyOrigin, found: found))
        }
    }

    private static func types(_ node: SourceNode?) throws(FileProblems) -> [ValueType] {
        guard let node else { return [] }
        let names = node.text.map { [$0] } ?? node.elements.compactMap(\.text)
        let types = names.compactMap(ValueType.init)
        guard !types.isEmpty, types.count == names.count else {
            throw FileProblems(FileProblem(node.origin, found: node.rendered, expected: "names of types"))
        }
        return types
    }

    private static func definitionName(_ node: SourceNode) throws(FileProblems) -> String {
        let prefix = "#/$defs/"
        guard let text = node.text, text.hasPrefix(prefix) else {
            throw FileProblems(FileProblem(node.origin, found: node.rendered, expected: "\(prefix)NAME"))
        }
        return String(text.dropFirst(prefix.count))
    }

    /// Patterns are matched as a whole, which is only the same if they are anchored.
    private static func anchoredPattern(_ node: SourceNode) throws(FileProblems) -> String {
        guard let text = node.text, text.hasPrefix("^"), text.hasSuffix("$"), (try? Regex(text)) != nil else {
            throw FileProblems(FileProblem(node.origin, found: node.rendered, expected: "a pattern ^...$"))
        }
        return text
    }

    private static func additional(_ node: SourceNode?) throws(FileProblems) -> Additional {
        guard let node else { return .anything }
        switch node.scalar?.kind {
        case .boolean(true)?: return .anything
        case .boolean(false)?: return .nothing
        default: return .matching(try Schema(node))
        }
    }

    private static func properties(_ node: SourceNode?) throws(FileProblems) -> [Property] {
        var properties: [Property] = []
        for entry in node?.entries ?? [] {
            properties.append(Property(name: entry.key, schema: try Schema(entry.node)))
        }
        return properties
    }

    private static func schemas(_ node: SourceNode?) throws(FileProblems) -> [Schema] {
        var schemas: [Schema] = []
        for element in node?.elements ?? [] { schemas.append(try Schema(element)) }
        return schemas
    }

    private static func schema(_ node: SourceNode?) throws(FileProblems) -> Schema? {
        guard let node else { return nil }
        return try Schema(node)
    }

    private func checkReferences(definitions names: Set<String>, file: String) throws(FileProblems) {
        if let reference, !names.contains(reference) {
            throw FileProblems(
                FileProblem(.file(file, line: nil, column: nil), found: "nothing is defined as \"\(reference)\""))
        }
        for part in parts { try part.checkReferences(definitions: names, file: file) }
    }

    private var parts: [Schema] {
        var parts = (definitions + properties).map(\.schema) + oneOf + anyOf + allOf
        if case .matching(let schema) = additional { parts.append(schema) }
        if let items { parts.append(items) }
        if let not { parts.append(not) }
        return parts
    }
}

extension SourceNode {
    fileprivate func integer(_ key: String) -> Int? { self[key]?.scalar?.integer }
    fileprivate func number(_ key: String) -> Double? { self[key]?.scalar?.number }
}
