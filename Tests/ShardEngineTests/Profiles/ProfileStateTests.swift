import Scoring
import ShardEngine
import TestSupport
import Testing

/// Portraits in snapshots, twice the same, and what they cost.
@Suite struct ProfileStateTests {
    private let policy = Policies.profiled()

    private func history(_ range: Range<Int>) -> [ShopEvent] {
        var random = SeededRandom(seed: 5)
        var events: [ShopEvent] = []
        for index in 0..<range.upperBound {
            let time = EventTime(milliseconds: Policies.start.milliseconds + Int64(index) * 400_000)
            let customer = "c-\(random.below(30))"
            let category = "category-\(random.below(25))"
            let (kind, channel) = (random.below(6), ["app", "web", ""][random.below(3)])
            let event: ShopEvent
            switch kind {
            case 0:
                event = .order(time, "e-\(index)", of: customer) {
                    ($0.categories, $0.channel, $0.cost) = ([category], channel, 5_000)
                }
            case 1:
                event = .feedback(time, "e-\(index)", of: customer) { ($0.type, $0.channel) = (.referral, channel) }
            case 2:
                event = .browse(time, "e-\(index)", of: customer) { ($0.type, $0.channel) = (.emailClicked, channel) }
            default:
                event = .browse(time, "e-\(index)", of: customer) { ($0.category, $0.sku) = (category, UInt64(index)) }
            }
            if range.contains(index) { events.append(event) }
        }
        return events
    }

    /// An engine that goes on from a capture of `run`.
    private func restored(from engine: inout ShardEngine) throws -> ShardEngine {
        let (mark, images) = engine.captureAll()
        var restoration = try EngineRestoration(policy: policy, mark: mark)
        try images.bytes.span.withUnsafeBytes { (bytes) throws(RestoreError) in try restoration.restore(bytes) }
        return try restoration.finish()
    }

    @Test func `what goes on from a snapshot says what would have been said`() throws {
        var run = ProfileRun(policy)
        run.apply(history(0..<2_000))
        let before = run.published.count
        var twin = ProfileRun(try restored(from: &run.engine))
        for part in [2_000..<2_300, 2_300..<3_000] {
            run.apply(history(part))
            twin.apply(history(part))
        }
        let end = Policies.days(30)
        run.wait(until: end)
        twin.wait(until: end)
        #expect(before > 100 && run.published.count > before + 100)
        // Offsets of a run count from 0: the causes differ, nothing else does.
        func stripped(_ published: ArraySlice<ProfileRun.Published>) -> [String] {
            published.map { entry in
                var entry = entry
                entry.profile.cause = .deadline(.none)
                entry.profile.categories = EvidenceSpan(0..<0)
                entry.profile.channels = EvidenceSpan(0..<0)
                entry.profile.interests = EvidenceSpan(0..<0)
                entry.profile.acquisitionChannel = nil
                return "\(entry)"
            }
        }
        #expect(stripped(run.published[before...]) == stripped(twin.published[...]))
        #expect(run.engine.digest == twin.engine.digest)
        let (end1, end2) = (run.engine.captureAll(), twin.engine.captureAll())
        #expect(end1.images == end2.images)
        #expect(end1.mark == end2.mark)
    }

    @Test func `the same history says the same, however it is cut into batches`() {
        var whole = ProfileRun(policy)
        var parts = ProfileRun(policy)
        let events = history(0..<1_500)
        whole.apply(events)
        for start in stride(from: 0, to: 1_500, by: 7) {
            parts.apply(Array(events[start..<min(start + 7, events.count)]))
        }
        #expect(whole.engine.digest == parts.engine.digest)
        #expect(whole.published.map(\.at) == parts.published.map(\.at))
        let (first, second) = (whole.engine.captureAll(), parts.engine.captureAll())
        #expect(first.images == second.images)
    }

    @Test func `portraits that no engine wrote are refused`() throws {
        var run = ProfileRun(policy)
        run.apply([.browse(Policies.start, "b") { $0.category = "a" }])
        let (mark, images) = run.engine.captureAll()
        func refusal(_ change: (inout [UInt8], Int) -> Void) -> RestoreError? {
            var bytes = images.bytes
            // The portrait is the image's last part: a head of 24 bytes, orders of 20, a category of 6.
            change(&bytes, bytes.count - 50)
            do throws(RestoreError) {
                var restoration = try EngineRestoration(policy: policy, mark: mark)
                try bytes.span.withUnsafeBytes { (bytes) throws(RestoreError) in try restoration.restore(bytes) }
                _ = try restoration.finish()
                return nil
            } catch {
                return error
            }
        }
        #expect(refusal { _, _ in } == nil)
        #expect(refusal { $0[$1 + 22] = 2 } == .invalid(.portrait, slot: 0), "a list longer than the bytes")
        #expect(refusal { $0[$1 + 23] = 0x80 } == .invalid(.portrait, slot: 0), "an unknown part")
        #expect(refusal { $0[$1 + 44] = 1 } == .invalid(.portrait, slot: 0), "a name that the table does not have")
        #expect(refusal { ($0[$1 + 20], $0[$1 + 21]) = (0, 0) } == nil)
        #expect(refusal { ($0[$1 + 20], $0[$1 + 21]) = (1, 0) } == .invalid(.portrait, slot: 0))
    }

    @Test func `names that no table holds are refused`() {
        for names: [UInt8] in [[1], [2, 65], [1, 65, 1, 65], [65] + Array(repeating: 65, count: 65)] {
            let mark = EngineMark(clock: nil, digest: 0, customerCount: 0, names: names)
            #expect(throws: RestoreError.mark(mark)) { _ = try EngineRestoration(policy: policy, mark: mark) }
        }
    }

    /// Five orders and twenty views in three categories, two channels: what the bench calls a typical customer, and more.
    @Test func `a typical customer's portrait has 68 bytes`() {
        func bytes(_ policy: Policy, customers: Int) -> Int {
            var run = ProfileRun(policy)
            for day in 0..<25 {
                let time = Policies.days(Double(day))
                run.apply(
                    (0..<customers).map { customer in
                        day % 5 == 4
                            ? .order(time, "o-\(day)", of: "customer-\(customer)") {
                                ($0.categories, $0.channel) = (["a"], "app")
                            }
                            : .browse(time, "b-\(day)", of: "customer-\(customer)") {
                                ($0.category, $0.session) = (["a", "b", "c"][day % 3], UInt64(day) + 1)
                            }
                    })
            }
            return run.engine.captureAll().images.bytes.count
        }
        let customers = 100
        let extra = bytes(policy, customers: customers) - bytes(Policies.spend(), customers: customers)
        #expect(extra == 68 * customers)
    }
}
