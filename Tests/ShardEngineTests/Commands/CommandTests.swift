import Scoring
import ShardEngine
import TestSupport
import Testing

@Suite struct CommandTests {
    // MARK: Pins

    @Test func `an exact pin moves at once, holds against every rule, and lets go into what was earned`() {
        var run = EngineRun(Policies.spend())
        run.apply([.order(Policies.start, "a", "1", .completed, 20_000)])
        run.apply([.command(Policies.days(1), "a", "p", .pin("gold", .exact, until: Policies.days(50)))])
        let pins = run.outputs.compactMap { output in
            if case .tierChange(let change) = output { change.pin } else { nil }
        }
        #expect(pins.map { $0.reason?.length } == [9])
        run.apply([.order(Policies.days(2), "a", "2", .completed, 1_000_000)])
        run.wait(until: Policies.days(49))
        #expect(run.tiers(of: "a") == [1, 2])
        run.wait(until: Policies.days(51))
        let moves = run.said["a"]?.tiers ?? []
        #expect(moves.map(\.to) == [1, 2, 0])
        #expect(moves.map(\.reason) == [.firstSeen, .pinned, .pinEnded])
        #expect(moves.map(\.direction) == [.entry, .pin, .pin])
        #expect(moves.last?.at == Policies.days(50) && moves.last?.isByTime == true)
    }

    @Test func `a floor lets rise and fall above it`() {
        var run = EngineRun(Policies.spend())
        run.apply([.command(Policies.start, "a", "p", .pin("silver", .floor, until: nil))])
        run.apply([.order(Policies.days(1), "a", "1", .completed, 60_000)])
        run.wait(until: Policies.days(400))
        #expect(run.tiers(of: "a") == [1, 2, 1])
        run.apply([.command(Policies.days(401), "a", "u", .unpin)])
        #expect(run.tiers(of: "a") == [1, 2, 1, 0] && run.said["a"]?.tiers.last?.reason == .pinEnded)
        run.apply([.command(Policies.days(402), "a", "u2", .unpin)])
        #expect(run.tiers(of: "a") == [1, 2, 1, 0])
    }

    @Test func `a ceiling holds down, and what was earned comes when it ends`() {
        var run = EngineRun(Policies.spend(windowDays: nil))
        run.apply([.command(Policies.start, "a", "p", .pin("silver", .ceiling, until: Policies.days(10)))])
        run.apply([.order(Policies.days(1), "a", "1", .completed, 60_000)])
        run.wait(until: Policies.days(11))
        #expect(run.tiers(of: "a") == [0, 1, 2])
        #expect(run.said["a"]?.tiers.map(\.direction) == [.entry, .upgrade, .pin])
    }

    @Test func `a pin to no tier of the policy, or into the past, is refused and touches nobody`() {
        var run = EngineRun(Policies.spend())
        run.apply([.command(Policies.start, "a", "p", .pin("diamond", .exact, until: nil))])
        run.apply([.command(Policies.start, "a", "q", .pin("gold", .exact, until: Policies.hours(-1)))])
        #expect(run.rejections.map(\.reason) == [.invalidValue, .tooLate] && run.engine.customerCount == 0)
    }

    @Test func `pins and tags survive a snapshot`() throws {
        var run = EngineRun(Policies.spend())
        run.apply([
            .command(Policies.start, "a", "p", .pin("gold", .exact, until: Policies.days(5))),
            .command(Policies.start, "a", "t", .tag("vip")), .command(Policies.start, "a", "s", .set("city", "Köln")),
        ])
        var restored = try run.restored()
        restored.wait(until: Policies.days(6))
        #expect(restored.tiers(of: "a") == [0])
        let images = try run.images()
        let image = try #require(images.first)
        #expect(image.annex.tags == [Array("vip".utf8)] && image.annex.attributes.map(\.name) == [Array("city".utf8)])
        #expect(image.annex.pin?.by == Array("ops".utf8))
    }

    @Test func `the order of tags and attributes leaves no trace, and unset ones are gone`() throws {
        let commands: [ScriptedCommand] = [.tag("b"), .tag("a"), .set("x", "1"), .set("y", "2"), .tag("a")]
        let annexes = try [commands, commands.reversed()].map { commands in
            var run = EngineRun(Policies.spend())
            for (index, command) in commands.enumerated() {
                run.apply([.command(Policies.start, "a", "\(index)", command)])
            }
            let images = try run.images()
            return try #require(images.first).annex
        }
        #expect(annexes[0] == annexes[1] && annexes[0].tags.count == 2)
        var run = EngineRun(Policies.spend())
        run.apply([.command(Policies.start, "a", "1", .tag("x")), .command(Policies.start, "a", "2", .untag("x"))])
        let images = try run.images()
        #expect(images.first?.annex == CustomerAnnex())
    }

    @Test func `a floor at the lowest tier asks for nothing and ends the pin before it`() {
        var run = EngineRun(Policies.spend(grace: .days(20)))
        run.apply([.order(Policies.start, "a", "1", .completed, 60_000)])
        run.wait(until: Policies.days(31))
        run.apply([.command(Policies.days(32), "a", "f", .pin("base", .floor, until: nil))])
        #expect(run.tiers(of: "a") == [2])
        run.apply([.command(Policies.days(33), "a", "g", .pin("gold", .floor, until: nil))])
        run.apply([.command(Policies.days(34), "a", "h", .pin("base", .floor, until: nil))])
        // The grace period has gone on beside it.
        #expect(run.tiers(of: "a") == [2])
        run.wait(until: Policies.days(51))
        #expect(run.tiers(of: "a") == [2, 0] && run.said["a"]?.tiers.last?.reason == .graceEnded)
    }

    // MARK: Erasure

    @Test func `erasing forgets, refuses what is older and what comes in the block, and begins anew after it`() throws {
        var run = EngineRun(Policies.spend())
        run.apply([.order(Policies.start, "a", "1", .completed, 60_000)])
        run.apply([.command(Policies.days(1), "a", "e", .erase(blockFor: .days(10)))])
        #expect(run.said["a"]?.erasedAt == [Policies.days(1)])
        #expect(run.engine.report(on: Array("a".utf8), at: Policies.days(1)) == nil)
        run.apply([.order(Policies.hours(1), "a", "late", .completed, 60_000)])
        run.apply([.order(Policies.days(5), "a", "soon", .completed, 60_000)])
        #expect(run.rejections.map(\.reason) == [.erased, .erased])
        run.wait(until: Policies.days(60))
        #expect(run.tiers(of: "a") == [2])
        run.apply([.order(Policies.days(61), "a", "1", .completed, 20_000)])
        let moves = run.said["a"]?.tiers ?? []
        #expect(moves.map(\.to) == [2, 1] && moves.last?.sequence == 2 && moves.last?.direction == .entry)
        #expect(run.engine.customerCount == 1)
    }

    @Test func `nothing of an erased customer is in the snapshot, not even the id`() throws {
        var run = EngineRun(Policies.spend())
        run.apply([.order(Policies.start, "somebody@example.com", "1", .completed, 60_000)])
        run.apply([.browse(Policies.hours(1), "somebody@example.com", "b", .productViewed, session: 3, dwell: 5)])
        run.apply([.command(Policies.days(1), "somebody@example.com", "e", .erase(blockFor: .days(10)))])
        let bytes = run.engine.captureAll().images.bytes
        #expect(!String(decoding: bytes, as: UTF8.self).contains("somebody"))
        var restored = try run.restored()
        restored.apply([.order(Policies.days(2), "somebody@example.com", "2", .completed, 60_000)])
        #expect(restored.rejections.map(\.reason) == [.erased])
        restored.apply([.order(Policies.days(20), "somebody@example.com", "3", .completed, 60_000)])
        #expect(restored.tiers(of: "somebody@example.com") == [2])
    }

    @Test func `a former id is forgotten together with the customer`() throws {
        var run = EngineRun(Policies.spend())
        for name in ["first", "second", "third"] { run.apply([.order(Policies.start, name, name, .completed, 10_000)]) }
        run.apply([.command(Policies.days(1), "second", "m", .merge("first"))])
        run.apply([.command(Policies.days(1), "third", "n", .merge("second"))])
        run.apply([.command(Policies.days(2), "third", "e", .erase(blockFor: .days(5)))])
        let text = String(decoding: run.engine.captureAll().images.bytes, as: UTF8.self)
        #expect(["first", "second", "third"].allSatisfy { !text.contains($0) })
        run.apply([.order(Policies.days(3), "first", "x", .completed, 10_000)])
        #expect(run.rejections.map(\.reason) == [.erased])
        run.apply([.order(Policies.days(9), "first", "y", .completed, 10_000)])
        #expect(run.tiers(of: "first") == [1, 1] && run.tiers(of: "third") == [1])
    }

    @Test func `who was never seen can be blocked all the same`() {
        var run = EngineRun(Policies.spend())
        run.apply([.command(Policies.start, "a", "e", .erase(blockFor: .days(1)))])
        run.apply([.order(Policies.hours(2), "a", "1", .completed, 60_000)])
        #expect(run.rejections.map(\.reason) == [.erased] && run.tiers(of: "a").isEmpty)
    }

    // MARK: Merging

    @Test func `merging sums the windows, keeps the higher tier and follows the former id`() {
        var run = EngineRun(Policies.spend())
        run.apply([.order(Policies.start, "a", "1", .completed, 30_000)])
        run.apply([.order(Policies.start, "b", "2", .completed, 25_000)])
        run.apply([.command(Policies.days(1), "a", "m", .merge("b"))])
        #expect(run.measure(0, of: "a", at: Policies.days(1)) == 550)
        #expect(run.tiers(of: "a") == [1, 2] && run.said["b"]?.erasedAt == [Policies.days(1)])
        run.apply([.order(Policies.days(2), "b", "3", .completed, 1_000)])
        #expect(run.measure(0, of: "a", at: Policies.days(2)) == 560)
        #expect(run.measure(0, of: "b", at: Policies.days(2)) == 560)
        #expect(run.tiers(of: "b") == [1])
    }

    @Test func `merging is idempotent, and an order that both have counts once`() {
        var run = EngineRun(Policies.spend())
        run.apply([
            .order(Policies.start, "a", "1", .completed, 30_000), .order(Policies.start, "b", "1", .completed, 30_000),
        ])
        for index in 0..<3 { run.apply([.command(Policies.days(1), "a", "m\(index)", .merge("b"))]) }
        #expect(run.measure(0, of: "a", at: Policies.days(1)) == 300)
        #expect(run.rejections.isEmpty && run.said["b"]?.erasedAt.count == 1)
        run.apply([.command(Policies.days(1), "a", "x", .merge("nobody"))])
        run.apply([.command(Policies.days(1), "a", "y", .merge("a"))])
        #expect(run.rejections.map(\.reason) == [.unknownCustomer, .invalidValue])
    }

    @Test func `a merged customer keeps the higher tier that the sum alone would not give`() {
        var run = EngineRun(Policies.spend(grace: .days(20)))
        run.apply([.order(Policies.start, "b", "1", .completed, 60_000)])
        run.apply([.order(Policies.days(31), "a", "2", .completed, 100)])
        run.apply([.command(Policies.days(32), "a", "m", .merge("b"))])
        #expect(run.tiers(of: "a") == [0, 2] && run.said["a"]?.tiers.last?.reason == .merged)
        run.wait(until: Policies.days(60))
        #expect(run.tiers(of: "a") == [0, 2, 0])
    }

    @Test func `who is first heard of by a merge enters with the other's tier, and a pin comes along`() {
        var run = EngineRun(Policies.spend(grace: .days(20)))
        run.apply([.order(Policies.start, "guest", "1", .completed, 60_000)])
        run.wait(until: Policies.days(31))
        run.apply([.command(Policies.days(32), "user", "m", .merge("guest"))])
        let entry = run.said["user"]?.tiers.first
        #expect(entry?.to == 2 && entry?.direction == .entry && entry?.reason == .merged)
        run.apply([.order(Policies.days(40), "other", "2", .completed, 60_000)])
        run.apply([.command(Policies.days(40), "pinned", "p", .pin("silver", .ceiling, until: nil))])
        run.apply([.command(Policies.days(41), "other", "n", .merge("pinned"))])
        #expect(run.tiers(of: "other") == [2, 1] && run.said["other"]?.tiers.last?.reason == .pinned)
    }

    @Test func `a chain of merges of any length leads to the customer`() {
        var run = EngineRun(Policies.spend())
        for index in 0..<100 { run.apply([.order(Policies.start, "c\(index)", "\(index)", .completed, 100)]) }
        for index in 0..<99 {
            run.apply([.command(Policies.hours(1), "c\(index + 1)", "m\(index)", .merge("c\(index)"))])
        }
        run.apply([.order(Policies.hours(2), "c0", "last", .completed, 100)])
        #expect(run.measure(0, of: "c99", at: Policies.hours(2)) == 101)
    }

    @Test func `a policy that looks further back neither counts again what was folded, nor breaks the snapshot`() throws
    {
        var run = EngineRun(Policies.spend(windowDays: 30, orderDays: 30))
        run.apply([.order(Policies.start, "a", "1", .completed, 10_000)])
        run.apply([.order(Policies.days(60), "a", "2", .completed, 10_000)])
        run.activate(Policies.spend(windowDays: 365, orderDays: 365))
        run.apply([.order(Policies.start, "a", "1", .completed, 10_000)])
        #expect(run.rejections.map(\.reason) == [.tooLate])
        run.apply([.order(Policies.hours(-1), "b", "3", .completed, 10_000)])
        run.apply([.command(Policies.days(60), "a", "m", .merge("b"))])
        var restored = try run.restored()
        #expect(restored.measure(0, of: "a", at: Policies.days(60)) == 100)
    }

    @Test(arguments: 0..<60) func `merging is commutative, and a snapshot in between changes nothing`(seed: Int) throws
    {
        var random = SeededRandom(seed: UInt64(seed))
        let policy = RandomPolicy.draw(&random)
        let history = RandomHistory.draw(&random, customers: 2, events: 60)
        let names = Set(history.batches.joined().map(\.customer)).sorted()
        try #require(names.count == 2)
        var reports: [CustomerReport] = []
        for (survivor, merged) in [(names[0], names[1]), (names[1], names[0])] {
            var run = EngineRun(policy)
            for batch in history.batches { run.apply(batch) }
            run.wait(until: history.end)
            run.apply([.command(history.end, survivor, "merge", .merge(merged))])
            var restored = try run.restored()
            let found = run.engine.report(on: Array(survivor.utf8), at: history.end)
            let foundAgain = restored.engine.report(on: Array(merged.utf8), at: history.end)
            let (report, again) = (try #require(found), try #require(foundAgain))
            #expect(report.measures == again.measures && report.tier == again.tier)
            reports.append(report)
        }
        for (left, right) in zip(reports[0].measures, reports[1].measures) {
            #expect(
                left == right || isClose(left ?? .nan, right ?? .nan, relative: 1e-9, absolute: 1e-9), "seed \(seed)")
        }
        #expect(reports[0].tier == reports[1].tier, "seed \(seed)")
    }

    @Test(arguments: 0..<40) func `commands among events replay the same from a snapshot at any moment`(seed: Int)
        throws
    {
        var random = SeededRandom(seed: UInt64(seed) + 1_000)
        let history = RandomHistory.draw(&random, customers: 3, events: 50)
        let names = Set(history.batches.joined().map(\.customer)).sorted()
        var run = EngineRun(Policies.spend(grace: .days(3)))
        for (index, batch) in history.batches.enumerated() {
            run.apply(batch)
            guard let time = batch.map(\.time).max(), random.chance(0.3) else { continue }
            let command = random.pick([
                ScriptedCommand.erase(blockFor: random.chance(0.5) ? .days(3) : nil), .unpin, .recompute, .tag("t"),
                .pin(random.pick(["base", "silver", "gold"]), random.pick(TierPin.Mode.allCases), until: nil),
                .merge(random.pick(names)),
            ])
            run.apply([.command(time, random.pick(names), "c\(index)", command)])
        }
        var restored = try run.restored()
        run.forget()
        run.wait(until: history.end)
        restored.wait(until: history.end)
        #expect(run.engine.digest == restored.engine.digest && run.said == restored.said, "seed \(seed)")
    }
}
