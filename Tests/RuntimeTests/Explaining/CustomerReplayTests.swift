import Foundation
import Runtime
import Scoring
import Testing

struct CustomerReplayTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func orders() throws -> EventFile {
        let lines =
            (1...6).map { EventLines.order("o-\($0)", at: "2026-01-0\($0)T10:00:00Z", total: "150.00") }
            + [
                EventLines.order("o-7", at: "2026-06-01T10:00:00Z"),
                EventLines.order("p-1", customer: "c-2", at: "2026-01-03T00:00:00Z"),
            ]
        return EventFile(.orders, path: try folder.file("orders.jsonl", lines.joined(separator: "\n") + "\n"))
    }

    private func explanation(_ policy: Policy, at time: String, of customer: String = "c-1") throws
        -> CustomerExplanation?
    {
        try CustomerReplay(
            policy: policy, history: EventHistory(files: [orders()]), customer: customer,
            at: try #require(EventTime(argument: time))
        ).run()
    }

    @Test func `the standing is that of the instant, and what came later is left out`() throws {
        let policy = try Replayed.policy("retail")
        let early = try #require(try explanation(policy, at: "2026-01-03"))
        #expect(!early.timeline.entries.isEmpty)
        #expect(early.text.contains("last order   2026-01-02 05:00"))
        let late = try #require(try explanation(policy, at: "2026-05-01"))
        #expect(late.text.contains("last order   2026-01-06 05:00"))
        #expect(late.timeline.entries.count > early.timeline.entries.count)
    }

    @Test func `times are the policy's own, and the heading names the zone`() throws {
        var policy = try Replayed.policy("retail")
        let newYork = try #require(try explanation(policy, at: "2026-05-01")).text
        #expect(
            newYork.hasPrefix(
                "c-1 at 2026-04-30 20:00 (2026-05-01 00:00 UTC), policy retail v1, times in America/New_York\n"))
        #expect(newYork.contains("first event  2026-01-01 05:00"))
        #expect(newYork.contains("\n  2026-01-01 05:00  entry: silver"))
        policy.calendar = .utc
        let utc = try #require(try explanation(policy, at: "2026-05-01")).text
        #expect(utc.hasPrefix("c-1 at 2026-05-01 00:00, policy retail v1, times in UTC\n"))
        #expect(utc.contains("\n  2026-01-01 10:00  entry: silver"))
        // JSON stays in UTC.
        #expect(
            try #require(try explanation(policy, at: "2026-05-01")).json().string.contains("2026-01-01T10:00:00.000Z"))
    }

    @Test func `the timeline and the silence are what a longer replay says`() throws {
        let policy = try Replayed.policy("retail")
        let explained = try #require(try explanation(policy, at: "2026-02-01"))
        #expect(!explained.silence.entries.isEmpty)
        let cut = (1...6).map { EventLines.order("o-\($0)", at: "2026-01-0\($0)T10:00:00Z", total: "150.00") }
        let file = EventFile(.orders, path: try folder.file("cut.jsonl", cut.joined(separator: "\n") + "\n"))
        let whole = try Replayed.records(policy, [file], until: "2028-02-01")
        let told = (explained.timeline.entries + explained.silence.entries).map(\.record)
        #expect(told.map(\.effectiveAt) == whole.prefix(told.count).map(\.effectiveAt))
        #expect(explained.timeline.entries.allSatisfy { $0.record.effectiveAt < "2026-02-01" })
        #expect(
            explained.silence.entries.allSatisfy {
                $0.record.effectiveAt >= "2026-02-01" && $0.record.cause.type == "deadline"
            })
    }

    @Test func `the next deadline is the first thing that silence brings, or an earlier look`() throws {
        let explained = try #require(try explanation(try Replayed.policy("retail"), at: "2026-02-01"))
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(explained.json().string.utf8)) as? [String: Any])
        let customer = try #require(json["customer"] as? [String: Any])
        let deadline = try #require(customer["next_deadline"] as? String)
        #expect(deadline <= (explained.silence.entries.first?.record.effectiveAt ?? ""))
        let churn = try #require(customer["churn"] as? [String: Any])
        let drivers = try #require(churn["drivers"] as? [String: Any])
        let risk = try #require(churn["risk"] as? Double)
        let logOdds = drivers.values.reduce(0) { $0 + (($1 as? NSNumber)?.doubleValue ?? .nan) }
        #expect(abs(1 / (1 + exp(-logOdds)) - risk) < 1e-12)
        #expect((json["timeline"] as? [Any])?.count == explained.timeline.entries.count)
    }

    @Test func `what an upgrade lacks is said in the measures' own units`() throws {
        let explained = try #require(try explanation(try Replayed.policy("retail"), at: "2026-01-03", of: "c-2"))
        #expect(explained.text.contains("gold (Gold / 黄金): a score of at least 40, and at least 3 orders in 365 days"))
        #expect(explained.text.contains("orders_365d  1, asked at least 3       ✗ lacks 2"))
        #expect(explained.text.contains("frequency     1.667 of 20"))
    }

    @Test func `of a customer who has not come yet nothing is told`() throws {
        let policy = try Replayed.policy("retail")
        #expect(try explanation(policy, at: "2026-01-01") == nil)
        #expect(try explanation(policy, at: "2026-05-01", of: "nobody") == nil)
    }
}
