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
        #expect(refusal(94, [255, 255]) == .lengths)
        #expect(refusal(96, [255, 255]) == .lengths)
    }

    @Test func `fields must fit the policy`() {
        #expect(refusal(90, [3]) == .invalid(.tier, slot: 0))
        #expect(refusal(91, [2]) == .invalid(.churnLevel, slot: 0))
        #expect(refusal(91, [255]) == nil)
        #expect(refusal(92, [9]) == .invalid(.deadlineKind, slot: 0))
        #expect(refusal(93, [32]) == .invalid(.flags, slot: 0))
        for state: UInt8 in [4, 8, 12] { #expect(refusal(93, [state]) == .invalid(.slot, slot: 0)) }
        #expect(refusal(118, [3]) == .invalid(.standing, slot: 0))
        #expect(refusal(119, [1]) == nil)
        #expect(refusal(119, [3]) == .invalid(.standing, slot: 0))
        #expect(refusal(119, [2, 1]) == .invalid(.standing, slot: 0))
        #expect(refusal(121, [1]) == .lengths)
        #expect(refusal(123, [1]) == .lengths)
    }

    @Test(arguments: [8, 16, 24, 32, 56]) func `instants must be ones that an engine can reach`(position: Int) {
        #expect(refusal(position, [0, 0, 0, 0, 0, 0, 0, 0x80]) == .invalid(.instants, slot: 0))
        #expect(refusal(position, [0, 0, 0, 0, 0, 0, 0, 0x40]) == .invalid(.instants, slot: 0))
    }

    @Test func `spend must be a number`() {
        #expect(refusal(40, [0, 0, 0, 0, 0, 0, 0xf8, 0x7f]) == .invalid(.spend, slot: 0))
        #expect(refusal(40, [0, 0, 0, 0, 0, 0, 0xf0, 0x7f]) == .invalid(.spend, slot: 0))
        #expect(refusal(40, [0, 0, 0, 0, 0, 0, 0xf0, 0xbf]) == .invalid(.spend, slot: 0))
        #expect(refusal(48, [0, 0, 0, 0, 0, 0, 0, 0x80]) == .invalid(.spend, slot: 0))
    }

    @Test func `histories must be in order and of known kinds`() throws {
        // After the head and the four bytes of "anna": two orders, 26 bytes of browsing at the most, one feedback.
        let orders = 141 + 4
        let browse = orders + 2 * 25
        #expect(refusal(orders + 8, [255, 255, 255, 255, 255, 3, 0, 0]) == .invalid(.orders, slot: 0))
        #expect(refusal(orders + 33, [0, 0, 0, 0, 0, 0, 0, 0]) == .invalid(.orders, slot: 0))
        #expect(refusal(orders + 16, [0, 0, 0, 0, 0, 0, 0, 0x40]) == .invalid(.orders, slot: 0))
        #expect(refusal(orders + 24, [8]) == .invalid(.orders, slot: 0))
        // The first count of the first day, then that day's dwell.
        #expect(refusal(browse + 4, [0]) == .invalid(.browsing, slot: 0))
        #expect(refusal(browse + 6, [0, 0, 0, 0]) == .invalid(.browsing, slot: 0))
        let part = try #require(state().parts.first)
        #expect(refusal(part.count - 4, [9]) == .invalid(.feedback, slot: 0))
        #expect(refusal(part.count - 3, [2]) == .invalid(.feedback, slot: 0))
    }

    @Test func `what an order line cannot hold is refused`() {
        let (hash, amount, kind) = (141 + 4, 141 + 4 + 16, 141 + 4 + 24)
        #expect(refusal(hash, [255, 255, 255, 255, 255, 255, 0, 0]) == nil)
        #expect(refusal(hash + 6, [1]) == .invalid(.orders, slot: 0))
        #expect(refusal(hash + 7, [0x80]) == .invalid(.orders, slot: 0))
        #expect(refusal(amount, bytes(Money.limit.minorUnits)) == nil)
        for wrong in [Money.limit.minorUnits + 1, -1, .min] {
            #expect(refusal(amount, bytes(wrong)) == .invalid(.orders, slot: 0))
        }
        // An order's amount cannot be that of any other kind but a withdrawn order, or of an early refund that is a share.
        for other in [UInt8(3), 4, 5] { #expect(refusal(kind, [other]) == .invalid(.orders, slot: 0)) }
        for withdrawn in [UInt8(1), 2] { #expect(refusal(kind, [withdrawn]) == nil) }
        #expect(refusal(amount, bytes(-Money.limit.minorUnits) + [3]) == nil)
        #expect(refusal(amount, bytes(1) + [3]) == .invalid(.orders, slot: 0))
        // All of it, and the least and the largest share: less than all of 2^44 parts.
        for early in [1, 2, 1 + 1 << 44] as [Int64] { #expect(refusal(amount, bytes(early) + [6]) == nil) }
        #expect(refusal(amount, bytes(2 + 1 << 44) + [6]) == .invalid(.orders, slot: 0))
    }

    @Test func `orders that have left the history have purchase days, and only they`() {
        let (lastAt, orders, firstDay, days) = (56, 80, 84, 86)
        #expect(refusal(orders, [1]) == .invalid(.orders, slot: 0))
        #expect(refusal(days, [1]) == .invalid(.orders, slot: 0))
        #expect(refusal(firstDay, [1]) == .invalid(.orders, slot: 0))
        #expect(refusal(lastAt, [1]) == .invalid(.orders, slot: 0))
        #expect(refusal(orders, [1, 0, 0, 0, 1, 0, 1, 0]) == nil)
    }

    /// The largest amount, and those on either side of what the narrow form holds.
    @Test(arguments: [Money.limit.minorUnits, 1 << 34, (1 << 34) - 1] as [Int64])
    func `an amount of any size is restored whole`(amount: Int64) throws {
        var (mark, parts) = state()
        // Of the second line: the first is as narrow as can be.
        let position = 141 + 4 + 25 + 16
        parts[0].replaceSubrange(position..<position + 8, with: bytes(amount))
        var restoration = try EngineRestoration(policy: policy, mark: mark)
        for part in parts { try part.withUnsafeBytes { try restoration.restore($0) } }
        var run = TranscribedRun(try restoration.finish())
        let images = run.engine.captureAll().images
        #expect(images.parts == parts)
        run.apply([.order(Policies.hours(31), "anna", "q", .completed, 100)])
        let part = try #require(run.engine.captureAll().images.parts.first)
        let anna = try #require(try part.withUnsafeBytes { try CustomerImage.decode($0) }.first)
        #expect(anna.orders.map(\.amount.minorUnits) == [20_000, amount, 100])
    }

    private func bytes(_ value: Int64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

    @Test func `an empty or overlong id is refused`() {
        var (mark, parts) = state()
        let anna = parts[0]
        parts[0] = Array(anna[..<141] + anna[145...])
        parts[0][0] -= 4
        parts[0][94] = 0
        #expect(refusal(mark, parts) == .invalid(.id, slot: 0))
        parts[0] = Array(anna[..<145] + [UInt8](repeating: 97, count: 256) + anna[145...])
        parts[0][1] += 1
        parts[0][95] += 1
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
        #expect(anna.orders.map(\.hash) == ["o-0", "p-0"].map { OrderEntry.hash(ofID: StableHash.of($0)) })
        #expect(anna.browse.map(\.sessions) == [1, 1] && anna.browse.map(\.dwellMilliseconds) == [100, 0])
        #expect(anna.browse.flatMap(\.counts).map(\.type) == [.pageViewed, .searched])
        #expect(anna.feedback.map(\.type) == [.nps] && anna.feedback.map(\.score) == [9_000])
        #expect(anna.lastOrderAt == Policies.hours(1) && anna.churnLevel == 0 && anna.folded.orders == 0)
    }
}
