import Scoring
import ShardEngine
import TestSupport
import Testing

/// What becomes of changes that lie in the past when they are found out: `catch_up.quiet_beyond`.
@Suite struct CatchUpTests {
    private static func policy(_ quietBeyond: TimeSpan? = .days(1), profiled: Bool = false) -> Policy {
        var policy = profiled ? Policies.profiled(catchUp: nil) : Policies.spend()
        policy.quietBeyond = quietBeyond
        return policy
    }

    private static let now = Policies.days(400)

    /// Two years of three customers in which tiers rise and fall.
    private static func history() -> [ScriptedEvent] {
        (0..<120).map { index in
            .order(
                Policies.days(Double(index) * 3), "c-\(index % 3)", "o-\(index)", .completed, Int64(index % 7) * 10_000)
        }
    }

    @Test func `old topics move everybody and nothing is told, and then every customer has one profile`() {
        var run = EngineRun(Self.policy(profiled: true))
        run.apply(Self.history(), wallClock: Self.now)
        #expect(run.said.isEmpty && run.outputs.isEmpty && run.engine.customerCount == 3)
        run.wait(until: Self.now)
        let profiles = run.outputs.compactMap { output in
            if case .profile(let update) = output { update.effectiveAt } else { nil }
        }
        #expect(profiles == Array(repeating: Policies.days(399), count: 3))
        #expect(run.said.isEmpty)
    }

    @Test func `the first change that is told has the number 1 and comes from where the past had led`() {
        var run = EngineRun(Self.policy())
        run.apply([.order(Policies.start, "a", "1", .completed, 20_000)], wallClock: Policies.days(5))
        run.apply([.order(Policies.days(4.5), "a", "2", .completed, 40_000)], wallClock: Policies.days(5))
        run.apply([.order(Policies.days(5), "b", "3", .completed, 20_000)], wallClock: Policies.days(5))
        let (old, new) = (run.said["a"]?.tiers ?? [], run.said["b"]?.tiers ?? [])
        #expect(old.map(\.to) == [2] && old.map(\.from) == [1] && old.map(\.sequence) == [1])
        #expect(old.first?.direction == .upgrade && new.first?.direction == .entry)
    }

    @Test func `what silence brings is judged by the tick that finds it out`() {
        var run = EngineRun(Self.policy())
        run.apply([.order(Policies.start, "a", "1", .completed, 20_000)], wallClock: Policies.start)
        run.apply([.order(Policies.days(8), "b", "2", .completed, 20_000)], wallClock: Policies.days(8))
        run.forget()
        // The spend of 30 days ends on the thirtieth midnight: eight days ago for one, just now for the other.
        run.wait(until: Policies.days(38))
        #expect(run.tiers(of: "a") == [] && run.tiers(of: "b") == [0])
    }

    @Test func `an erasure is told however long ago it was`() {
        var run = EngineRun(Self.policy())
        run.apply(
            [
                .order(Policies.start, "a", "1", .completed, 20_000),
                .order(Policies.start, "b", "2", .completed, 60_000),
                .command(Policies.hours(1), "a", "m", .merge("b")),
                .command(Policies.hours(2), "a", "e", .erase(blockFor: nil)),
            ], wallClock: Self.now)
        #expect(run.said["a"]?.erasedAt == [Policies.hours(2)] && run.said["b"]?.erasedAt == [Policies.hours(1)])
        #expect(run.tiers(of: "a") == [] && run.tiers(of: "b") == [])
    }

    /// Given for three months; its end is told ten days before.
    private static func withTerms(_ quietBeyond: TimeSpan?) -> Policy {
        var policy = policy(quietBeyond)
        policy.validity = Validity(months: 3)
        policy.downgrade.timing = .endOfTerm
        policy.notices.expiry = .init(before: .days(10), coolDown: .days(30))
        policy.churn.levels = [.init(name: "any", from: 0)]
        return policy
    }

    @Test func `the notice of an end that is still to come is told once caught up, of one that has come never`() throws
    {
        var run = EngineRun(Self.withTerms(.days(1)))
        run.apply([.order(Policies.start, "a", "1", .completed, 60_000)], wallClock: Policies.days(86))
        // The term ends after 90 days; its notice was due after 80.
        run.apply([.browse(Policies.days(86), "b", "2", .pageViewed)], wallClock: Policies.days(86))
        let notices = run.said["a"]?.notices ?? []
        #expect(notices.map(\.kind) == [.approachingExpiry] && notices.map(\.at) == [Policies.days(85)])
        #expect(notices.first?.isByTime == true)
        var late = EngineRun(Self.withTerms(.days(1)))
        late.apply([.order(Policies.start, "a", "1", .completed, 60_000)], wallClock: Self.now)
        late.wait(until: Self.now)
        #expect(late.said.isEmpty)
    }

    @Test func `a change of policy amid it is as quiet`() {
        var run = EngineRun(Self.policy())
        run.apply(Self.history(), wallClock: Self.now)
        var policy = Self.policy()
        policy.hash = "another"
        for index in [1, 2] { policy.tiers[index].entry = .comparison(Comparison(.measure(0), .atLeast, 1e6)) }
        run.engine.activate(policy, Activation())
        var outputs = OutputBuffer()
        while run.engine.retiering != nil { run.engine.retier(atMost: 10, wallClock: Self.now, into: &outputs) }
        #expect(outputs.outputs.isEmpty && !outputs.unheard.tierMoves.isEmpty)
    }

    // MARK: - Any policy

    /// What is told of a batch is what a policy that tells everything says of it and that is young enough; the state is the
    /// same, and numbers have no gap. `wallClock` runs ahead of the events now and then, as while a shard catches up.
    @Test(arguments: 0..<150) func `only the telling is another`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var policy = RandomPolicy.draw(&random)
        let history = RandomHistory.draw(&random, customers: 1 + random.below(4), events: 20 + random.below(60))
        var loud = EngineRun(policy)
        let span = TimeSpan.days(1 + random.below(20))
        policy.quietBeyond = span
        var quiet = EngineRun(policy)
        var numbers: [String: (tier: UInt32, churn: UInt32)] = [:]
        for batch in history.batches {
            let latest = batch.map(\.time).max() ?? .earliest
            let wallClock = latest + (random.chance(0.5) ? .zero : .days(random.below(60)))
            loud.apply(batch, wallClock: wallClock)
            quiet.apply(batch, wallClock: wallClock)
            let told = loud.said.mapValues { Self.younger($0, than: wallClock, by: span) }
            expectTold(quiet.said, told, &numbers, seed)
            #expect(quiet.engine.digest == loud.engine.digest && quiet.rejections == loud.rejections, "seed \(seed)")
            loud.forget()
            quiet.forget()
        }
        loud.wait(until: history.end)
        quiet.wait(until: history.end)
        let clock = max(history.end, loud.engine.clock ?? history.end)
        expectTold(quiet.said, loud.said.mapValues { Self.younger($0, than: clock, by: span) }, &numbers, seed)
    }

    private func expectTold(
        _ said: [String: EngineRun.Said], _ expected: [String: EngineRun.Said],
        _ numbers: inout [String: (tier: UInt32, churn: UInt32)], _ seed: Int
    ) {
        for (customer, all) in expected {
            var all = all
            var last = numbers[customer] ?? (0, 0)
            for index in all.tiers.indices {
                last.tier += 1
                all.tiers[index].sequence = last.tier
            }
            for index in all.churn.indices {
                last.churn += 1
                all.churn[index].sequence = last.churn
            }
            numbers[customer] = last
            #expect(said[customer] ?? .init() == all, "seed \(seed), \(customer)")
        }
        #expect(Set(said.keys).isSubset(of: expected.keys), "seed \(seed)")
    }

    private static func younger(
        _ said: EngineRun.Said, than wallClock: EventTime, by span: TimeSpan
    ) -> EngineRun.Said {
        var said = said
        said.tiers.removeAll { $0.at + span < wallClock }
        said.churn.removeAll { $0.at + span < wallClock }
        return said
    }

    @Test(arguments: 0..<40) func `a replay from a snapshot amid it goes on as what was live`(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        var policy = RandomPolicy.draw(&random)
        policy.quietBeyond = .days(1 + random.below(30))
        policy.notices.expiry = .init(before: .days(5), coolDown: .days(9))
        policy.profiles = ProfileRule(catchUp: .days(2))
        let history = RandomHistory.draw(&random, customers: 3, events: 80)
        let stamps = history.batches.map { ($0.map(\.time).max() ?? .earliest) + .days(random.below(60)) }
        var live = EngineRun(policy)
        let cut = random.below(history.batches.count)
        for index in 0..<cut { live.apply(history.batches[index], wallClock: stamps[index]) }
        live.forget()
        var replay = try live.restored()
        for index in cut..<history.batches.count {
            live.apply(history.batches[index], wallClock: stamps[index], deadlineLimit: 3)
            replay.apply(history.batches[index], wallClock: stamps[index], deadlineLimit: 3)
        }
        live.wait(until: history.end)
        replay.wait(until: history.end)
        #expect(replay.said == live.said && replay.order == live.order, "seed \(seed)")
        #expect(replay.engine.digest == live.engine.digest, "seed \(seed)")
    }
}
