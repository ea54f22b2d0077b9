import Foundation
import Scoring
import ShardEngine
import Snapshots
import TestSupport
import Testing

@Suite struct CustomerLineTests {
    private func lines(_ engine: inout ShardEngine) throws -> [String] {
        let images = engine.captureAll().images
        return try images.bytes.withUnsafeBytes { try CustomerImage.decode($0) }
            .map { CustomerLine(SnapshotFixture.policy, asOf: engine.clock).text($0) }
    }

    @Test func `a customer is one line of JSON that says it all`() throws {
        var run = SnapshotFixture.engine(customers: 3)
        let line = try #require(try lines(&run.engine).last)
        let now = SnapshotFixture.days(2).milliseconds
        let report = run.engine.report(on: Array("customer-2".utf8), at: SnapshotFixture.days(2))
        let deadline = try #require(report?.deadline)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(object["customer_id"] as? String == "customer-2" && object["tier"] as? String == "silver")
        #expect(object["deadline_ms"] as? Int64 == deadline.milliseconds)
        #expect(object["churn_level"] as? String == "low" && object["tier_since_ms"] as? Int64 == now)
        let orders = try #require(object["orders"] as? [[String: Any]])
        #expect(orders.map { $0["amount_minor"] as? Int64 } == [40_000, -500])
        #expect(orders.map { $0["kind"] as? String } == ["order", "refund"])
        #expect(orders[0]["id_hash"] as? String == String(OrderEntry.hash(ofID: StableHash.of("o-2")), radix: 16))
        let days = try #require(object["browse"] as? [[String: Any]])
        #expect(days.map { $0["day"] as? String } == ["2026-01-20", "2026-01-22"])
        #expect(days[0]["product_viewed"] as? Int == 1 && days[0]["dwell_ms"] as? Int == 1_500)
        let feedback = try #require(object["feedback"] as? [[String: Any]])
        #expect(feedback.map { $0["type"] as? String } == ["complaint"] && feedback[0]["score"] == nil)
        #expect(!line.contains("\n"))
    }

    @Test func `every field of a line is described in the published schema, and none that it requires is missing`()
        throws
    {
        let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "schemas/snapshot-export.schema.json")
        let schema = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: Any])
        let described = Set(try #require(schema["properties"] as? [String: Any]).keys)
        let required = Set(try #require(schema["required"] as? [String]))
        var run = SnapshotFixture.engine(customers: 3)
        for line in try lines(&run.engine) {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(Set(object.keys).subtracting(described) == [] && required.subtracting(object.keys) == [])
        }
    }

    @Test func `any id is valid JSON`() throws {
        let ids = ["\"quoted\\\"", "line\nfeed\u{1}", "顾客-7", "🙂", "a/b"]
        var run = TranscribedRun(ShardEngine(policy: SnapshotFixture.policy))
        run.apply(ids.map { .browse(SnapshotFixture.start, $0, "b", .pageViewed) })
        let names = try lines(&run.engine).map { line in
            (try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["customer_id"] as? String
        }
        #expect(names == ids)
    }
}
