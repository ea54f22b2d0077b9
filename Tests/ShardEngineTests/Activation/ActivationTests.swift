import Scoring
import ShardEngine
import TestSupport
import Testing

/// What a change of policy does to the customers who are there.
@Suite struct ActivationTests {
    private static let start = Policies.start

    /// Silver from `silver`, gold from `gold` dollars in 30 days.
    private static func ladder(_ silver: Double, _ gold: Double, grace: TimeSpan = .zero) -> Policy {
        var policy = Policies.spend(grace: grace)
        for (index, dollars) in [(1, silver), (2, gold)] {
            policy.tiers[index].entry = .comparison(Comparison(.measure(0), .atLeast, dollars))
        }
        policy.hash = "\(silver) \(gold)"
        return policy
    }

    /// One order each of 50, 150, 250, … dollars by customers `c-0`, `c-1`, ….
    private static func run(_ customers: Int, _ policy: Policy = ladder(100, 500)) -> EngineRun {
        var run = EngineRun(policy)
        run.apply(
            (0..<customers).map { .order(start, "c-\($0)", "o-\($0)", .completed, Int64(5_000 + 10_000 * $0)) })
        return run
    }

    private static func moves(_ run: borrowing EngineRun, _ customer: Int) -> [EngineRun.TierMove] {
        Array((run.said["c-\(customer)"]?.tiers ?? []).dropFirst())
    }

    // MARK: - Portions

    @Test func `an activation says nothing by itself, and portions settle everybody, those who rise first`() {
        var run = Self.run(6)
        let before = run.order.count
        // 50, 150, … 550: three rise to gold, one falls to base.
        run.activate(Self.ladder(200, 250))
        #expect(run.order.count == before && run.engine.retiering?.remaining == 12)
        run.retier(atMost: 6)
        #expect(Array(run.order.dropFirst(before)) == ["c-2", "c-3", "c-4"])
        #expect(run.engine.retiering?.remaining == 6)
        run.retier(atMost: 100)
        #expect(Array(run.order.dropFirst(before + 3)) == ["c-1"] && run.engine.retiering == nil)
        #expect(Self.moves(run, 1).map(\.direction) == [.downgrade] && Self.moves(run, 3).map(\.to) == [2])
    }

    @Test(arguments: [1, 2, 5, 100]) func `however large the portions, each customer hears the same`(portion: Int) {
        var whole = Self.run(20)
        whole.activate(Self.ladder(800, 1_000))
        whole.retier(atMost: 1_000)
        var parts = Self.run(20)
        parts.activate(Self.ladder(800, 1_000))
        while parts.engine.retiering != nil { parts.retier(atMost: portion) }
        #expect(parts.said == whole.said)
        #expect(parts.engine.tierCounts() == whole.engine.tierCounts())
    }

    @Test func `an event settles its customer at once, and the portions pass over it`() {
        var run = Self.run(3)
        run.activate(Self.ladder(20, 1_000))
        run.apply([.browse(Self.start, "c-0", "b", .pageViewed)])
        #expect(Self.moves(run, 0).map(\.to) == [1] && Self.moves(run, 1).isEmpty)
        run.retier(atMost: 100)
        #expect(Self.moves(run, 0).map(\.sequence) == [2])
        #expect(Self.moves(run, 2).isEmpty && run.engine.retiering == nil)
    }

    @Test func `a deadline that falls due settles its customer by the new rules, and never before they held`() {
        var run = Self.run(2)
        run.engine.advance(to: Policies.days(10))
        run.activate(Self.ladder(20, 100))
        run.wait(until: Policies.days(31))
        #expect(Self.moves(run, 1).map(\.to) == [2, 0])
        #expect(Self.moves(run, 1).allSatisfy { $0.at >= Policies.days(10) })
    }

    // MARK: - Names

    @Test func `a tier that is gone stands for the highest one below it that is left`() {
        var run = Self.run(6)
        var policy = Self.ladder(100, 500)
        policy.tiers.remove(at: 2)
        policy.tiers.insert(
            Tier(name: "bronze", entry: .comparison(Comparison(.measure(0), .atLeast, 40))), at: 1)
        run.activate(policy)
        #expect(run.engine.tierCounts() == [1, 0, 5])
        run.retier(atMost: 100)
        // Gold is gone: 550 dollars are silver now, said without a name for what was.
        #expect(Self.moves(run, 5).map(\.from) == [nil] && Self.moves(run, 5).map(\.to) == [2])
        #expect(Self.moves(run, 0).map(\.to) == [1] && Self.moves(run, 1).isEmpty)
    }

    @Test func `a level that is gone is computed anew and said once`() {
        var run = Self.run(1)
        var policy = Self.ladder(100, 500)
        policy.churn.levels = [.init(name: "fine", from: 0), .init(name: "lost", from: 0.99)]
        run.activate(policy)
        run.retier(atMost: 10)
        let churn = run.said["c-0"]?.churn ?? []
        #expect(churn.map(\.from) == [nil, nil] && churn.map(\.sequence) == [1, 2])
    }

    // MARK: - Modes

    @Test func `in silence state moves and numbers stay without gaps`() {
        var run = Self.run(6)
        let said = run.said
        run.activate(Self.ladder(20, 100), Activation(mode: .silent))
        run.retier(atMost: 100)
        #expect(run.said == said && run.engine.tierCounts() == [0, 1, 5])
        run.apply([.order(Self.start, "c-0", "more", .completed, 20_000)])
        #expect(Self.moves(run, 0).map(\.sequence) == [2] && Self.moves(run, 0).map(\.from) == [1])
    }

    @Test func `grandfathered customers rise at once and fall when the stated time is over`() {
        var run = Self.run(6)
        run.activate(Self.ladder(200, 1_000), Activation(mode: .grandfathered, keepsTierFor: .days(20)))
        run.retier(atMost: 100)
        #expect(Self.moves(run, 1).isEmpty && Self.moves(run, 5).isEmpty)
        run.wait(until: Policies.days(19))
        #expect(Self.moves(run, 1).isEmpty)
        run.wait(until: Policies.days(21))
        #expect(Self.moves(run, 1).map(\.at) == [Policies.days(20)] && Self.moves(run, 1).map(\.to) == [0])
        #expect(Self.moves(run, 5).map(\.to) == [1])
    }

    @Test func `a grandfathered customer who earns the tier again does not fall`() {
        var run = Self.run(2)
        run.activate(Self.ladder(200, 1_000), Activation(mode: .grandfathered, keepsTierFor: .days(5)))
        run.retier(atMost: 100)
        run.apply([.order(Policies.days(1), "c-1", "more", .completed, 10_000)])
        run.wait(until: Policies.days(20))
        #expect(Self.moves(run, 1).isEmpty)
    }

    // MARK: - What is remembered

    @Test func `another half-life fades the orders of the history as if it had always held`() {
        var policy = Policies.spend(more: [Measure(.spendEWMA)])
        policy.spendHalfLife = .days(40)
        var other = policy
        other.spendHalfLife = .days(9)
        let orders: [ScriptedEvent] = [
            .order(Policies.days(0), "c", "a", .completed, 10_000),
            .order(Policies.days(7), "c", "b", .completed, 5_000),
            .order(Policies.days(12), "c", "a", .refunded, 0, refund: 2_500),
            .order(Policies.days(30), "c", "d", .completed, 7_700),
        ]
        var changed = EngineRun(policy)
        var always = EngineRun(other)
        changed.apply(orders)
        always.apply(orders)
        changed.activate(other)
        let found = changed.measure(1, of: "c", at: Policies.days(31)) ?? .nan
        let wanted = always.measure(1, of: "c", at: Policies.days(31)) ?? .nan
        #expect(abs(found - wanted) < 1e-9)
    }

    @Test func `what has left the history keeps its faded value`() {
        var policy = Policies.spend(more: [Measure(.spendEWMA)], orderDays: 40)
        policy.spendHalfLife = .days(50)
        var other = policy
        other.spendHalfLife = .days(5)
        var run = EngineRun(policy)
        run.apply([.order(Policies.days(0), "c", "a", .completed, 10_000)])
        run.apply([.order(Policies.days(50), "c", "b", .completed, 3_000)])
        run.activate(other)
        // 100 dollars faded to 50 and are not known one by one any more; 30 are.
        let spend = run.measure(1, of: "c", at: Policies.days(50)) ?? .nan
        #expect(abs(spend - 80) < 1e-9)
    }

    // MARK: - Over random policies

    @Test(arguments: 0..<60) func `an engine restored amid a re-tiering goes on as if nothing had happened`(
        seed: Int
    ) throws {
        var random = SeededRandom(seed: UInt64(seed) &+ 40_000)
        let policies = (0..<3).map { _ in RandomPolicy.draw(&random) }
        let history = RandomHistory.draw(&random, customers: 12, events: 250)
        let mode = random.pick(Activation.Mode.allCases)
        let activation = Activation(mode: mode, keepsTierFor: .days(random.below(40)))
        var run = TranscribedRun(ShardEngine(policy: policies[0]))
        var twin = TranscribedRun(ShardEngine(policy: policies[0]))
        var active = 0
        var events: Int64 = 0
        for batch in history.batches {
            if random.chance(0.04) {
                active = random.below(3)
                run.activate(policies[active], activation)
                twin.activate(policies[active], activation)
            }
            run.apply(batch, deadlineLimit: 3)
            twin.apply(batch, deadlineLimit: 3)
            events += Int64(batch.count)
            let portion = random.below(4)
            run.retier(atMost: portion)
            twin.retier(atMost: portion)
            guard random.chance(0.1) else { continue }
            let (mark, images) = run.engine.captureAll()
            var restoration = try EngineRestoration(policy: policies[active], mark: mark)
            try images.bytes.withUnsafeBytes { try restoration.restore($0) }
            run = TranscribedRun(try restoration.finish(), offset: events)
            #expect(run.engine.retiering == twin.engine.retiering)
        }
        #expect(run.engine.digest == twin.engine.digest, "seed \(seed)")
        #expect(run.engine.captureAll().images == twin.engine.captureAll().images, "seed \(seed)")
    }

    @Test(arguments: 0..<60) func `when all are settled, each stands where the new policy puts those who waited for it`(
        seed: Int
    ) {
        var random = SeededRandom(seed: UInt64(seed) &+ 50_000)
        let (first, other) = (RandomPolicy.draw(&random), RandomPolicy.draw(&random))
        let history = RandomHistory.draw(&random, customers: 10, events: 150)
        var run = EngineRun(first)
        for batch in history.batches { run.apply(batch) }
        run.activate(other)
        run.retier(atMost: 1_000)
        let clock = run.engine.clock ?? .earliest
        for customer in run.said.keys {
            guard let report = run.engine.report(on: Array(customer.utf8), at: clock) else { continue }
            let values = report.measures
            let highest = other.tiers.indices.last { index in
                index == 0
                    || other.tiers[index].entry?.isMet { subject in
                        if case .measure(let measure) = subject { values[measure] ?? .nan } else { report.score }
                    } == true
            }
            #expect(report.tier >= highest ?? 0, "seed \(seed), \(customer)")
        }
    }
}
