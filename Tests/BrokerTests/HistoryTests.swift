import Foundation
import Runtime
import Scoring
import Testing
import WireFormat

/// Real input through the broker and through the offline replay.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct HistoryTests {
    /// 1999-01-01, half a year after the last order.
    private static let until = EventTime(milliseconds: 915_148_800_000)
    static let orders = BrokerFixture.repository + "/Tests/Fixtures/cdnow/orders.jsonl.gz"

    @Test func `the CDNOW orders give every customer the same changes through the broker as in a replay`() throws {
        let fixture = try BrokerFixture(partitions: 4)
        let lines = try FileLines.all(of: EventFile(.orders, path: Self.orders))
        #expect(lines.count == 6_919)
        try fixture.produce(fixture.inputs[0].topic, lines.map { (Self.customer(of: $0), $0) })
        let daemon = try fixture.daemon(clock: .event(until: Self.until))
        eventually("the daemon has not worked off the history", within: 120) {
            daemon.isCaughtUp(fixture, records: [fixture.inputs[0].topic: Int64(lines.count)])
                && daemon.board.shards.allSatisfy { ($0.clock ?? .earliest) > Self.until + .days(-60) }
                && daemon.board.totalLag(fixture.inputs.map(\.topic)) == 0
        }
        daemon.stop()
        #expect(daemon.join() == nil)
        try Self.expectSameAsReplay(fixture)
    }

    @Test(
        .enabled(if: DaemonProcess.isAvailable, "scripts/test names the program"), arguments: ["directory", "topic"])
    func `kill -9 at random moments changes nothing that a consumer sees`(store: String) throws {
        let fixture = try BrokerFixture(partitions: 4)
        let lines = try FileLines.all(of: EventFile(.orders, path: Self.orders))
        try fixture.produce(fixture.inputs[0].topic, lines.map { (Self.customer(of: $0), $0) })
        let process = try DaemonProcess(fixture, until: "1999-01-01T00:00:00Z", store: store)
        var random = SystemRandomNumberGenerator()
        var kills: [Int] = []
        for _ in 0..<6 {
            let milliseconds = Int.random(in: 300...1_800, using: &random)
            kills.append(milliseconds)
            try process.start()
            DaemonProcess.pause(milliseconds: milliseconds)
            process.kill()
        }
        try process.start()
        try eventually("the last instance has not worked off the history; killed after \(kills) ms", within: 90) {
            try fixture.read(fixture.outputs.churnRisk).count
                >= Self.replay().filter { $0.json["direction"] == nil }.count
                && fixture.read(fixture.outputs.tierChanges).count
                    >= Self.replay().filter { $0.json["direction"] != nil }.count
        }
        #expect(process.stop() == 0, "killed after \(kills) ms")
        try Self.expectSameAsReplay(fixture)
        let audit = try JournalArchive(bootstrap: fixture.bootstrap, topics: fixture.outputs).audit(only: nil) { _, _ in
        }
        #expect(audit.isSound, "killed after \(kills) ms: \(audit.findings)")
    }

    private static func expectSameAsReplay(_ fixture: BrokerFixture) throws {
        let live = try byCustomer(fixture.read(fixture.outputs.tierChanges) + fixture.read(fixture.outputs.churnRisk))
        let replayed = try byCustomer(replay())
        #expect(live.count == 2_357)
        #expect(Set(live.keys) == Set(replayed.keys))
        for (customer, changes) in replayed { #expect(live[customer] == changes, "customer \(customer)") }
    }

    @Test func `two replays of the CDNOW orders are equal byte for byte`() throws {
        let first = try Self.replay().map(\.value)
        let second = try Self.replay().map(\.value)
        #expect(first.count > 6_000)
        #expect(first == second)
    }

    static func replay() throws -> [ReadRecord] {
        var replay = try OfflineReplay(
            policy: BrokerFixture.retail(), files: [EventFile(.orders, path: orders)], until: until)
        var records: [ReadRecord] = []
        _ = try replay.run { step in
            let outputs = step.outputs
            for record in outputs.records {
                records.append(
                    ReadRecord(
                        partition: 0, key: outputs.string(record.key), value: Array(outputs.bytes[record.value.range]),
                        headers: [:]))
            }
        }
        return records
    }

    /// Each customer's changes of each kind in order, without the coordinates, which differ by nature.
    static func byCustomer(_ records: [ReadRecord]) -> [String: Changes] {
        var byCustomer: [String: Changes] = [:]
        for record in records {
            var fields = record.json
            if var cause = fields["cause"] as? [String: Any] {
                for name in ["topic", "partition", "offset", "timestamp"] { cause[name] = nil }
                fields["cause"] = cause
            }
            let data = try? JSONSerialization.data(withJSONObject: fields, options: [.sortedKeys])
            let text = String(decoding: data ?? Data(), as: UTF8.self)
            if fields["direction"] == nil {
                byCustomer[record.key, default: Changes()].churn.append(text)
            } else {
                byCustomer[record.key, default: Changes()].tier.append(text)
            }
        }
        return byCustomer
    }

    struct Changes: Equatable {
        var tier: [String] = []
        var churn: [String] = []
    }

    static func customer(of line: [UInt8]) -> String? {
        let fields = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
        return fields?["customer_id"] as? String
    }
}
