import Scoring

extension JournalEntry {
    /// What made up a batch.
    package enum Kind: String, Sendable {
        /// Records of the inputs.
        case events
        /// Silence alone: the shard's clock was moved.
        case tick
        /// Another policy, or a portion of the re-tiering after it.
        case policy
        /// Nothing to score: the positions have passed control records.
        case progress
    }

    package var kind: Kind {
        let hasRecords = ranges.contains { $0.count > 0 }
        if !hasRecords, retierLimit > 0 || policy != nil { return .policy }
        if tick != nil { return .tick }
        return hasRecords ? .events : .progress
    }

    /// Records among all ranges.
    package var recordCount: Int { ranges.reduce(0) { $0 + Int($1.count) } }
}

extension UInt64 {
    /// Sixteen hexadecimal digits, as digests are shown.
    package var hexadecimal: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension ArchivedEntry {
    /// Headings of `line`.
    package static let heading =
        "shard     sequence      offset  clock                     kind       outputs  dead  digest            took"

    /// One line for people.
    package var line: String {
        switch entry {
        case .failure(let error): return "\(padded("\(shard)", 5))  offset \(offset): \(error)"
        case .success(let entry):
            let numbers =
                "\(padded("\(shard)", 5))  \(padded("\(entry.sequence)", 11))  \(padded("\(offset)", 10))"
            let clock = (entry.clock?.rfc3339 ?? "none").padding(to: 24)
            let kind = entry.kind.rawValue.padding(to: 8)
            let outputs = "\(padded("\(entry.outputCount)", 8))  \(padded("\(entry.deadLetterCount)", 4))"
            return "\(numbers)  \(clock)  \(kind) \(outputs)  \(entry.digest.hexadecimal)  \(Self.taken(by: entry))"
        }
    }

    private static func taken(by entry: JournalEntry) -> String {
        let taken = entry.ranges.filter { $0.to > $0.from }.map { "\($0.input) \($0.from)…\($0.to - 1)" }
        return taken.isEmpty ? "nothing" : taken.joined(separator: ", ")
    }

    private func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// One object with every field.
    package var json: JSONText {
        var json = JSONText()
        json.object { json in
            json.field("shard", Int(shard))
            json.field("offset", Int(offset))
            json.field("timestamp", Int(timestamp))
            switch entry {
            case .failure(let error): json.field("error", error.description)
            case .success(let entry): entry.write(&json)
            }
        }
        json.endLine()
        return json
    }
}

extension JournalEntry {
    /// Digests are hexadecimal: JSON readers lose digits of such numbers.
    fileprivate func write(_ json: inout JSONText) {
        json.field("sequence", Int(sequence))
        json.field("kind", kind.rawValue)
        json.field("clock", clock?.rfc3339)
        json.field("tick", tick?.rfc3339)
        json.field("wall_clock", wallClock.rfc3339)
        json.array("ranges") { list in
            for range in ranges {
                list.object { object in
                    object.field("input", "\(range.input)")
                    object.field("from", Int(range.from))
                    object.field("to", Int(range.to))
                    object.field("records", Int(range.count))
                    object.field("digest", range.digest.hexadecimal)
                }
            }
        }
        json.field("outputs", Int(outputCount))
        json.field("dead_letters", Int(deadLetterCount))
        json.field("output_digest", outputDigest.hexadecimal)
        json.field("state_digest", stateDigest.hexadecimal)
        json.field("engine_version", Int(engineVersion))
        json.field("policy_hash", policyHash.text)
        json.field("retier_limit", Int(retierLimit))
        if let policy {
            json.field("activation", policy.activation.mode.name)
            json.field("policy_text", policy.text)
        }
        json.field("deadline_limit", Int(deadlineLimit))
        json.field("record_bytes", Int(recordBytes))
        json.field("previous_digest", previousDigest.hexadecimal)
        json.field("digest", digest.hexadecimal)
    }
}

extension String {
    /// Filled up with spaces.
    fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
