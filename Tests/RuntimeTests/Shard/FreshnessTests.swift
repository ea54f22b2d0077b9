import Foundation
import Runtime
import Scoring
import Testing
import WireFormat

/// What decisions say of how fresh they were, live and replayed.
@Suite struct FreshnessTests {
    private static let decisions: Set = ["tiers", "churn", "notices"]

    /// A shard that has taken orders, changed its policy and fallen silent.
    private static func shard() throws -> LoneShard {
        let shard = try LoneShard(Replayed.policy("retail"))
        for dollars in [30, 300, 900] { shard.order(0..<8, dollars: dollars) }
        let text = try SchemaFile.text("policies/retail.yaml").replacing("{score: 40}", with: "{score: 45}")
        shard.policies.offer(KeptPolicy(try PolicyFile.parse(text: text, file: "f")))
        shard.run(seconds: 5)
        shard.pass(.days(400))
        return shard
    }

    @Test func `every decision is as fresh as its journal entry says`() throws {
        let shard = try Self.shard()
        let entries = try shard.journal.map { try JournalEntry(bytes: $0) }
        let said = shard.live.filter { Self.decisions.contains($0.topic) }
        #expect(said.count > 30 && Set(said.map(\.topic)) == Self.decisions)
        for record in said {
            let stamp = try #require(record.headers["tierd_batch"].flatMap { BatchStamp($0) })
            let entry = entries[Int(stamp.sequence)]
            let freshness = try #require(record.json["freshness"] as? [String: Any])
            let watermark = try #require(entry.clock)
            #expect(freshness["watermark"] as? String == watermark.rfc3339)
            #expect(
                (freshness["lag_ms"] as? NSNumber)?.int64Value == max(0, (entry.wallClock - watermark).milliseconds))
            #expect(record.text("effective_at") <= watermark.rfc3339)
        }
        #expect(entries.contains { $0.tick != nil } && entries.contains { $0.retierLimit > 0 })
    }

    @Test func `what is done live is a second old at most, and profiles and shadows tell of no moment`() throws {
        let shard = try Self.shard()
        let lags = shard.live.compactMap { ($0.json["freshness"] as? [String: Any])?["lag_ms"] as? Int }
        #expect(lags.count > 30 && lags.allSatisfy { $0 < 1_000 })
        #expect(!shard.live.contains { $0.topic == "profiles" && $0.json["freshness"] != nil })
    }

    @Test func `a replay of files knows no host's clock, and says so`() throws {
        let folder = try TemporaryFolder()
        let policy = try Replayed.smallPolicy("retail")
        let records = try Replayed.records(policy, try Replayed.files(policy, in: folder), until: "2031-01-01")
        #expect(records.count > 150)
        for record in records {
            let freshness = try #require(record.freshness)
            #expect(freshness.lagMs == nil && record.effectiveAt <= freshness.watermark)
        }
    }
}
