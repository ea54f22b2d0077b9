import Foundation
import Runtime
import Scoring
import Testing
import WireFormat

struct OfflineReplayTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// The lines that a replay writes, those it rejects, and its summary.
    private func replay(
        _ files: [EventFile], until: String? = nil
    ) throws -> (lines: [String], rejected: [String], summary: ReplaySummary) {
        var replay = try OfflineReplay(
            policy: BenchPolicy.retail, files: files, until: until.flatMap { EventTime(argument: $0) })
        var writer = ReplayLines()
        var (lines, rejected) = ("", "")
        let summary = try replay.run { step in
            lines += String(decoding: writer.outputs(step.outputs), as: UTF8.self)
            rejected += String(decoding: writer.rejections(step.rejections), as: UTF8.self)
        }
        return (
            lines.split(separator: "\n").map(String.init), rejected.split(separator: "\n").map(String.init), summary
        )
    }

    private func orders(_ lines: String...) throws -> EventFile {
        EventFile(.orders, path: try folder.file("orders.jsonl", lines.joined(separator: "\n") + "\n"))
    }

    @Test func `every output is a line of JSON with topic, key, headers and value`() throws {
        let result = try replay([orders(EventLines.order("o-1", at: "2026-01-05T10:00:00Z"))])
        #expect(result.lines.count == 2)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(result.lines[0].utf8)) as? [String: Any])
        #expect(Set(object.keys) == ["topic", "key", "headers", "value"])
        #expect(object["topic"] as? String == "tier-changes")
        #expect(object["key"] as? String == "c-1")
        #expect((object["headers"] as? [String: String])?["ce_id"] == "tier-change:c-1:1")
        let cause = try #require((object["value"] as? [String: Any])?["cause"] as? [String: Any])
        #expect(cause["topic"] as? String == "orders")
        #expect(cause["offset"] as? Int == 1)
    }

    @Test func `two runs over the same files give the same bytes`() throws {
        let shape = WorkloadShape(
            seed: 5, customers: 50, start: EventTime(milliseconds: 1_767_225_600_000), eventsPerSecond: 0.01,
            currency: BenchPolicy.usd)
        var records = GeneratedRecords(shape)
        var texts: [InputKind: String] = [:]
        for _ in 0..<3_000 {
            var bytes = ContiguousArray<UInt8>()
            let record = records.append(to: &bytes)
            texts[record.input, default: ""] += String(decoding: bytes[record.value], as: UTF8.self) + "\n"
        }
        let files = try texts.map { EventFile($0, path: try folder.file("\($0.defaultTopic).jsonl", $1)) }
        let first = try replay(files, until: "2026-12-31")
        let second = try replay(files.reversed(), until: "2026-12-31")
        #expect(first.lines.count > 200)
        #expect(first.lines == second.lines)
        #expect(first.summary.tiers == second.summary.tiers)
        #expect(first.summary.events == 3_000)
    }

    @Test func `a packed file gives what the plain one gives`() throws {
        let plain = try orders(
            EventLines.order("o-1", at: "2026-01-05T10:00:00Z"), EventLines.order("o-2", at: "2026-02-05T10:00:00Z"))
        let packed = EventFile(.orders, path: try folder.pack(plain.path))
        #expect(try replay([packed]).lines == replay([plain]).lines)
    }

    @Test func `files are merged by event time`() throws {
        let late = try orders(EventLines.order("o-1", at: "2026-01-05T10:00:02Z"))
        let early = EventFile(
            .browse, path: try folder.file("browse.jsonl", EventLines.browse("b-1", at: "2026-01-05T10:00:01Z")))
        let result = try replay([late, early])
        #expect(result.lines.first?.contains(#""cause":{"type":"event","topic":"browse""#) == true)
        #expect(result.summary.customers == 1)
    }

    @Test func `everything is told, whatever the policy says of catching up`() throws {
        let file = try orders(EventLines.order("o-1", at: "2026-01-05T10:00:00Z", total: "400.00"))
        var quiet = BenchPolicy.retail
        quiet.quietBeyond = .days(1)
        var replay = try OfflineReplay(policy: quiet, files: [file], until: EventTime(argument: "2026-12-31"))
        var said = 0
        _ = try replay.run { said += $0.outputs.records.count }
        let loud = try self.replay([file], until: "2026-12-31")
        #expect(said == loud.lines.count && said > 2)
    }

    @Test func `nothing fires after the last event unless a later instant is given`() throws {
        let file = try orders(EventLines.order("o-1", at: "2026-01-05T10:00:00Z", total: "400.00"))
        let still = try replay([file])
        let moved = try replay([file], until: "2026-12-31")
        #expect(still.summary.clock?.rfc3339 == "2026-01-05T10:00:00.000Z")
        #expect(moved.summary.clock?.rfc3339 == "2026-12-31T00:00:00.000Z")
        #expect(moved.lines.prefix(still.lines.count) == still.lines[...])
        #expect(moved.lines.dropFirst(still.lines.count).allSatisfy { $0.contains(#""cause":{"type":"deadline""#) })
        #expect(moved.lines.count > still.lines.count)
    }

    @Test func `a rejected line is reported with its file, number, reason, field and message`() throws {
        let file = try orders(
            "not json", "", EventLines.order("o-1", at: "2026-01-05T10:00:00Z"),
            EventLines.order("o-2", at: "yesterday"), EventLines.order("o-1", at: "2026-01-05T10:00:00Z"))
        let result = try replay([file])
        #expect(result.summary.events == 1)
        #expect(result.summary.rejectedCount == 3)
        #expect(
            result.summary.rejections.filter { $0.count > 0 }.map(\.name) == ["malformed", "invalid_time", "duplicate"])
        #expect(result.rejected.count == 3)
        #expect(
            result.rejected[0]
                == #"{"file":"\#(file.path)","line":1,"reason":"malformed","field":null,"#
                + #""message":"the value is not one JSON document in UTF-8 without a byte-order mark"}"#)
        #expect(result.rejected[1].contains(#""line":4,"reason":"invalid_time","field":"occurred_at""#))
        #expect(result.rejected[2].contains(#""line":5,"reason":"duplicate""#))
    }

    @Test func `a line longer than any record is rejected and the next one is read`() throws {
        let long = "{\"pad\":\"" + String(repeating: "x", count: 3 << 20) + "\"}"
        let result = try replay([orders(long, EventLines.order("o-1", at: "2026-01-05T10:00:00Z"))])
        #expect(result.summary.events == 1)
        #expect(result.rejected.first?.contains(#""line":1,"reason":"too_large""#) == true)
    }

    @Test func `the last line needs no line feed and lines may end in CR LF`() throws {
        let text =
            EventLines.order("o-1", at: "2026-01-05T10:00:00Z") + "\r\n\r\n"
            + EventLines.order("o-2", at: "2026-01-06T10:00:00Z")
        let file = EventFile(.orders, path: try folder.file("orders.jsonl", text))
        #expect(try replay([file]).summary.events == 2)
    }

    @Test func `an empty file gives nothing`() throws {
        let file = EventFile(.orders, path: try folder.file("orders.jsonl", ""))
        let result = try replay([file], until: "2026-12-31")
        #expect(result.lines.isEmpty)
        #expect(result.summary.clock == nil)
        #expect(result.summary.customers == 0)
    }

    @Test func `the summary counts every output and every customer once`() throws {
        let file = try orders(
            EventLines.order("o-1", at: "2026-01-05T10:00:00Z"),
            EventLines.order("o-2", customer: "c-2", at: "2026-01-05T11:00:00Z"))
        let result = try replay([file])
        #expect(result.summary.customers == 2)
        #expect(result.summary.tiers.reduce(0) { $0 + $1.count } == 2)
        #expect(result.summary.churnLevels.reduce(0) { $0 + $1.count } == 2)
        #expect(result.summary.tierChangeCount + result.summary.churnChanges == result.lines.count)
        let object = try JSONSerialization.jsonObject(with: Data(result.summary.json.bytes)) as? [String: Any]
        #expect(object?["customers"] as? Int == 2)
    }

    @Test func `files that cannot be read say so in one sentence`() throws {
        let missing = EventFile(.orders, path: folder.path("none.jsonl"))
        #expect(throws: EventFileError.unreadable(path: missing.path, reason: "No such file or directory")) {
            try replay([missing])
        }
        #expect(throws: EventFileError.unreadable(path: "/", reason: "it is a folder")) {
            try replay([EventFile(.orders, path: "/")])
        }
        let damaged = EventFile(.orders, path: try folder.file("damaged.gz", "not gzip"))
        #expect(throws: EventFileError.damaged(path: damaged.path)) { try replay([damaged]) }
        #expect(throws: EventFileError.standardInputTwice) {
            try replay([EventFile(.orders, path: "-"), EventFile(.browse, path: "-")])
        }
        #expect(
            "\(EventFileError.damaged(path: "a.gz"))"
                == "a.gz is damaged or not compressed by gzip; `gzip -t` tells more")
    }
}
