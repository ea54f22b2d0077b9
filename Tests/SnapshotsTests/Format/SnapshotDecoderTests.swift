import Scoring
import ShardEngine
import Snapshots
import TestSupport
import Testing

@Suite struct SnapshotDecoderTests {
    @Test(arguments: [1, 2, 7, 64, 1_000, .max]) func `bytes may come in chunks of any size`(size: Int) throws {
        let shard = try SnapshotFixture.restore(SnapshotFixture.snapshot(), chunk: size)
        let (header, count) = (shard.header, shard.engine.customerCount)
        #expect(header == SnapshotFixture.header(header.mark) && count == 3)
    }

    @Test func `no flipped bit is ever loaded as good`() {
        let good = SnapshotFixture.snapshot()
        #expect(SnapshotFixture.refusal(good) == nil)
        var loaded: [Int] = []
        for position in good.indices {
            for bit in 0..<8 {
                var bytes = good
                bytes[position] ^= 1 << UInt8(bit)
                if SnapshotFixture.refusal(bytes, expecting: nil) == nil { loaded.append(position) }
            }
        }
        #expect(loaded.isEmpty)
    }

    @Test func `no changed byte is ever restored`() {
        let good = SnapshotFixture.snapshot()
        var random = SeededRandom(seed: 3)
        var restored: [Int] = []
        for position in good.indices {
            var bytes = good
            bytes[position] ^= UInt8(1 + random.below(255))
            if let shard = try? SnapshotFixture.restore(bytes) {
                restored.append(position + shard.engine.customerCount)
            }
        }
        #expect(restored.isEmpty)
    }

    @Test func `no cut is ever loaded as good`() {
        let good = SnapshotFixture.snapshot()
        for length in good.indices {
            let bytes = Array(good[..<length])
            #expect(SnapshotFixture.refusal(bytes) == .truncated(at: UInt64(length)), "cut at \(length)")
        }
    }

    @Test func `bytes after the end are refused`() {
        let good = SnapshotFixture.snapshot()
        let end = UInt64(good.count)
        #expect(SnapshotFixture.refusal(good + [0]) == .trailingBytes(at: end))
        #expect(SnapshotFixture.refusal(good + good, chunk: 100) == .trailingBytes(at: end))
    }

    @Test func `other files are told apart from snapshots`() {
        #expect(SnapshotFixture.refusal(Array("{\"not\": \"a snapshot\"}".utf8)) == .notSnapshot)
        #expect(SnapshotFixture.refusal([]) == .truncated(at: 0))
    }

    /// A prelude of another format version, its checksum right.
    private func snapshot(format version: UInt8) -> [UInt8] {
        var bytes = SnapshotFixture.snapshot()
        bytes[8] = version
        let checksum = bytes[..<12].withUnsafeBytes { CRC32C.of($0) }
        for index in 0..<4 { bytes[12 + index] = UInt8(truncatingIfNeeded: checksum >> UInt32(8 * index)) }
        return bytes
    }

    @Test func `a newer format is refused with the remedy`() throws {
        let error = try #require(SnapshotFixture.refusal(snapshot(format: 3)))
        #expect(error == .newerFormat(found: 3, supported: 2))
        #expect(error.description.contains("newer tierd"))
        #expect(SnapshotFixture.refusal(snapshot(format: 1)) == .olderFormat(found: 1, supported: 2))
    }

    @Test func `the state of another engine is refused`() {
        var run = SnapshotFixture.engine()
        let (mark, images) = run.engine.captureAll()
        var header = SnapshotFixture.header(mark)
        header.engineVersion = EngineVersion.state + 1
        let error = SnapshotFixture.refusal(SnapshotFixture.snapshot(header, [images]))
        #expect(error == .otherEngine(found: EngineVersion.state + 1, supported: EngineVersion.state))
    }

    @Test func `a frame that is missing, doubled or out of place is refused`() {
        var run = SnapshotFixture.engine()
        let (mark, images) = run.engine.captureAll()
        let singles = images.parts.map { CapturedImages(bytes: $0, count: 1) }
        var encoder = SnapshotEncoder()
        let head = encoder.encode(SnapshotFixture.header(mark))
        let frames = singles.map { encoder.encode($0) }
        let footer = encoder.encodeFooter()
        func refusal(_ parts: [[UInt8]]) -> SnapshotError? { SnapshotFixture.refusal(parts.flatMap { $0 }) }
        let footerAt = UInt64(head.count + frames.reduce(0) { $0 + $1.count })
        #expect(refusal([head] + frames + [footer]) == nil)
        #expect(refusal([head, frames[1], frames[0], frames[2], footer]) == .corrupt(.digest, at: footerAt))
        #expect(
            refusal([head, frames[0], frames[2], footer])
                == .corrupt(.counts, at: footerAt - UInt64(frames[1].count)))
        #expect(
            refusal([head] + frames + [frames[2], footer])
                == .corrupt(.counts, at: footerAt + UInt64(frames[2].count)))
        #expect(refusal([Array(head[..<16]), frames[0], footer]) == .corrupt(.frame, at: 16))
        #expect(refusal([head, Array(head[16...]), footer]) == .corrupt(.frame, at: UInt64(head.count)))
    }

    @Test func `a header that promises other customers than there are is refused`() {
        var run = SnapshotFixture.engine()
        let (mark, images) = run.engine.captureAll()
        var header = SnapshotFixture.header(mark)
        header.mark.customerCount = 4
        let bytes = SnapshotFixture.snapshot(header, [images])
        #expect(SnapshotFixture.refusal(bytes) == .corrupt(.counts, at: UInt64(bytes.count - 41)))
    }

    @Test func `frames stay within their limit however much is captured at once`() throws {
        var run = TranscribedRun(ShardEngine(policy: SnapshotFixture.policy))
        let orders = 600
        for index in 0..<40 {
            run.apply(
                (0..<orders).map { .order(SnapshotFixture.start, "c-\(index)", "o-\(index)-\($0)", .completed, 100) })
        }
        let (mark, images) = run.engine.captureAll()
        #expect(images.bytes.count > 40 * orders * 25)
        var encoder = SnapshotEncoder()
        _ = encoder.encode(SnapshotFixture.header(mark))
        let frames = encoder.encode(images)
        #expect(frames.count == images.bytes.count + 2 * (5 + 4 + 4))
        let shard = try SnapshotFixture.restore(SnapshotFixture.snapshot(of: &run.engine), chunk: 10_000)
        let count = shard.engine.customerCount
        #expect(count == 40)
    }
}
