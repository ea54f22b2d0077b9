import Scoring
import ShardEngine
import TestSupport
import Testing

/// What no engine wrote is refused with its reason.
@Suite struct EngineRestorationTests {
    private let policy = Policies.spend()

    /// Two customers with orders, browsing and feedback.
    private func state() -> (mark: EngineMark, parts: [[UInt8]]) {
        var run = TranscribedRun(ShardEngine(policy: policy))
        for (index, name) in ["anna", "ben"].enumerated() {
            run.apply([
                .order(Policies.start, name, "o-\(index)", .completed, 20_000),
                .order(Policies.hours(1), name, "p-\(index)", .completed, 7_000),
                .browse(Policies.hours(2), name, "b-\(index)", .pageViewed, session: 9, dwell: 100),
                .browse(Policies.days(1), name, "c-\(index)", .searched, session: 10),
                .feedback(Policies.hours(30), name, "f-\(index)", .nps, score: 9_000),
            ])
        }
        let (mark, images) = run.engine.captureAll()
        return (mark, images.parts)
    }

    private func refusal(_ mark: EngineMark, _ parts: [[UInt8]]) -> RestoreError? {
        do throws(RestoreError) {
            var restoration = try EngineRestoration(policy: policy, mark: mark)
            let bytes = parts.flatMap { $0 }
            try bytes.span.withUnsafeBytes { (bytes) throws(RestoreError) in try restoration.restore(bytes) }
            _ = try restoration.finish()
            return nil
        } catch {
            return error
        }
    }

    /// The refusal after bytes of the first customer's image were replaced.
    private func refusal(_ position: Int, _ bytes: [UInt8]) -> RestoreError? {
        var (mark, parts) = state()
        parts[0].replaceSubrange(position..<position + bytes.count, with: bytes)
        return refusal(mark, parts)
    }

    @Test func `slots must be there once each`() {
        let (mark, parts) = state()
        #expect(refusal(mark, parts) == nil)
        #expect(refusal(mark, [parts[1], parts[0]]) == nil)
        #expect(refusal(mark, [parts[0]]) == .missing(expected: 2, found: 1))
        #expect(refusal(mark, [parts[0], parts[0]]) == .slotTwice(0))
        #expect(refusal(4, [2, 0, 0, 0]) == .slotOutOfRange(2))
        var twin = parts[0]
        twin[4] = 1
        #expect(refusal(mark, [parts[0], twin]) == .idTwice(1))
    }

    @Test func `a mark must be one that an engine can have`() {
        let (mark, parts) = state()
        for wrong in [
            EngineMark(clock: nil, digest: 0, customerCount: 2),
            EngineMark(clock: EventTime(milliseconds: -1), digest: 0, customerCount: 2),
            EngineMark(clock: mark.clock, digest: 0, customerCount: -1),
            EngineMark(clock: mark.clock, digest: 0, customerCount: 1 << 40),
        ] { #expect(refusal(wrong, parts) == .mark(wrong)) }
    }

    @Test func `lengths must add up`() {
        let (mark, parts) = state()
        #expect(refusal(mark, [parts[0], parts[1].dropLast()]) == .lengths)
        #expect(refusal(mark, [parts[0], parts[1] + [0]]) == .lengths)
        #expect(refusal(0, [0, 0, 0, 0]) == .lengths)
        #expect(refusal(0, [255, 255, 255, 255]) == .lengths)
        #expect(refusal(102, [255, 255]) == .lengths)
        #expect(refusal(104, [255, 255]) == .lengths)
    }

    @Test func `fields must fit the policy`() {
        #expect(refusal(98, [3]) == .invalid(.tier, slot: 0))
        #expect(refusal(99, [2]) == .invalid(.churnLevel, slot: 0))
        #expect(refusal(99, [255]) == nil)
        #expect(refusal(100, [5]) == .invalid(.deadlineKind, slot: 0))
        #expect(refusal(101, [4]) == .invalid(.flags, slot: 0))
    }

    @Test(arguments: [8, 16, 24, 32, 40, 64]) func `instants must be ones that an engine can reach`(position: Int) {
        #expect(refusal(position, [0, 0, 0, 0, 0, 0, 0, 0x80]) == .invalid(.instants, slot: 0))
        #expect(refusal(position, [0, 0, 0, 0, 0, 0, 0, 0x40]) == .invalid(.instants, slot: 0))
    }

    @Test func `spend must be a number`() {
        #expect(refusal(48, [0, 0, 0, 0, 0, 0, 0xf8, 0x7f]) == .invalid(.spend, slot: 0))
        #expect(refusal(48, [0, 0, 0, 0, 0, 0, 0xf0, 0x7f]) == .invalid(.spend, slot: 0))
        #expect(refusal(48, [0, 0, 0, 0, 0, 0, 0xf0, 0xbf]) == .invalid(.spend, slot: 0))
        #expect(refusal(56, [0, 0, 0, 0, 0, 0, 0, 0x80]) == .invalid(.spend, slot: 0))
    }

    @Test func `histories must be in order and of known kinds`() throws {
        // After the head and the four bytes of "anna": two orders, 26 bytes of browsing at the most, one feedback.
        let orders = 110 + 4
        let browse = orders + 2 * 25
        #expect(refusal(orders + 8, [255, 255, 255, 255, 255, 3, 0, 0]) == .invalid(.orders, slot: 0))
        #expect(refusal(orders + 33, [0, 0, 0, 0, 0, 0, 0, 0]) == .invalid(.orders, slot: 0))
        #expect(refusal(orders + 16, [0, 0, 0, 0, 0, 0, 0, 0x40]) == .invalid(.orders, slot: 0))
        #expect(refusal(orders + 24, [7]) == .invalid(.orders, slot: 0))
        #expect(refusal(orders + 24, [8]) == .invalid(.orders, slot: 0))
        // The first count of the first day, then that day's dwell.
        #expect(refusal(browse + 4, [0]) == .invalid(.browsing, slot: 0))
        #expect(refusal(browse + 6, [0, 0, 0, 0]) == .invalid(.browsing, slot: 0))
        let part = try #require(state().parts.first)
        #expect(refusal(part.count - 4, [9]) == .invalid(.feedback, slot: 0))
        #expect(refusal(part.count - 3, [2]) == .invalid(.feedback, slot: 0))
    }

    @Test func `an empty or overlong id is refused`() {
        var (mark, parts) = state()
        let anna = parts[0]
        parts[0] = Array(anna[..<110] + anna[114...])
        parts[0][0] -= 4
        parts[0][102] = 0
        #expect(refusal(mark, parts) == .invalid(.id, slot: 0))
        parts[0] = Array(anna[..<114] + [UInt8](repeating: 97, count: 256) + anna[114...])
        parts[0][1] += 1
        parts[0][103] += 1
        #expect(refusal(mark, parts) == .invalid(.id, slot: 0))
    }

    @Test(arguments: 0..<400) func `whatever bytes say, an engine refuses them or goes on`(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let policy = RandomPolicy.draw(&random)
        let history = RandomHistory.draw(&random, customers: 3, events: 60)
        var run = TranscribedRun(ShardEngine(policy: policy))
        for batch in history.batches { run.apply(batch) }
        let (mark, images) = run.engine.captureAll()
        var bytes = images.bytes
        for _ in 0..<(1 + random.below(3)) { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
        do throws(RestoreError) {
            var restoration = try EngineRestoration(policy: policy, mark: mark)
            try bytes.span.withUnsafeBytes { (bytes) throws(RestoreError) in try restoration.restore(bytes) }
            var restored = TranscribedRun(try restoration.finish())
            for batch in history.batches { restored.apply(batch) }
            restored.wait(until: history.end)
            #expect(restored.pages.count == history.batches.count + 1)
        } catch {
            #expect(!"\(error)".isEmpty)
        }
    }

    @Test func `an image decodes to what was told`() throws {
        let (_, parts) = state()
        let anna = try #require(try parts[0].withUnsafeBytes { try CustomerImage.decode($0) }.first)
        #expect(anna.id == Array("anna".utf8) && anna.tier == 1 && anna.hasEntered && anna.slot == 0)
        #expect(anna.orders.map(\.amount.minorUnits) == [20_000, 7_000])
        #expect(anna.orders.map(\.hash) == ["o-0", "p-0"].map { StableHash.of($0) })
        #expect(anna.browse.map(\.sessions) == [1, 1] && anna.browse.map(\.dwellMilliseconds) == [100, 0])
        #expect(anna.browse.flatMap(\.counts).map(\.type) == [.pageViewed, .searched])
        #expect(anna.feedback.map(\.type) == [.nps] && anna.feedback.map(\.score) == [9_000])
        #expect(anna.lastOrderAt == Policies.hours(1) && anna.churnLevel == 0 && anna.folded.orders == 0)
    }
}
