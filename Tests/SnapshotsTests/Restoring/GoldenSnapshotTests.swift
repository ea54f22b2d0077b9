import Foundation
import Scoring
import ShardEngine
import Snapshots
import TestSupport
import Testing

/// Snapshots that a former build wrote; every later one must understand them.
@Suite struct GoldenSnapshotTests {
    private func bytes(_ name: String) throws -> [UInt8] {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try [UInt8](Data(contentsOf: tests.appending(path: "Fixtures/snapshots").appending(path: name)))
    }

    @Test func `the second format's snapshot holds what was put into it`() throws {
        var shard = try SnapshotFixture.restore(try bytes("v2-three-customers.snapshot"))
        let header = shard.header
        #expect(header.journalSequence == 41 && header.journalOffset == 77 && header.engineVersion == 2)
        #expect(header.journalDigest == 0xfeed_f00d_dead_beef && header.createdAt == 1_769_000_000_000)
        #expect(header.positions == [SnapshotPosition(.orders, 89), SnapshotPosition(.browse, 1_234_567)])
        #expect(header.identity == SnapshotFixture.identity() && header.mark.customerCount == 3)
        #expect(header.mark.clock == SnapshotFixture.days(2))
        let found = shard.engine.report(on: Array("customer-2".utf8), at: SnapshotFixture.days(2))
        let report = try #require(found)
        #expect(report.tier == 1 && report.measures == [395, 2] && report.churnLevel == 0)
        #expect(report.tierSince == SnapshotFixture.days(2) && report.tierSequence == 1)
        let images = shard.engine.captureAll().images
        let falling = try #require(try images.bytes.withUnsafeBytes { try CustomerImage.decode($0) }.first)
        // Three days after the midnight of 2026-01-20, when the large order left the window of 30 days.
        #expect(falling.tier == 1 && falling.graceEndsAt?.milliseconds == 1_769_126_400_000)
        #expect(falling.folded.spend.minorUnits == 30_000 && falling.folded.lastAt == SnapshotFixture.days(-70))
        #expect(falling.orders.map(\.kind) == [.order, .earlyCancellation, .order, .refund])
        #expect(falling.orders.first?.hash == OrderEntry.hash(ofID: StableHash.of("before")))
        #expect(falling.lastOrderAt == SnapshotFixture.start && report.lastOrderAt == SnapshotFixture.start)
        #expect(falling.browse.count == 2 && falling.feedback.map(\.type) == [.complaint])
        let stranger = shard.engine.report(on: Array("customer-3".utf8), at: SnapshotFixture.days(2))
        #expect(stranger == nil)
    }

    @Test func `the second format's snapshot is written again byte for byte`() throws {
        let golden = try bytes("v2-three-customers.snapshot")
        let shard = try SnapshotFixture.restore(golden)
        let header = shard.header
        var engine = shard.takeEngine()
        let (mark, images) = engine.captureAll()
        #expect(mark == header.mark && SnapshotFixture.snapshot(header, [images]) == golden)
    }
}
