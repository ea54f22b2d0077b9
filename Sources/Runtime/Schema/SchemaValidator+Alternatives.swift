extension SchemaValidator {
    /// Checks `allOf`, `anyOf`, `oneOf` and `not`.
    func checkAlternatives(_ node: SourceNode, _ schema: Schema, path: String) -> [FileProblem] {
        var problems = schema.allOf.flatMap { check(node, $0, path: path) }
        problems += checkBranches(schema.anyOf, node, path: path, isExclusive: false)
        problems += checkBranches(schema.oneOf, node, path: path, isExclusive: true)
        if let excluded = schema.not, check(node, excluded, path: path).isEmpty {
            problems.append(mismatch(node, path, found: node.outline, expected: schema.title ?? "anything else"))
        }
        return problems
    }

    private struct Branch {
        let schema: Schema
        let problems: [FileProblem]
        /// How many of its required fields are there.
        let present: Int
        /// How far the node is from it; the least is the one that was meant.
        let cost: Int
    }

    private func checkBranches(
        _ schemas: [Schema], _ node: SourceNode, path: String, isExclusive: Bool
    ) -> [FileProblem] {
        let branches = schemas.map { branch($0, node, path: path) }
        let matching = branches.filter(\.problems.isEmpty)
        if schemas.isEmpty || matching.count == 1 || (!isExclusive && !matching.isEmpty) { return [] }
        let nearest = matching.isEmpty ? Self.nearest(branches) : matching
        guard nearest.count == 1, let meant = nearest.first else {
            let titles = nearest.compactMap(\.schema.title)
            return [mismatch(node, path, found: node.outline, expected: titles.joined(lastBy: "or"))]
        }
        return describe(meant, node, path: path)
    }

    /// A node with no field of any branch is equally far from all.
    private static func nearest(_ branches: [Branch]) -> [Branch] {
        if branches.allSatisfy({ !$0.schema.required.isEmpty && $0.present == 0 }) { return branches }
        let least = branches.map(\.cost).min()
        return branches.filter { $0.cost == least }
    }

    /// A branch that fixes a field to another value is hardly the one that was meant; one whose fields are there is.
    private func branch(_ schema: Schema, _ node: SourceNode, path: String) -> Branch {
        let problems = check(node, schema, path: path)
        let contradictions = schema.properties.filter { property in
            guard !property.schema.allowed.isEmpty, let value = node[property.name] else { return false }
            return !check(value, property.schema, path: path).isEmpty
        }
        let present = schema.required.count { node[$0] != nil }
        return Branch(
            schema: schema, problems: problems, present: present,
            cost: problems.count + 10 * contradictions.count - present)
    }

    /// The branch's own problems; what concerns the node as a whole is said with the branch's title.
    private func describe(_ branch: Branch, _ node: SourceNode, path: String) -> [FileProblem] {
        guard let title = branch.schema.title else { return branch.problems }
        let (whole, others) = (
            branch.problems.filter { $0.path == path && $0.expected != nil },
            branch.problems.filter { $0.path != path || $0.expected == nil }
        )
        return whole.isEmpty ? others : others + [mismatch(node, path, found: node.outline, expected: title)]
    }
}

extension SourceNode {
    /// What stands there: the fields of a mapping, else the value.
    fileprivate var outline: String {
        if case .mapping(let entries) = value { entries.rendered } else { rendered }
    }
}
