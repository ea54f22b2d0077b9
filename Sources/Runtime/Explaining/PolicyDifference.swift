import Scoring

/// What changes from one policy to another, fact by fact, and what each change means.
package struct PolicyDifference {
    /// One fact that is not the same in both; `old` or `new` is nil where only the other has it.
    package struct Line: Hashable, Sendable {
        package var path: String
        package var old: String?
        package var new: String?
        package var meaning: String
    }

    package let lines: [Line]
    /// Same hash, same decisions.
    package let isSame: Bool
    private let hashes: (old: String, new: String)
    private let names: (old: String, new: String)

    package init(from old: Policy, to new: Policy) {
        hashes = (old.hash, new.hash)
        names = ("\(old.name) v\(old.version)", "\(new.name) v\(new.version)")
        isSame = old.hash == new.hash
        lines = Self.lines(old.facts, new.facts) + Self.warning(old, new)
    }

    private static func lines(_ old: [PolicyFact], _ new: [PolicyFact]) -> [Line] {
        let oldByPath = Dictionary(old.map { ($0.path, $0) }) { first, _ in first }
        let newPaths = Set(new.map(\.path))
        var lines: [Line] = []
        for fact in new {
            guard let before = oldByPath[fact.path] else {
                lines.append(Line(path: fact.path, old: nil, new: fact.text, meaning: fact.meaning.ofAdding))
                continue
            }
            guard before.text != fact.text || before.number != fact.number else { continue }
            lines.append(
                Line(path: fact.path, old: before.text, new: fact.text, meaning: meaning(before, fact)))
        }
        return lines
            + old.filter { !newPaths.contains($0.path) }.map {
                Line(path: $0.path, old: $0.text, new: nil, meaning: $0.meaning.ofRemoving)
            }
    }

    private static func meaning(_ old: PolicyFact, _ new: PolicyFact) -> String {
        guard let before = old.number, let after = new.number else { return new.meaning.change }
        return after > before ? new.meaning.rise : new.meaning.fall
    }

    /// A version tells outputs apart; one that stays the same while the rules change tells nothing.
    private static func warning(_ old: Policy, _ new: Policy) -> [Line] {
        guard old.hash != new.hash, old.name == new.name, old.version == new.version else { return [] }
        return [
            Line(
                path: "version", old: "\(old.version)", new: "\(new.version)",
                meaning: "raise it: outputs of both could be told apart by their hashes only")
        ]
    }

    /// For people; without a line feed at the end.
    package var text: String {
        var columns = TextColumns()
        for line in lines {
            columns.add(line.path, "\(line.old ?? "nothing") → \(line.new ?? "nothing")", line.meaning)
        }
        var head = ["\(names.old) (\(hashes.old.prefix(12))) → \(names.new) (\(hashes.new.prefix(12)))"]
        if isSame { head.append("The hashes are equal: both decide and say the same.") }
        return (head + columns.lines()).joined(separator: "\n")
    }

    /// One line of JSON.
    package var json: JSONText {
        var json = JSONText()
        json.object { json in
            json.object("old") { side in
                side.field("policy", names.old)
                side.field("hash", hashes.old)
            }
            json.object("new") { side in
                side.field("policy", names.new)
                side.field("hash", hashes.new)
            }
            json.field("same", isSame)
            json.array("changes") { list in
                for line in lines {
                    list.object { object in
                        object.field("path", line.path)
                        object.field("old", line.old)
                        object.field("new", line.new)
                        object.field("meaning", line.meaning)
                    }
                }
            }
        }
        json.endLine()
        return json
    }
}
