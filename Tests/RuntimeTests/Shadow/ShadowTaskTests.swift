import Runtime
import Scoring
import ShardEngine
import Telemetry
import Testing

/// A policy tried beside a shard's live one: what leaves, what does not, and when a run is over.
struct ShadowTaskTests {
    /// Retail, with these replacements.
    private static func policy(_ version: Int, _ replacements: [(String, String)] = []) throws -> KeptPolicy {
        var text = try SchemaFile.text("policies/retail.yaml").replacing("version: 1", with: "version: \(version)")
        for (old, new) in replacements { text = text.replacing(old, with: new, maxReplacements: 1) }
        return KeptPolicy(try PolicyFile.parse(text: text, file: "retail.yaml"))
    }

    /// 90 dollars once are a score above 20 and below 25.
    private static func easier() throws -> KeptPolicy { try policy(2, [("{score: 25}", "{score: 20}")]) }

    private static func shard() throws -> LoneShard { try LoneShard(policy(1).policy) }

    /// What a run said, as `customer from to (live tier)`.
    private static func moves(_ written: [LoneShard.Written]) -> [String] {
        written.map { "\($0.key) \($0.text("from")) \($0.text("to")) (\($0.text("live_tier")))" }
    }

    // MARK: - What leaves

    @Test func `a run says who would move, each once, with the tier that is live and the policy that is not`() throws {
        let shard = try Self.shard()
        shard.order(0..<30, dollars: 90)
        shard.order(30..<35, dollars: 500)
        #expect(shard.shadow.isEmpty && shard.status?.shadow == nil)
        let tried = try Self.easier()
        shard.policies.offer(shadow: tried)
        shard.run(seconds: 5)
        #expect(Self.moves(shard.shadow) == (0..<30).map { "c\($0) standard silver (standard)" })
        let record = try #require(shard.shadow.first)
        #expect(record.json["reasons"] as? [String] == ["policy_changed"] && record.json["sequence"] as? Int == 2)
        #expect((record.json["policy"] as? [String: Any])?["hash"] as? String == tried.hash.text)
        #expect((record.json["live_policy"] as? [String: Any])?["version"] as? Int == 1)
        #expect(record.headers["tierd_shadow_run"] == record.run && record.run.hasPrefix("0-"))
        #expect(record.headers["tierd_batch"] == nil && shard.runs.count == 1)
        for record in shard.shadow {
            let audit = try DecisionAudit(DecisionRecord(json: record.value), tried.policy)
            #expect(audit.agrees && audit.isOfThisPolicy, "\(audit.differences)")
        }
    }

    @Test func `live outputs and the journal are the same, byte for byte, with and without a run`() throws {
        let (alone, tried) = (try Self.shard(), try Self.shard())
        for (number, shard) in [alone, tried].enumerated() {
            shard.order(0..<40, dollars: 90)
            if number == 1 { shard.policies.offer(shadow: try Self.easier()) }
            shard.run(seconds: 3)
            shard.order(0..<60, dollars: 40)
            shard.pass(.days(40))
            if number == 1 { shard.policies.offer(shadow: try Self.policy(3, [("grace: 28d", "grace: 2d")])) }
            shard.order(20..<30, dollars: 700)
            shard.pass(.days(90))
            shard.pass(.days(400))
        }
        #expect(alone.live == tried.live && alone.live.count > 200)
        #expect(alone.journal == tried.journal && alone.journal.count > 5)
        #expect(alone.shadow.isEmpty && tried.runs.count == 2 && tried.shadow.count > 100)
        // A shard that recovers knows of no run.
        let before = tried.live
        tried.policies.offer(shadow: nil)
        tried.begin()
        #expect(tried.isLive && tried.live == before && tried.status?.shadow == nil)
    }

    @Test func `events and silence move customers in the run as they would if it were live`() throws {
        let shard = try Self.shard()
        shard.order(0..<3, dollars: 500)
        shard.policies.offer(shadow: try Self.policy(2, [("grace: 28d", "grace: 2d")]))
        shard.run(seconds: 5)
        #expect(shard.shadow.isEmpty)
        shard.order(3..<4, dollars: 500)
        #expect(
            Self.moves(shard.shadow)
                == shard.live.filter { $0.topic == "tiers" && $0.key == "c3" }.map { change in
                    "c3 \(change.text("from")) \(change.text("to")) (silver)"
                })
        let entries = shard.journal.count
        // Day by day: the run's customers fall weeks before the live ones.
        var fell: Int?
        for day in 1...400 where fell == nil {
            shard.pass(.days(1))
            if shard.shadow.contains(where: { $0.text("direction") == "downgrade" }) { fell = day }
        }
        #expect(fell != nil)
        let falls = shard.shadow.filter { $0.text("direction") == "downgrade" }
        #expect(falls.allSatisfy { $0.text("live_tier") == "silver" && $0.text("to") == "standard" })
        #expect(!shard.live.contains { $0.text("direction") == "downgrade" } && shard.journal.count >= entries)
    }

    @Test func `what would not be said if it were live is said by a run`() throws {
        let shard = try Self.shard()
        shard.activation = Activation(mode: .silent)
        shard.begin()
        shard.order(0..<3, dollars: 90)
        shard.policies.offer(shadow: try Self.easier())
        shard.run(seconds: 5)
        #expect(shard.shadow.count == 3)
    }

    // MARK: - When a run is over

    @Test func `a shard that is taken again begins another run, which says again who would move`() throws {
        let shard = try Self.shard()
        shard.order(0..<10, dollars: 90)
        shard.policies.offer(shadow: try Self.easier())
        shard.run(seconds: 5)
        let live = shard.live
        shard.begin()
        shard.run(seconds: 5)
        #expect(shard.live == live && shard.runs.count == 2)
        #expect(Self.moves(shard.shadow(of: shard.runs.first)) == Self.moves(shard.shadow(of: shard.runs.last)))
    }

    @Test func `a run ends when its policy is withdrawn, replaced, or becomes the live one`() throws {
        let shard = try Self.shard()
        shard.order(0..<10, dollars: 90)
        shard.policies.offer(shadow: try Self.easier())
        shard.run(seconds: 5)
        #expect(shard.status?.shadow?.version == 2)
        shard.policies.offer(shadow: nil)
        shard.run(seconds: 1)
        #expect(shard.status?.shadow == nil)
        shard.policies.offer(shadow: try Self.policy(3, [("{score: 25}", "{score: 24}")]))
        shard.run(seconds: 1)
        #expect(shard.status?.shadow?.version == 3)
        shard.policies.offer(shadow: try Self.easier())
        shard.run(seconds: 5)
        #expect(shard.status?.shadow?.version == 2 && shard.metrics.totals.shadowRuns.value == 3)
        let said = shard.shadow.count
        shard.policies.offer(try Self.easier())
        shard.run(seconds: 5)
        #expect(shard.status?.shadow == nil && shard.shadow.count == said)
        #expect(shard.live.filter { $0.text("to") == "silver" }.count == 10)
    }

    @Test func `another live policy begins another run once every customer is settled under it`() throws {
        let shard = try Self.shard()
        shard.order(0..<10, dollars: 90)
        shard.policies.offer(shadow: try Self.easier())
        shard.run(seconds: 5)
        shard.policies.offer(try Self.policy(7, [("{score: 25}", "{score: 21}")]))
        shard.run(seconds: 10)
        #expect(shard.runs.count == 1 && shard.metrics.totals.shadowRuns.value == 2)
        // Live are silver now, and so they are in the run: nobody would move.
        #expect(shard.status?.shadow?.customers == .init(higher: 0, lower: 0, same: 10))
        #expect(shard.live.filter { $0.text("to") == "silver" }.count == 10)
    }

    @Test(arguments: [true, false])
    func `records that nobody can tell the fate of end their run, and the next says all`(
        tookEffect: Bool
    ) throws {
        let shard = try Self.shard()
        shard.order(0..<50, dollars: 90)
        shard.leaveInDoubt([shard.commits + 1], tookEffect: tookEffect)
        let (live, entries) = (shard.live, shard.journal)
        shard.policies.offer(shadow: try Self.easier())
        shard.run(seconds: 10)
        #expect(shard.isLive && shard.live == live && shard.journal == entries)
        #expect(shard.metrics.totals.shadowRuns.value == 2)
        let last = Self.moves(shard.shadow(of: shard.runs.last))
        #expect(last == (0..<50).map { "c\($0) standard silver (standard)" })
        // Of the first run no record is there twice, and none is missing before one that is there.
        let first = Self.moves(shard.shadow(of: shard.runs.first))
        #expect(first == Array(last.prefix(first.count)) && first.count < 50)
    }

    // MARK: - Figures

    @Test func `status and metrics count who would stand elsewhere`() throws {
        let shard = try Self.shard()
        shard.order(0..<30, dollars: 90)
        shard.order(30..<35, dollars: 500)
        shard.policies.offer(shadow: try Self.easier())
        shard.run(seconds: 5)
        let figures = try #require(shard.status?.shadow)
        #expect(figures.retierRemaining == 0 && figures.customers == .init(higher: 30, lower: 0, same: 5))
        #expect(
            figures.standings == [
                .init(live: "standard", shadow: "silver", customers: 30),
                .init(live: "silver", shadow: "silver", customers: 5),
            ])
        let text = shard.metrics.text
        #expect(text.contains(#"tierd_shadow_customers{direction="higher"} 30"#))
        #expect(text.contains(#"tierd_shadow_moves{live="standard",shadow="silver"} 30"#))
        #expect(text.contains(#"tierd_outputs_total{topic="shadow"} 30"#))
        shard.policies.offer(shadow: nil)
        shard.run(seconds: 1)
        #expect(!shard.metrics.text.contains("tierd_shadow_customers"))
    }
}
