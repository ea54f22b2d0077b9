extension SchemaValidator {
    /// Checks the fields of a mapping: unknown, missing, too many or too few, and each by its own schema.
    func check(_ entries: [SourceNode.Entry], _ node: SourceNode, _ schema: Schema, path: String) -> [FileProblem] {
        var problems: [FileProblem] = []
        var meant: Set<String> = []
        for entry in entries {
            let fieldPath = path.isEmpty ? entry.key : "\(path).\(entry.key)"
            if let property = schema.property(entry.key) {
                problems += check(entry.node, property, path: fieldPath)
                continue
            }
            switch schema.additional {
            case .anything: break
            case .matching(let additional): problems += check(entry.node, additional, path: fieldPath)
            case .nothing:
                let problem = unknown(entry, entries, schema, path: fieldPath)
                problem.suggestion.map { _ = meant.insert($0) }
                problems.append(problem)
            }
        }
        // A field under a misspelt name is not missing as well.
        problems += missing(entries.map(\.key) + meant, node, schema, path: path)
        if let limit = schema.propertyCount.violation(by: entries.count, of: "field") {
            problems.append(mismatch(node, path, found: entries.rendered, expected: limit))
        }
        return problems
    }

    private func unknown(
        _ entry: SourceNode.Entry, _ entries: [SourceNode.Entry], _ schema: Schema, path: String
    ) -> FileProblem {
        let free = schema.properties.map(\.name).filter { name in !entries.contains { $0.key == name } }
        return FileProblem(
            entry.keyOrigin, path: path, found: "unknown field \"\(entry.key)\"",
            suggestion: Suggestion.nearest(to: entry.key, among: free))
    }

    private func missing(_ present: [String], _ node: SourceNode, _ schema: Schema, path: String) -> [FileProblem] {
        schema.required.filter { !present.contains($0) }.map { name in
            FileProblem(node.origin, path: path, found: "the field \"\(name)\" is missing")
        }
    }
}

extension [SourceNode.Entry] {
    /// Which fields stand there, for a message.
    var rendered: String {
        switch count {
        case 0: "no fields"
        case 1: "the field \"\(self[0].key)\""
        default: "the fields " + map { "\"\($0.key)\"" }.joined(lastBy: "and")
        }
    }
}
