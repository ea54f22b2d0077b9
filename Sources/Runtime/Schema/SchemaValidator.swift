/// Checks a document against a schema and says what is wrong in words for the person who wrote the document.
package struct SchemaValidator {
    private let root: Schema

    package init(_ root: Schema) { self.root = root }

    /// Every violation, in the order of the schema's rules.
    package func problems(in node: SourceNode) -> [FileProblem] { check(node, root, path: "") }

    func check(_ node: SourceNode, _ schema: Schema, path: String) -> [FileProblem] {
        var problems: [FileProblem] = []
        if let target = schema.reference.flatMap(root.definition) { problems += check(node, target, path: path) }
        if !schema.types.isEmpty && !schema.types.contains(where: node.isOf) {
            return problems + [mismatch(node, path, expected: schema.expectation(insteadOf: node))]
        }
        switch node.value {
        case .scalar(let scalar): problems += check(scalar, node, schema, path: path)
        case .sequence(let elements): problems += check(elements, node, schema, path: path)
        case .mapping(let entries): problems += check(entries, node, schema, path: path)
        }
        // Which alternative was meant can only be told from a node that is sound by itself.
        if problems.isEmpty { problems += checkAlternatives(node, schema, path: path) }
        return problems
    }

    func mismatch(_ node: SourceNode, _ path: String, found: String? = nil, expected: String) -> FileProblem {
        FileProblem(node.origin, path: path, found: found ?? node.rendered, expected: expected)
    }

    private func check(_ scalar: Scalar, _ node: SourceNode, _ schema: Schema, path: String) -> [FileProblem] {
        if !schema.allowed.isEmpty && !schema.allowed.contains(where: scalar.means) {
            var problem = mismatch(node, path, expected: schema.allowed.map(\.rendered).joined(lastBy: "or"))
            problem.suggestion = node.text.flatMap { Suggestion.nearest(to: $0, among: schema.allowed.map(\.text)) }
            return [problem]
        }
        if let number = scalar.number, let limit = schema.range.violation(by: number) {
            return [mismatch(node, path, expected: limit)]
        }
        guard let text = node.text else { return [] }
        if let limit = schema.length.violation(by: text.unicodeScalars.count, of: "character") {
            return [mismatch(node, path, expected: limit)]
        }
        if let pattern = schema.pattern, !Self.matches(text, pattern) {
            return [mismatch(node, path, expected: schema.expectation(insteadOf: node))]
        }
        return []
    }

    private static func matches(_ text: String, _ pattern: String) -> Bool {
        guard let regex = try? Regex(pattern) else { return false }
        return text.wholeMatch(of: regex) != nil
    }

    private func check(_ elements: [SourceNode], _ node: SourceNode, _ schema: Schema, path: String) -> [FileProblem] {
        var problems: [FileProblem] = []
        if let limit = schema.itemCount.violation(by: elements.count, of: "element") {
            let count = elements.isEmpty ? "an empty list" : "a list of \(elements.count)"
            problems.append(mismatch(node, path, found: count, expected: limit))
        }
        if let items = schema.items {
            for (index, element) in elements.enumerated() {
                problems += check(element, items, path: "\(path)[\(index)]")
            }
        }
        if schema.hasUniqueItems { problems += repeated(elements, path: path) }
        return problems
    }

    private func repeated(_ elements: [SourceNode], path: String) -> [FileProblem] {
        var seen: Set<String> = []
        return elements.enumerated().compactMap { index, element in
            guard let scalar = element.scalar, !seen.insert(scalar.rendered).inserted else { return nil }
            let found = "\(scalar.rendered) stands in the list already"
            return FileProblem(element.origin, path: "\(path)[\(index)]", found: found)
        }
    }
}
