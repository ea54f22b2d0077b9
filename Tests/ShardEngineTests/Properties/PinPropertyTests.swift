import Scoring
import ShardEngine
import TestSupport
import Testing

/// What pins keep to under every policy, whatever happens.
@Suite struct PinPropertyTests {
    @Test(arguments: 0..<200) func `once all pins are over, everybody stands where there would be none`(seed: Int)
        throws
    {
        var random = SeededRandom(seed: UInt64(seed) + 7_000)
        let policy = Self.policy(&random)
        let history = RandomHistory.draw(&random, customers: 3, events: 60)
        var free = EngineRun(policy)
        var pinned = EngineRun(policy)
        for (index, batch) in history.batches.enumerated() {
            free.apply(batch)
            pinned.apply(batch)
            Self.pin(batch.first?.customer, "pin-\(index)", policy, &pinned, &random)
            if random.chance(0.1) { pinned = try pinned.restored() }
        }
        free.wait(until: history.end)
        pinned.wait(until: history.end)
        let customers = Set(history.events.map(\.customer)).sorted()
        for customer in customers {
            let report = free.engine.report(on: Array(customer.utf8), at: history.end)
            guard let report else { continue }
            pinned.apply([.command(history.end, customer, "unpin", .unpin)])
            let found = pinned.engine.report(on: Array(customer.utf8), at: history.end)
            #expect(found?.tier == report.tier && found?.tierSince == report.tierSince, "seed \(seed)")
            #expect(
                found?.validUntil == report.validUntil && found?.graceEndsAt == report.graceEndsAt, "seed \(seed)")
        }
        free.forget()
        pinned.forget()
        free.wait(until: history.end + .days(400))
        pinned.wait(until: history.end + .days(400))
        for customer in customers {
            #expect(Self.moves(of: customer, pinned) == Self.moves(of: customer, free), "seed \(seed)")
        }
    }

    @Test(arguments: 0..<200) func `and so they do where policies have dropped tiers meanwhile`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed) + 27_000)
        var policy = Self.policy(&random)
        let history = RandomHistory.draw(&random, customers: 3, events: 60)
        var free = EngineRun(policy)
        var pinned = EngineRun(policy)
        for (index, batch) in history.batches.enumerated() {
            free.apply(batch)
            pinned.apply(batch)
            if random.chance(0.1), let now = pinned.engine.clock {
                policy = Self.dropping(policy, index, &random)
                free.activate(policy)
                pinned.activate(policy)
                free.retier(atMost: .max)
                pinned.retier(atMost: .max)
                #expect(free.engine.clock == now && pinned.engine.clock == now)
            }
            Self.pin(batch.first?.customer, "pin-\(index)", policy, &pinned, &random)
        }
        free.wait(until: history.end)
        pinned.wait(until: history.end)
        for customer in Set(history.events.map(\.customer)).sorted() {
            let report = free.engine.report(on: Array(customer.utf8), at: history.end)
            guard let report else { continue }
            pinned.apply([.command(history.end, customer, "unpin", .unpin)])
            let found = pinned.engine.report(on: Array(customer.utf8), at: history.end)
            #expect(found?.tier == report.tier && found?.tierSince == report.tierSince, "seed \(seed)")
            #expect(
                found?.validUntil == report.validUntil && found?.graceEndsAt == report.graceEndsAt, "seed \(seed)")
        }
    }

    /// Without one of its tiers above the lowest, as long as two are left.
    private static func dropping(_ former: Policy, _ number: Int, _ random: inout SeededRandom) -> Policy {
        var policy = former
        guard policy.tiers.count > 2 else { return policy }
        let index = 1 + random.below(policy.tiers.count - 1)
        policy.tiers.remove(at: index)
        policy.points?.multipliers.remove(at: index)
        policy.hash = "\(number)"
        return policy
    }

    /// The tier that is held does not act upon what is earned.
    private static func policy(_ random: inout SeededRandom) -> Policy {
        var policy = RandomPolicy.draw(&random)
        policy.points?.multipliers = policy.tiers.map { _ in 1_000 }
        return policy
    }

    /// Pins or unpins now and then a customer whom there is.
    private static func pin(
        _ customer: String?, _ id: String, _ policy: Policy, _ run: inout EngineRun, _ random: inout SeededRandom
    ) {
        guard let now = run.engine.clock, let customer, random.chance(0.4),
            run.engine.report(on: Array(customer.utf8), at: now) != nil
        else { return }
        run.apply([.command(now, customer, id, command(policy, at: now, &random))])
    }

    private static func command(
        _ policy: Policy, at now: EventTime, _ random: inout SeededRandom
    ) -> ScriptedCommand {
        if random.chance(0.3) { return .unpin }
        let until = random.chance(0.5) ? now + .days(1 + random.below(120)) : nil
        return .pin(random.pick(policy.tiers.map(\.name)), random.pick(TierPin.Mode.allCases), until: until)
    }

    /// Without their numbers: a pin is said.
    private static func moves(of customer: String, _ run: borrowing EngineRun) -> [EngineRun.TierMove] {
        (run.said[customer]?.tiers ?? []).map { move in
            var move = move
            move.sequence = 0
            return move
        }
    }
}
