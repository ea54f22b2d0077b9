import Scoring
import Snapshots

/// A snapshot as it is shown to people and programs.
package struct SnapshotText: Sendable {
    private let name: SnapshotName
    private let bytes: Int
    /// Nil when even the header cannot be read.
    private let header: SnapshotHeader?

    package init(_ name: SnapshotName, bytes: Int, _ header: SnapshotHeader?) {
        self.name = name
        self.bytes = bytes
        self.header = header
    }

    /// Headings of `line`.
    package static let heading = "shard     sequence         bytes  customers  created"

    package var line: String {
        let start = "\(right(name.shard, 5))  \(right(name.sequence, 11))  \(right(bytes, 12))"
        guard let header else { return start + "          ?  its header cannot be read: see `tierd snapshot verify`" }
        return "\(start)  \(right(header.mark.customerCount, 9))  \(EventTime(milliseconds: header.createdAt).rfc3339)"
    }

    private func right(_ number: some BinaryInteger, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// Several lines.
    package var words: String {
        guard let header else { return line }
        let identity = header.identity
        var lines = [
            "Snapshot \(name), \(bytes) bytes, made \(EventTime(milliseconds: header.createdAt).rfc3339).", "",
            "  state     \(header.mark.customerCount) customers, digest \(header.mark.digest.hexadecimal)",
            "  clock     \(header.mark.clock?.rfc3339 ?? "none yet: no event so far")",
            "  journal   after entry \(header.journalSequence), digest \(header.journalDigest.hexadecimal), at offset \(header.journalOffset) or behind it",
            "  of        application \(identity.application), shard \(identity.shard) of \(identity.partitionCount)",
            "  rules     policy \(identity.policyHash.text), engine version \(header.engineVersion)",
        ]
        if let retiering = header.mark.retiering {
            lines.append(
                "  changing  \(retiering.mode.name): \(retiering.remaining) customers still to be looked at under this policy"
            )
        }
        lines += ["", "Reading goes on from:"]
        for topic in identity.topics {
            let offset = header.positions.first { $0.input == topic.input }?.offset
            lines.append("  \(topic.name)[\(identity.shard)]  \(offset.map { "offset \($0)" } ?? "its oldest record")")
        }
        return lines.joined(separator: "\n")
    }

    /// What a check of every byte found, as one object; without a line feed.
    package static func verdict(_ name: SnapshotName, bytes: Int, _ problem: SkippedSnapshot?) -> String {
        var json = JSONText()
        json.object { json in
            json.field("snapshot", name.description)
            json.field("shard", Int(name.shard))
            json.field("bytes", bytes)
            json.field("valid", problem == nil)
            json.field("problem", problem.map { "\($0)" })
        }
        return json.string
    }

    /// One object.
    package var json: JSONText {
        var json = JSONText()
        json.object { json in
            json.field("snapshot", name.description)
            json.field("shard", Int(name.shard))
            json.field("sequence", Int(name.sequence))
            json.field("bytes", bytes)
            if let header { write(header, &json) }
        }
        json.endLine()
        return json
    }

    private func write(_ header: SnapshotHeader, _ json: inout JSONText) {
        json.field("created", EventTime(milliseconds: header.createdAt).rfc3339)
        json.field("customers", header.mark.customerCount)
        json.field("clock", header.mark.clock?.rfc3339)
        json.field("state_digest", header.mark.digest.hexadecimal)
        json.field("journal_digest", header.journalDigest.hexadecimal)
        json.field("journal_offset", Int(header.journalOffset))
        json.field("application", header.identity.application)
        json.field("partitions", Int(header.identity.partitionCount))
        json.field("policy_hash", header.identity.policyHash.text)
        json.field("engine_version", Int(header.engineVersion))
        json.field("retier_remaining", header.mark.retiering?.remaining ?? 0)
        json.array("positions") { list in
            for topic in header.identity.topics {
                guard let position = header.positions.first(where: { $0.input == topic.input }) else { continue }
                list.object { object in
                    object.field("topic", topic.name)
                    object.field("offset", Int(position.offset))
                }
            }
        }
    }
}
