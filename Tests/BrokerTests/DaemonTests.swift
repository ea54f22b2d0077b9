import Foundation
import KafkaClient
import Runtime
import Scoring
import Testing

/// The daemon on real sockets. Serialised: each test has the two cores to itself.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct DaemonTests {
    private static let endOfHistory = EventTime(milliseconds: 915_148_800_000)

    @Test func `a customer who only falls silent is downgraded and flagged at risk`() throws {
        let fixture = try BrokerFixture()
        let day: Int64 = 86_400_000
        let start: Int64 = 1_767_225_600_000
        try fixture.produce(
            fixture.inputs[0].topic,
            (0..<6).map { number in
                ("anna", order("o\(number)", "anna", at: start + Int64(number) * 7 * day, total: "260.00"))
            })
        let daemon = try fixture.daemon(clock: .event(until: EventTime(milliseconds: start + 700 * day)))
        eventually("the daemon has not worked off six orders") {
            daemon.isCaughtUp(fixture, records: [fixture.inputs[0].topic: 6])
                && daemon.board.shards.contains { ($0.clock?.milliseconds ?? 0) >= start + 600 * day }
        }
        daemon.stop()
        #expect(daemon.join() == nil)
        let tiers = try fixture.read(fixture.outputs.tierChanges).map(\.json)
        let falls = tiers.filter { $0["direction"] as? String == "downgrade" }
        #expect(tiers.contains { $0["direction"] as? String == "upgrade" })
        #expect(!falls.isEmpty)
        #expect(falls.allSatisfy { ($0["cause"] as? [String: Any])?["type"] as? String == "deadline" })
        #expect(tiers.last?["to"] as? String == "standard")
        let churn = try fixture.read(fixture.outputs.churnRisk).map(\.json)
        #expect(churn.last?["to"] as? String == "high")
        #expect((churn.last?["cause"] as? [String: Any])?["deadline"] as? String == "churn_crossing")
    }

    @Test func `records that cannot be scored go to the dead letters unchanged, with the reason`() throws {
        let fixture = try BrokerFixture()
        let bad: [(key: String?, value: [UInt8]?)] = [
            ("a", Array("{".utf8)), ("b", nil), ("c", []),
            (nil, order("o1", "d", at: 1_767_225_600_000, total: "1.00")),
            (
                "e",
                Array(
                    #"{"order_id":"1","customer_id":"e","type":"teleported","occurred_at":"2026-01-01T00:00:00Z"}"#.utf8
                )
            ),
        ]
        let good = order("o2", "f", at: 1_767_225_600_000, total: "1.00")
        try fixture.produce(fixture.inputs[0].topic, bad + [("f", good), ("f", good)])
        let daemon = try fixture.daemon(clock: .event(until: nil))
        eventually("the daemon has not worked off seven records") {
            daemon.isCaughtUp(fixture, records: [fixture.inputs[0].topic: 7])
        }
        daemon.stop()
        #expect(daemon.join() == nil)
        let letters = try fixture.read(fixture.outputs.deadLetters)
        let reasons = Set(letters.map { $0.headers["tierd_error"] ?? "" })
        #expect(reasons == ["malformed", "null_payload", "empty_payload", "key_mismatch", "unknown_type"])
        #expect(letters.count == bad.count)
        for letter in letters {
            #expect(bad.contains { ($0.key ?? "") == letter.key && $0.value == letter.value })
            #expect(letter.headers["tierd_source_topic"] == fixture.inputs[0].topic)
            #expect(letter.headers["tierd_source_offset"] != nil)
        }
        #expect(daemon.metrics.text.contains(#"reason="duplicate"} 1"#))
        let customers = Set(try fixture.read(fixture.outputs.tierChanges).map(\.key))
        #expect(customers == ["f"])
    }

    @Test func `a restart rebuilds the state silently and goes on with the sequence`() throws {
        let fixture = try BrokerFixture()
        let start: Int64 = 1_767_225_600_000
        let orders = fixture.inputs[0].topic
        func work(until count: Int64) throws {
            let daemon = try fixture.daemon(clock: .event(until: nil))
            eventually("the daemon has not worked off \(count) orders") {
                daemon.isCaughtUp(fixture, records: [orders: count])
            }
            daemon.stop()
            #expect(daemon.join() == nil)
        }
        func batch(_ range: Range<Int>) -> [(key: String?, value: [UInt8]?)] {
            range.map { number in
                let customer = "c\(number % 40)"
                return (customer, order("o\(number)", customer, at: start + Int64(number) * 3_600_000, total: "90.00"))
            }
        }
        try fixture.produce(orders, batch(0..<200))
        try work(until: 200)
        let before = try fixture.read(fixture.outputs.tierChanges)
        try work(until: 200)
        #expect(try fixture.read(fixture.outputs.tierChanges) == before)
        try fixture.produce(orders, batch(200..<400))
        try work(until: 400)
        let after = try fixture.read(fixture.outputs.tierChanges)
        #expect(after.count > before.count)
        for (customer, records) in Dictionary(grouping: after, by: \.key) {
            let sequences = records.compactMap { $0.headers["tierd_sequence"].flatMap(Int.init) }
            #expect(sequences == Array(1...records.count), "customer \(customer)")
        }
    }

    @Test func `two instances share the shards and hand them over`() throws {
        let fixture = try BrokerFixture(partitions: 4)
        let orders = fixture.inputs[0].topic
        let first = try fixture.daemon(clock: .event(until: nil))
        eventually("one instance has all shards") { first.board.shards.filter { $0.stage == .live }.count == 4 }
        let second = try fixture.daemon(clock: .event(until: nil))
        eventually("both have two shards", within: 60) {
            first.board.shards.filter { $0.stage == .live }.count == 2
                && second.board.shards.filter { $0.stage == .live }.count == 2
        }
        try fixture.produce(
            orders, (0..<100).map { ("c\($0)", order("o\($0)", "c\($0)", at: 1_767_225_600_000, total: "5.00")) })
        eventually("both together have worked off a hundred orders") {
            (first.board.shards + second.board.shards).reduce(0) { $0 + ($1.committed[orders] ?? 0) } >= 100
        }
        first.stop()
        #expect(first.join() == nil)
        eventually("the other one has taken over", within: 60) {
            second.board.shards.filter { $0.stage == .live }.count == 4
        }
        second.stop()
        #expect(second.join() == nil)
        let entries = try fixture.read(fixture.outputs.tierChanges)
        #expect(entries.count == 100)
        #expect(Set(entries.map(\.key)).count == 100)
    }

    /// A completed order as the platform would send it.
    private func order(_ id: String, _ customer: String, at time: Int64, total: String) -> [UInt8] {
        Array(
            #"{"order_id":"\#(id)","customer_id":"\#(customer)","type":"completed","occurred_at":\#(time),"currency":"USD","total":\#(total)}"#
                .utf8)
    }
}
