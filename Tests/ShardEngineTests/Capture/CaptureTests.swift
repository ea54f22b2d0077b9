import Scoring
import ShardEngine
import TestSupport
import Testing

/// Capturing while events go on, and going on from what was captured.
@Suite struct CaptureTests {
    /// What happens to an engine, in order.
    private enum Step {
        case batch([ScriptedEvent], limit: Int)
        case wait(EventTime, limit: Int)
    }

    private func draw(_ random: inout SeededRandom, customers: Int, events: Int) -> [Step] {
        let history = RandomHistory.draw(&random, customers: customers, events: events)
        var steps: [Step] = []
        for batch in history.batches {
            let limit = random.chance(0.3) ? random.below(3) : Int.max
            if random.chance(0.2), let time = batch.first?.time { steps.append(.wait(time, limit: limit)) }
            steps.append(.batch(batch, limit: limit))
        }
        return steps + [.wait(history.end, limit: 3), .wait(history.end, limit: .max)]
    }

    private func take(_ step: Step, _ run: inout TranscribedRun) {
        switch step {
        case .batch(let events, let limit): run.apply(events, deadlineLimit: limit)
        case .wait(let time, let limit): run.wait(until: time, limit: limit)
        }
    }

    private func eventCount(_ steps: ArraySlice<Step>) -> Int64 {
        steps.reduce(0) { if case .batch(let events, _) = $1 { $0 + Int64(events.count) } else { $0 } }
    }

    private func restore(
        _ policy: Policy, _ mark: EngineMark, _ parts: [[UInt8]], offset: Int64 = 0
    ) throws -> TranscribedRun {
        var restoration = try EngineRestoration(policy: policy, mark: mark)
        for part in parts { try part.withUnsafeBytes { try restoration.restore($0) } }
        return TranscribedRun(try restoration.finish(), offset: offset)
    }

    @Test(arguments: 0..<60) func `a restored engine goes on as if nothing had happened`(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed) &+ 9_000)
        let policy = RandomPolicy.draw(&random)
        let steps = draw(&random, customers: 12, events: 300)
        let middle = random.below(steps.count)
        var original = TranscribedRun(ShardEngine(policy: policy))
        var twin = TranscribedRun(ShardEngine(policy: policy))
        for step in steps[..<middle] {
            take(step, &original)
            take(step, &twin)
        }
        let mark = original.engine.beginCapture()
        var images: [[UInt8]] = []
        var isComplete = false
        for step in steps[middle...] {
            take(step, &original)
            if random.chance(0.3) { original.engine.tidy() }
            if random.chance(0.5) { isComplete = original.engine.capture(atMost: 1 + random.below(3)) }
            if random.chance(0.2) { images += original.engine.takeCaptured().parts }
        }
        if !isComplete { isComplete = original.engine.capture(atMost: 1_000) }
        images += original.engine.takeCaptured().parts
        original.engine.endCapture()

        let (twinMark, twinImages) = twin.engine.captureAll()
        #expect(isComplete && mark == twinMark && Set(images) == Set(twinImages.parts), "seed \(seed)")
        #expect(images.count == mark.customerCount)

        images.shuffle(using: &random)
        var restored = try restore(policy, mark, images, offset: eventCount(steps[..<middle]))
        let restoredImages = restored.engine.captureAll().images
        #expect(restoredImages == twinImages, "seed \(seed)")
        for step in steps[middle...] { take(step, &restored) }
        #expect(restored.pages == Array(original.pages[middle...]), "seed \(seed)")
        #expect(restored.engine.digest == original.engine.digest, "seed \(seed)")
        let (end, originalEnd) = (restored.engine.captureAll(), original.engine.captureAll())
        #expect(end == originalEnd, "seed \(seed)")
    }

    @Test func `the digest is the history's`() {
        func digest(_ amounts: [Int64]) -> UInt64 {
            var run = TranscribedRun(ShardEngine(policy: Policies.spend()))
            for (index, amount) in amounts.enumerated() {
                run.apply([.order(Policies.hours(Double(index)), "anna", "o-\(index)", .completed, amount)])
            }
            return run.engine.digest
        }
        #expect(digest([]) == 0)
        #expect(digest([10_000, 60_000]) == digest([10_000, 60_000]))
        #expect(Set([[10_000], [60_000], [10_000, 60_000], [60_000, 10_000]].map(digest)).count == 4)
    }

    @Test func `customers who come after the mark are no part of it`() {
        var run = TranscribedRun(ShardEngine(policy: Policies.spend()))
        run.apply([.order(Policies.start, "anna", "o-1", .completed, 20_000)])
        let mark = run.engine.beginCapture()
        run.apply([.order(Policies.hours(1), "ben", "o-2", .completed, 100)])
        let isComplete = run.engine.capture(atMost: 10)
        let images = run.engine.takeCaptured()
        #expect(isComplete && mark.customerCount == 1 && images.count == 1 && run.engine.customerCount == 2)
    }

    @Test func `an abandoned capture leaves nothing behind`() {
        var run = TranscribedRun(ShardEngine(policy: Policies.spend()))
        run.apply((0..<9).map { .order(Policies.start, "customer-\($0)", "o-\($0)", .completed, 100) })
        _ = run.engine.beginCapture()
        let isComplete = run.engine.capture(atMost: 3)
        run.engine.endCapture()
        let left = run.engine.takeCaptured()
        #expect(!isComplete && !run.engine.isCapturing && left.count == 0)
        let (mark, images) = run.engine.captureAll()
        #expect(mark.customerCount == 9 && images.count == 9)
    }

    @Test func `an engine without customers can be captured and restored`() throws {
        var empty = ShardEngine(policy: Policies.spend())
        let (mark, images) = empty.captureAll()
        #expect(mark == EngineMark(clock: nil, digest: 0, customerCount: 0) && images.bytes.isEmpty)
        let run = try restore(Policies.spend(), mark, [])
        #expect(run.engine.customerCount == 0 && run.engine.clock == nil)
    }

    @Test func `a deadline that gets lost is noticed`() throws {
        let policy = Policies.spend()
        var run = TranscribedRun(ShardEngine(policy: policy))
        run.apply([.order(Policies.start, "anna", "o-1", .completed, 20_000)])
        let (mark, images) = run.engine.captureAll()
        var forgetful = images.parts
        // The deadline follows the length and the slot.
        forgetful[0].replaceSubrange(8..<16, with: [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f])
        var pages: [[String]] = []
        var digests: Set<UInt64> = []
        for parts in [images.parts, forgetful] {
            var restored = try restore(policy, mark, parts)
            restored.wait(until: Policies.days(40))
            pages.append(restored.pages)
            digests.insert(restored.engine.digest)
        }
        #expect(pages[0] != pages[1] && digests.count == 2)
    }
}
