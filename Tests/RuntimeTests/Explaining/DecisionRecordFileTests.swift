import Foundation
import Runtime
import Scoring
import Testing

struct DecisionRecordFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A policy that publishes profiles, and what `tierd replay` prints of an order and an erasure under it.
    private func replay() throws -> (policy: Policy, lines: [String]) {
        let text = try SchemaFile.text("policies/retail.yaml") + "\nprofiles: {throttle: 1h}\n"
        let policy = try PolicyFile.parse(text: text, file: "f")
        let erase =
            #"{"event_id":"e-1","customer_id":"c-1","type":"erase","occurred_at":"2026-03-05T10:00:00Z","by":"anna","#
            + #""reason":"asked"}"#
        let files = [
            EventFile(
                .orders,
                path: try folder.file("orders.jsonl", EventLines.order("o-1", at: "2026-01-05T10:00:00Z") + "\n")),
            EventFile(.commands, path: try folder.file("commands.jsonl", erase + "\n")),
        ]
        var replay = try OfflineReplay(policy: policy, files: files)
        var (writer, output) = (ReplayLines(), "")
        _ = try replay.run { output += String(decoding: writer.outputs($0.outputs), as: UTF8.self) }
        return (policy, output.split(separator: "\n").map(String.init))
    }

    private func file(_ lines: [String], name: String = "out.jsonl") throws -> DecisionRecordFile {
        try DecisionRecordFile(Data((lines.joined(separator: "\n") + "\n").utf8), name: name)
    }

    @Test func `profiles and tombstones of a replay are counted and skipped`() throws {
        let (policy, lines) = try replay()
        let tombstones = lines.count { $0.hasSuffix(#""value":null}"#) }
        let profiles = lines.count { $0.hasPrefix(#"{"topic":"customer-profiles""#) } - tombstones
        #expect(tombstones > 0 && profiles > 0)
        let file = try file(lines)
        #expect(file.skipped == tombstones + profiles)
        #expect(file.entries.count == lines.count - file.skipped)
        let audits = try file.audits(policy)
        #expect(audits.allSatisfy { $0.audit.agrees })
        #expect(
            file.closing(audits)
                == "\(audits.count) records: \(audits.count) agree, 0 disagree; skipped \(file.skipped) records without "
                + "a decision (profiles, tombstones)")
    }

    @Test func `a profile as its topic carries it is skipped as well`() throws {
        let (_, lines) = try replay()
        let profile = try #require(
            lines.first { $0.hasPrefix(#"{"topic":"customer-profiles""#) && !$0.hasSuffix("null}") })
        let object = try JSONSerialization.jsonObject(with: Data(profile.utf8)) as? [String: Any]
        let value = String(
            decoding: try JSONSerialization.data(withJSONObject: try #require(object?["value"])), as: UTF8.self)
        #expect(try file([value, lines[0]]).skipped == 1)
        #expect(throws: DecisionFileError.noDecision(file: "out.jsonl", skipped: 1)) { try file([value]) }
    }

    @Test func `every error names the file and the line, blank lines counted`() throws {
        let (policy, lines) = try replay()
        let decision = try #require(lines.first { $0.contains(#""topic":"tier-changes""#) })
        func error(_ lines: [String]) -> String {
            do {
                _ = try file(lines).audits(policy)
                return ""
            } catch {
                return "\(error)"
            }
        }
        #expect(error([decision, "", "{}"]).hasPrefix("out.jsonl:3: this record holds no decision"))
        #expect(error([decision, decision + "x"]).hasPrefix("out.jsonl:2: this is not one JSON object"))
        let lacking = decision.replacing(
            #""direction":"entry","#, with: #""direction":"entry","was_"#, maxReplacements: 1)
        #expect(error([decision, lacking]).hasPrefix("out.jsonl:2: "))
        let unreadable = decision.replacing("2026-01-05T10:00:00.000Z", with: "on Monday")
        #expect(error([decision, unreadable]) == #"out.jsonl:2: the record's time "on Monday" is not RFC 3339"#)
        #expect(error(["", ""]).hasPrefix("out.jsonl is empty"))
    }

    @Test func `a decision in an envelope that lacks a field is told apart from what is none`() throws {
        let (_, lines) = try replay()
        let decision = try #require(lines.first { $0.contains(#""topic":"tier-changes""#) })
        let lacking = decision.replacing(#""sequence":"#, with: #""number":"#)
        #expect(throws: DecisionFileError.unreadable(file: "out.jsonl", line: 1, .missingField("sequence"))) {
            try file([lacking])
        }
    }

    @Test func `one record set out over several lines is one record`() throws {
        let (policy, lines) = try replay()
        let object = try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any]
        let pretty = try JSONSerialization.data(
            withJSONObject: try #require(object?["value"]), options: [.prettyPrinted])
        let file = try DecisionRecordFile(pretty, name: "one.json")
        #expect(file.entries.map(\.line) == [1])
        let audits = try file.audits(policy)
        #expect(audits[0].audit.agrees && file.closing(audits) == nil)
    }
}
