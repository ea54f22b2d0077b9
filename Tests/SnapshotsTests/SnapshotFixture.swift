import Scoring
import ShardEngine
import Snapshots
import TestSupport

/// Small shards and the bytes of their snapshots.
enum SnapshotFixture {
    static let start = EventTime(milliseconds: 1_768_900_000_000)
    static let hash = "00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210"

    static func days(_ count: Double) -> EventTime {
        EventTime(milliseconds: start.milliseconds + Int64(count * 86_400_000))
    }

    /// Silver from 100 dollars in 30 days, gold from 500.
    static var policy: Policy {
        func entry(_ dollars: Double) -> Condition { .comparison(Comparison(.measure(0), .atLeast, dollars)) }
        return Policy(
            name: "spend", version: 1, hash: hash, calendar: .utc, currency: Currencies.usd,
            history: History(orderDays: 60, browseDays: 30, feedbackDays: 90),
            measures: [Measure(.spend, windowDays: 30), Measure(.browse(nil), windowDays: 7)],
            terms: [Term(name: "visits", measure: 1, weight: 50, curve: .saturating(halfAt: 5), whenUnknown: 0)],
            tiers: [
                Tier(name: "base", entry: nil), Tier(name: "silver", entry: entry(100)),
                Tier(name: "gold", entry: entry(500)),
            ],
            downgrade: DowngradeRule(margin: 0.1, minimumDwell: .zero, grace: .days(3), mode: .oneStep),
            churn: ChurnRule(
                model: .defaultMBGNBD, horizonDays: 90,
                levels: [.init(name: "low", from: 0), .init(name: "high", from: 0.8)], margin: 0.02,
                isCalibrated: false))
    }

    static func identity(
        application: String = "shop", shard: Int32 = 3, partitionCount: Int32 = 8,
        topics: [SnapshotTopic] = [SnapshotTopic(.orders, "orders"), SnapshotTopic(.browse, "clicks")],
        policy: String = hash
    ) -> SnapshotIdentity {
        SnapshotIdentity(
            application: application, shard: shard, partitionCount: partitionCount, topics: topics,
            policyHash: PolicyHash(policy) ?? PolicyHash(hash)!)
    }

    static func header(_ mark: EngineMark, identity: SnapshotIdentity = identity(), sequence: UInt64 = 41)
        -> SnapshotHeader
    {
        SnapshotHeader(
            identity: identity, journalSequence: sequence, journalDigest: 0xfeed_f00d_dead_beef, journalOffset: 77,
            positions: [SnapshotPosition(.browse, 1_234_567), SnapshotPosition(.orders, 89)], mark: mark,
            createdAt: 1_769_000_000_000)
    }

    /// A shard of `customers` that have bought, looked around and complained; the first is about to fall from silver.
    static func engine(customers: Int = 3) -> TranscribedRun {
        var run = TranscribedRun(ShardEngine(policy: policy))
        run.apply([
            .order(days(-70), "customer-0", "long-ago", .completed, 30_000),
            .order(days(-29.5), "customer-0", "before", .completed, 15_000),
            .order(days(-29), "customer-0", "still-to-come", .cancelled),
        ])
        for index in 0..<customers {
            let name = "customer-\(index)"
            run.apply([
                .order(start, name, "o-\(index)", .completed, 20_000 * Int64(index)),
                .browse(days(0.5), name, "b-\(index)", .productViewed, session: 5, dwell: 1_500),
                .order(days(1), name, "o-\(index)", .refunded, 0, refund: 500),
                .feedback(days(2), name, "f-\(index)", .complaint),
                .browse(days(2), name, "c-\(index)", .cartAdded, session: 6),
            ])
        }
        return run
    }

    static func snapshot(
        of engine: inout ShardEngine, identity: SnapshotIdentity = identity(), sequence: UInt64 = 41
    ) -> [UInt8] {
        let (mark, images) = engine.captureAll()
        return snapshot(header(mark, identity: identity, sequence: sequence), [images])
    }

    static func snapshot(_ header: SnapshotHeader, _ images: [CapturedImages]) -> [UInt8] {
        var encoder = SnapshotEncoder()
        var bytes = encoder.encode(header)
        for images in images { bytes += encoder.encode(images) }
        return bytes + encoder.encodeFooter()
    }

    static func snapshot(identity: SnapshotIdentity = identity(), sequence: UInt64 = 41) -> [UInt8] {
        var run = engine()
        return snapshot(of: &run.engine, identity: identity, sequence: sequence)
    }

    /// Why the bytes are refused when they are only looked at, in chunks of `size`; nil if they are not.
    static func refusal(
        _ bytes: [UInt8], chunk size: Int = .max, expecting identity: SnapshotIdentity? = identity()
    ) -> SnapshotError? {
        do throws(SnapshotError) {
            var check = SnapshotCheck(expecting: identity)
            try chunks(bytes, size) { (chunk) throws(SnapshotError) in try check.feed(chunk) }
            _ = try check.finish()
            return nil
        } catch {
            return error
        }
    }

    /// The engine that the bytes hold.
    static func restore(
        _ bytes: [UInt8], chunk size: Int = .max, policy: Policy = policy,
        expecting identity: SnapshotIdentity = identity()
    ) throws(SnapshotError) -> RestoredShard {
        var restoration = SnapshotRestoration(policy: policy, expecting: identity)
        try chunks(bytes, size) { (chunk) throws(SnapshotError) in try restoration.feed(chunk) }
        return try restoration.finish()
    }

    private static func chunks(
        _ bytes: [UInt8], _ size: Int, _ feed: (UnsafeRawBufferPointer) throws(SnapshotError) -> Void
    ) throws(SnapshotError) {
        try bytes.span.withUnsafeBytes { (bytes) throws(SnapshotError) in
            var rest = bytes
            while !rest.isEmpty {
                let count = min(size, rest.count)
                try feed(UnsafeRawBufferPointer(rebasing: rest[..<count]))
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }
    }
}
