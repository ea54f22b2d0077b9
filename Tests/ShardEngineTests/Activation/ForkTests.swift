import Scoring
import ShardEngine
import TestSupport
import Testing

/// Trying a policy on a second engine while the first one goes on.
@Suite struct ForkTests {
    /// Batches with portions and silences between them, the same for every engine that is driven by it.
    private struct Course {
        var policies: [Policy]
        var history: RandomHistory
        var activation: Activation
        /// The batch after which the engine is forked.
        var fork: Int
        var seed: UInt64

        init(_ seed: Int, _ base: UInt64) {
            var random = SeededRandom(seed: UInt64(seed) &+ base)
            policies = (0..<2).map { _ in RandomPolicy.draw(&random) }
            history = RandomHistory.draw(&random, customers: 15, events: 300)
            activation = Activation(mode: random.pick([.emit, .grandfathered]), keepsTierFor: .days(random.below(40)))
            fork = random.below(history.batches.count)
            self.seed = random.next()
        }

        /// Applies the batches of `range`; what happens beside them depends on the batch's number alone.
        func drive(_ run: inout TranscribedRun, _ range: Range<Int>) {
            for index in range {
                var random = SeededRandom(seed: seed &+ UInt64(index))
                run.apply(history.batches[index], deadlineLimit: 3)
                run.retier(atMost: random.below(4))
                if random.chance(0.2), let clock = run.engine.clock {
                    run.wait(until: clock + .minutes(random.below(6_000)))
                }
                run.engine.tidy()
            }
        }

        func begun() -> TranscribedRun {
            var run = TranscribedRun(ShardEngine(policy: policies[0]))
            drive(&run, 0..<fork)
            return run
        }

        var events: Int64 { Int64(history.batches[..<fork].reduce(0) { $0 + $1.count }) }
        var rest: Range<Int> { fork..<history.batches.count }
    }

    @Test(arguments: 0..<60) func `a fork goes on as the engine that it was taken from, and neither knows of the other`(
        seed: Int
    ) {
        let course = Course(seed, 60_000)
        var alone = course.begun()
        var original = course.begun()
        var fork = TranscribedRun(original.engine.fork(), offset: course.events)
        let said = original.pages.count
        #expect(fork.engine.captureAll().images == original.engine.captureAll().images)
        course.drive(&original, course.rest)
        course.drive(&fork, course.rest)
        course.drive(&alone, course.rest)
        #expect(fork.pages == Array(original.pages[said...]), "seed \(seed)")
        #expect(original.pages == alone.pages, "seed \(seed)")
        #expect(fork.engine.digest == alone.engine.digest && original.engine.digest == alone.engine.digest)
        let whole = alone.engine.captureAll()
        let (forked, kept) = (fork.engine.captureAll(), original.engine.captureAll())
        #expect(forked.mark == whole.mark && forked.images == whole.images, "seed \(seed)")
        #expect(kept.mark == whole.mark && kept.images == whole.images, "seed \(seed)")
    }

    @Test(arguments: 0..<60) func `a policy tried on a fork gives what its activation would have given`(seed: Int) {
        let course = Course(seed, 70_000)
        var live = course.begun()
        var untouched = course.begun()
        var activated = course.begun()
        var shadow = TranscribedRun(live.engine.fork(), offset: course.events)
        shadow.activate(course.policies[1], course.activation)
        let said = activated.pages.count
        activated.activate(course.policies[1], course.activation)
        course.drive(&live, course.rest)
        course.drive(&shadow, course.rest)
        course.drive(&untouched, course.rest)
        course.drive(&activated, course.rest)
        #expect(shadow.pages == Array(activated.pages[said...]), "seed \(seed)")
        #expect(shadow.engine.digest == activated.engine.digest, "seed \(seed)")
        let (tried, real) = (shadow.engine.captureAll(), activated.engine.captureAll())
        #expect(tried.mark == real.mark && tried.images == real.images, "seed \(seed)")
        #expect(live.pages == untouched.pages, "seed \(seed)")
        #expect(live.engine.captureAll().images == untouched.engine.captureAll().images, "seed \(seed)")
    }

    @Test func `a fork taken amid a capture leaves the capture as it was`() {
        var run = EngineRun(Policies.spend())
        run.apply(Self.orders(5))
        let expected = run.engine.captureAll().images
        _ = run.engine.beginCapture()
        _ = run.engine.capture(atMost: 2)
        var fork = run.engine.fork()
        fork.activate(Self.ladder(200, 250), Activation())
        _ = run.engine.capture(atMost: 100)
        #expect(run.engine.takeCaptured() == expected)
        run.engine.endCapture()
        #expect(fork.retiering?.remaining == 10 && run.engine.retiering == nil)
    }

    // MARK: - Comparing

    private static func ladder(_ silver: Double, _ gold: Double) -> Policy {
        var policy = Policies.spend()
        for (index, dollars) in [(1, silver), (2, gold)] {
            policy.tiers[index].entry = .comparison(Comparison(.measure(0), .atLeast, dollars))
        }
        return policy
    }

    /// One order each of 50, 150, 250, … dollars by customers `c-0`, `c-1`, ….
    private static func orders(_ customers: Int) -> [ScriptedEvent] {
        (0..<customers).map { .order(Policies.start, "c-\($0)", "o-\($0)", .completed, Int64(5_000 + 10_000 * $0)) }
    }

    /// Counts in portions.
    private static func compare(
        _ live: borrowing ShardEngine, _ other: borrowing ShardEngine, portion: Int = 2
    ) -> StandingComparison {
        var comparison = StandingComparison(live: live.policy, other: other.policy)
        while !comparison.look(atMost: portion, live: live, other: other) {}
        return comparison
    }

    @Test func `who would rise and who would fall is counted by both tiers`() {
        var live = EngineRun(Policies.spend())
        live.apply(Self.orders(7))
        var shadow = EngineRun(Policies.spend())
        shadow.engine = live.engine.fork()
        shadow.activate(Self.ladder(200, 250))
        let before = Self.compare(live.engine, shadow.engine).summary
        #expect(before == .init(higher: 0, lower: 0, same: 7))
        shadow.retier(atMost: 100)
        // 50 base; 150 silver, would be base; 250, 350, 450 silver, would be gold; 550, 650 gold.
        let comparison = Self.compare(live.engine, shadow.engine)
        #expect(comparison.summary == .init(higher: 3, lower: 1, same: 3))
        #expect(comparison.customers(live: 1, other: 2) == 3 && comparison.customers(live: 1, other: 0) == 1)
        #expect(comparison.customers(live: 2, other: 2) == 2 && comparison.customers(live: 0, other: 0) == 1)
    }

    @Test func `whoever stands on a tier that the other policy lacks is lower on the next below it`() {
        var live = EngineRun(Policies.spend())
        live.apply(Self.orders(7))
        var shadow = EngineRun(Policies.spend())
        shadow.engine = live.engine.fork()
        var policy = Policies.spend()
        policy.tiers.remove(at: 2)
        shadow.activate(policy)
        shadow.retier(atMost: 100)
        #expect(Self.compare(live.engine, shadow.engine).summary == .init(higher: 0, lower: 2, same: 5))
    }

    @Test func `a customer whom one of the two does not know is left out, and slots may differ`() {
        var live = EngineRun(Policies.spend())
        live.apply(Self.orders(2))
        var shadow = EngineRun(Policies.spend())
        shadow.engine = live.engine.fork()
        live.apply([.order(Policies.start, "only-live", "x", .completed, 60_000)])
        let both: [ScriptedEvent] = [
            .order(Policies.start, "later", "y", .completed, 60_000),
            .order(Policies.start, "c-0", "z", .completed, 60_000),
        ]
        live.apply(both)
        shadow.apply(both)
        let comparison = Self.compare(live.engine, shadow.engine, portion: 1)
        #expect(
            comparison.summary == .init(higher: 0, lower: 0, same: 3) && comparison.customers(live: 2, other: 2) == 2)
        let tier = Array("only-live".utf8).withUnsafeBytes { shadow.engine.tier(of: $0) }
        #expect(tier == nil)
    }

    @Test func `a merged customer is counted once and found under both ids`() {
        var live = EngineRun(Policies.spend())
        live.apply(Self.orders(6))
        var shadow = EngineRun(Policies.spend())
        shadow.engine = live.engine.fork()
        let merge: [ScriptedEvent] = [.command(Policies.start, "c-0", "m", .merge("c-5"))]
        live.apply(merge)
        shadow.apply(merge)
        #expect(Self.compare(live.engine, shadow.engine).summary == .init(higher: 0, lower: 0, same: 5))
        let tiers = ["c-0", "c-5"].map { id in Array(id.utf8).withUnsafeBytes { live.engine.tier(of: $0) } }
        #expect(tiers == [2, 2])
    }
}
