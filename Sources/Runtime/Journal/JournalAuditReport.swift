/// What an audit found.
package struct JournalAuditReport: Hashable, Sendable {
    /// Shards, by number: entries, the oldest and the newest.
    package struct Shard: Hashable, Sendable {
        package var shard: Int32
        package var entries: Int
        package var first: UInt64?
        package var last: UInt64?
    }

    package internal(set) var shards: [Shard] = []
    /// Outputs and dead letters that belong to an entry.
    package internal(set) var outputs = 0
    /// Entries some of whose outputs retention has removed.
    package internal(set) var removedEntries = 0
    /// Entries that were committed while the audit ran; their outputs were not looked for.
    package internal(set) var newerEntries = 0
    /// Outputs of entries that the journal has not kept.
    package internal(set) var olderOutputs = 0
    /// Outputs that another application has written to the same topics.
    package internal(set) var foreignOutputs = 0
    package private(set) var counts: [JournalFinding.Kind: Int] = [:]
    /// The first of them, up to a limit.
    package private(set) var findings: [JournalFinding] = []

    /// Findings that are kept; the rest is only counted.
    package static let keptFindings = 1_000

    package var problemCount: Int { counts.values.reduce(0, +) }
    package var isSound: Bool { problemCount == 0 }
    package var entries: Int { shards.reduce(0) { $0 + $1.entries } }

    mutating func note(_ finding: JournalFinding) {
        counts[finding.kind, default: 0] += 1
        if findings.count < Self.keptFindings { findings.append(finding) }
    }

    mutating func note(_ audit: ShardAudit) {
        shards.append(Shard(shard: audit.shard, entries: audit.entries, first: audit.first, last: audit.last))
    }
}

extension JournalAuditReport {
    /// The summary for people, `seconds` after the beginning; one line for each remark.
    package func text(seconds: Double) -> String {
        var lines = findings.map { "✗ \($0)" }
        if problemCount > findings.count { lines.append("✗ … and \(problemCount - findings.count) more") }
        for shard in shards {
            guard let first = shard.first, first > 0 else { continue }
            lines.append("· shard \(shard.shard): the journal begins at entry \(first); the ones before were removed")
        }
        if olderOutputs > 0 { lines.append("· \(olderOutputs) outputs are older than the journal: not judged") }
        if foreignOutputs > 0 { lines.append("· \(foreignOutputs) outputs are another application's: not judged") }
        if removedEntries > 0 {
            lines.append("· \(removedEntries) entries: retention has removed some of their outputs, not judged")
        }
        if newerEntries > 0 { lines.append("· \(newerEntries) entries were committed meanwhile: not judged") }
        lines.append("\(isSound ? "✓" : "✗") \(summary), in \((seconds * 10).rounded() / 10) s")
        return lines.joined(separator: "\n")
    }

    private var summary: String {
        let read =
            "\(shards.count) \(shards.count == 1 ? "shard" : "shards"), \(entries) entries, \(outputs) outputs and dead letters"
        guard !isSound else { return "\(read): all there, once, in order and unaltered" }
        let parts = JournalFinding.Kind.allCases.compactMap { kind in counts[kind].map { "\(kind.rawValue) \($0)" } }
        return
            "\(read): \(problemCount) \(problemCount == 1 ? "problem" : "problems") (\(parts.joined(separator: ", ")))"
    }

    /// One object.
    package func json(seconds: Double) -> JSONText {
        var json = JSONText()
        json.object { json in
            json.field("sound", isSound)
            json.field("entries", entries)
            json.field("outputs", outputs)
            json.field("entries_with_removed_outputs", removedEntries)
            json.field("entries_committed_meanwhile", newerEntries)
            json.field("outputs_older_than_the_journal", olderOutputs)
            json.field("outputs_of_other_applications", foreignOutputs)
            json.object("problems") { counts in
                for kind in JournalFinding.Kind.allCases { counts.field(named: kind.rawValue, self.counts[kind] ?? 0) }
            }
            json.array("findings") { list in
                for finding in findings {
                    list.object { object in
                        object.field("kind", finding.kind.rawValue)
                        object.field("text", finding.description)
                    }
                }
            }
            json.array("shards") { list in
                for shard in shards {
                    list.object { object in
                        object.field("shard", Int(shard.shard))
                        object.field("entries", shard.entries)
                        object.field("first", shard.first.map { Int($0) } ?? -1)
                        object.field("last", shard.last.map { Int($0) } ?? -1)
                    }
                }
            }
            json.field("seconds", seconds)
        }
        json.endLine()
        return json
    }
}
