import Scoring
import ShardEngine
import Snapshots
import TestSupport
import Testing

@Suite struct SnapshotRestorationTests {
    @Test(arguments: 0..<25) func `a shard goes on from its snapshot as if it had never stopped`(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed) &+ 70)
        let policy = RandomPolicy.draw(&random)
        let batches = RandomHistory.draw(&random, customers: 30, events: 400).batches
        let middle = random.below(batches.count)
        var original = TranscribedRun(ShardEngine(policy: policy))
        for batch in batches[..<middle] { original.apply(batch) }
        let bytes = SnapshotFixture.snapshot(of: &original.engine)
        let shard = try SnapshotFixture.restore(bytes, chunk: 1 + random.below(5_000), policy: policy)
        let count = batches[..<middle].reduce(0) { $0 + Int64($1.count) }
        var restored = TranscribedRun(shard.takeEngine(), offset: count)
        for batch in batches[middle...] {
            original.apply(batch)
            restored.apply(batch)
        }
        #expect(restored.pages == Array(original.pages[middle...]), "seed \(seed)")
        #expect(restored.engine.digest == original.engine.digest, "seed \(seed)")
    }

    @Test func `customers that are no state are refused although every checksum is right`() {
        var run = SnapshotFixture.engine()
        let (mark, images) = run.engine.captureAll()
        var bytes = images.bytes
        bytes[90] = 3
        let file = SnapshotFixture.snapshot(
            SnapshotFixture.header(mark), [CapturedImages(bytes: bytes, count: images.count)])
        #expect(SnapshotFixture.refusal(file) == nil)
        do throws(SnapshotError) {
            _ = try SnapshotFixture.restore(file)
            Issue.record("restored")
        } catch {
            #expect(error == .state(.invalid(.tier, slot: 0)))
        }
    }
}
