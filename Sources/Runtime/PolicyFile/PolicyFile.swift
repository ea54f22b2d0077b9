import Scoring

/// What is wrong in a policy file.
package typealias PolicyError = FileProblems

extension Policy {
    /// The policy as if it said nothing of catching up, with the hash of such a one: over historical data there is no present
    /// to be caught up with.
    package var tellingAll: Policy {
        guard quietBeyond != nil else { return self }
        var policy = self
        policy.quietBeyond = nil
        policy.hash = SHA256.hexDigest(of: policy.canonicalText)
        return policy
    }
}

/// Reads policy files: YAML, checked against schemas/policy.schema.json and for what a schema cannot say.
package enum PolicyFile {
    /// Reads the file at `path`; throws with every problem found, up to `FileProblems.limit`.
    package static func load(path: String) throws(PolicyError) -> Policy {
        try parse(text: SourceNode.text(ofFile: path), file: path)
    }

    /// Compiles the text of a policy; `file` is its name in messages.
    package static func parse(text: String, file: String) throws(PolicyError) -> Policy {
        let root = try SourceNode.parse(yaml: text, file: file)
        var compiler = PolicyCompiler()
        var policy = compiler.compile(Cursor(root))
        let problems = SchemaValidator(.policy).problems(in: root).adding(compiler.problems)
        if let error = FileProblems(problems) { throw error }
        let canonicalText = policy.canonicalText
        guard canonicalText.utf8.count <= KeptPolicy.longestText else {
            throw FileProblems(
                FileProblem(
                    .file(file, line: nil, column: nil), found: "a policy of \(canonicalText.utf8.count) bytes",
                    expected: "at most \(KeptPolicy.longestText), so that the journal can keep it"))
        }
        policy.hash = SHA256.hexDigest(of: canonicalText)
        return policy
    }
}
