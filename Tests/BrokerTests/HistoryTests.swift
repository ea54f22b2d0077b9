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
        let daemon = try fixture.daemon(
            clock: .event(until: Self.until), policyText: BrokerFixture.talkativePolicy())
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
        let process = try DaemonProcess(fixture, .init(until: "1999-01-01T00:00:00Z", store: store))
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
        let expected = try Self.replay().records.count
        try eventually("the last instance has not worked off the history; killed after \(kills) ms", within: 90) {
            try fixture.outputCount() >= expected
        }
        #expect(process.stop() == 0, "killed after \(kills) ms")
        try Self.expectSameAsReplay(fixture)
        let audit = try JournalArchive(bootstrap: fixture.bootstrap, topics: fixture.outputs).audit(only: nil) { _, _ in
        }
        #expect(audit.isSound, "killed after \(kills) ms: \(audit.findings)")
    }

    private static func expectSameAsReplay(_ fixture: BrokerFixture) throws {
        let live = try OutputLines(fixture.outputs) { try fixture.read($0) }
        let replayed = try replay().lines
        #expect(live.customers.count == 2_357)
        #expect(live == replayed, "\(live.differences(from: replayed))")
    }

    @Test func `two replays of the CDNOW orders are equal byte for byte`() throws {
        let first = try Self.replay().records
        let second = try Self.replay().records
        #expect(first.count > 15_000 && Set(first.map(\.destination)).count == 4)
        #expect(first.map(\.record) == second.map(\.record))
    }

    static func replay() throws -> ReplayedOutputs {
        try ReplayedOutputs(BrokerFixture.talkativePolicy(), [EventFile(.orders, path: orders)], until: until)
    }

    static func customer(of line: [UInt8]) -> String? {
        let fields = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
        return fields?["customer_id"] as? String
    }
}
