import Scoring

/// Everything that one entry says, in words, and the outputs that carry its stamp.
package struct JournalExplanation: Sendable {
    private let archived: ArchivedEntry
    private let entry: JournalEntry
    private let outputs: [FoundOutput]
    private let archive: JournalArchive

    package init(_ archived: ArchivedEntry, _ entry: JournalEntry, _ outputs: [FoundOutput], _ archive: JournalArchive)
    {
        self.archived = archived
        self.entry = entry
        self.outputs = outputs
        self.archive = archive
    }

    package var text: String {
        var lines = [
            "Entry \(entry.sequence) of shard \(archived.shard), at offset \(archived.offset) of "
                + "\(archive.journal(archived.shard))"
                + (archived.timestamp < 0
                    ? "." : ", written \(EventTime(milliseconds: archived.timestamp).rfc3339).")
        ]
        lines.append("")
        lines += cause
        lines.append("")
        lines += conditions
        lines.append("")
        lines += effect
        return lines.joined(separator: "\n")
    }

    private var cause: [String] {
        switch entry.kind {
        case .policy: return retiering + entry.ranges.filter { $0.to > $0.from }.map(words)
        case .tick:
            var lines = [
                "No event came: the shard's clock was moved to \(entry.tick?.rfc3339 ?? ""), for what silence brings."
            ]
            lines += entry.ranges.filter { $0.to > $0.from }.map(words)
            return lines
        case .progress: return ["No record to score; the positions passed control records:"] + entry.ranges.map(words)
        case .events:
            return ["\(entry.recordCount) \(entry.recordCount == 1 ? "record" : "records") made up the batch:"]
                + entry.ranges.map(words)
        }
    }

    /// What the entry has to do with a change of policy.
    private var retiering: [String] {
        var lines: [String] = []
        if let policy = entry.policy {
            let days = Int(policy.activation.keepsTierFor.days)
            let mode =
                policy.activation.mode == .grandfathered
                ? "grandfathered (nobody falls for \(days) days)" : policy.activation.mode.name
            lines.append("The policy \(entry.policyHash.short)… became active, mode \(mode); its text is kept here.")
        }
        if entry.retierLimit > 0 {
            lines.append("The re-tiering looked at up to \(entry.retierLimit) customers.")
        }
        if let tick = entry.tick { lines.append("The idle shard's clock was moved to \(tick.rfc3339) first.") }
        return lines
    }

    private func words(_ range: JournalEntry.InputRange) -> String {
        let topic = (archive.inputs[range.input] ?? "\(range.input)") + "[\(archived.shard)]"
        guard range.to > range.from else { return "  \(topic)  nothing; next is offset \(range.from)" }
        return
            "  \(topic)  offsets \(range.from) to \(range.to - 1): \(range.count) records, digest \(range.digest.hexadecimal)"
    }

    private var conditions: [String] {
        let chain =
            entry.sequence == 0
            ? "the first of its chain"
            : "continues entry \(entry.sequence - 1), digest \(entry.previousDigest.hexadecimal)"
        return [
            "  chain     \(chain); its own digest is \(entry.digest.hexadecimal)",
            "  rules     policy \(entry.policyHash.text)\(entry.policy == nil ? "" : ", its text kept here"), engine version \(entry.engineVersion)",
            "  clock     \(entry.clock.map { "\($0.rfc3339) after the batch" } ?? "none yet: no event so far")",
            "  host      read \(entry.wallClock.rfc3339), against which a far future was judged",
            "  limits    at most \(entry.deadlineLimit) deadlines, records of at most \(entry.recordBytes) bytes",
            "  state     digest \(entry.stateDigest.hexadecimal) after the batch",
        ]
    }

    private var effect: [String] {
        let (outputs, letters) = (Int(entry.outputCount), Int(entry.deadLetterCount))
        guard outputs + letters > 0 else { return ["It gave no outputs."] }
        let gave =
            "It gave \(outputs) \(outputs == 1 ? "output" : "outputs") and \(letters) dead \(letters == 1 ? "letter" : "letters"), "
            + "digest \(entry.outputDigest.hexadecimal); \(verdict)."
        return [gave] + self.outputs.map { "  \($0.stamp)  \($0.place)" }
    }

    private var verdict: String {
        let wanted = Int(entry.outputCount) + Int(entry.deadLetterCount)
        guard outputs.count == wanted, Set(outputs.map(\.stamp)).count == wanted else {
            return "\(outputs.count) of them are in the output topics"
        }
        var fold = RecordDigest()
        for output in outputs { fold.fold(output.hash, at: Int64(output.stamp.index)) }
        return fold.value == entry.outputDigest ? "all are there, unaltered" : "all are there, but ALTERED"
    }

    /// The entry's fields, and where its outputs lie.
    package var json: JSONText {
        var json = JSONText()
        json.object { json in
            json.field("entry", json: archived.json.bytes.dropLast())
            json.array("outputs") { list in
                for output in outputs {
                    list.object { object in
                        object.field("stamp", output.stamp.description)
                        object.field("topic", output.place.partition.topic)
                        object.field("partition", Int(output.place.partition.partition))
                        object.field("offset", Int(output.place.offset))
                    }
                }
            }
            json.field("verdict", verdict)
        }
        json.endLine()
        return json
    }
}
