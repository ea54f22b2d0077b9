import Scoring
import ShardEngine
import TestSupport
import Testing

/// Properties of the whole state machine over random policies and histories.
@Suite struct ShardEngineTests {
    private func play(
        _ policy: Policy, _ batches: [[ScriptedEvent]], until end: EventTime, limit: Int = .max, tidy: Bool = false
    ) -> (said: [String: EngineRun.Said], rejections: [EngineRun.Refusal]) {
        var run = EngineRun(policy)
        for batch in batches {
            run.apply(batch, deadlineLimit: limit)
            if tidy { run.engine.tidy() }
        }
        run.wait(until: end, limit: limit == 0 ? 7 : limit)
        return (run.said, run.rejections)
    }

    private func cut(_ events: [ScriptedEvent], _ random: inout SeededRandom) -> [[ScriptedEvent]] {
        var (batches, rest) = ([[ScriptedEvent]](), events[...])
        while !rest.isEmpty {
            let size = 1 + random.below(30)
            batches.append(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        return batches
    }

    @Test(arguments: 0..<60) func `batches can be cut anywhere`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let policy = RandomPolicy.draw(&random)
        let history = RandomHistory.draw(&random, customers: 5, events: 150, isInOrder: true)
        let whole = play(policy, [sorted(history.events)], until: history.end)
        for _ in 0..<3 {
            let parts = play(policy, cut(sorted(history.events), &random), until: history.end)
            #expect(parts.said == whole.said && parts.rejections == whole.rejections, "seed \(seed)")
        }
    }

    /// In the order of application, so that cutting changes nothing but the cuts.
    private func sorted(_ events: [ScriptedEvent]) -> [ScriptedEvent] {
        events.enumerated().sorted {
            ($0.element.time.milliseconds, $0.element.input.rawValue, $0.offset)
                < ($1.element.time.milliseconds, $1.element.input.rawValue, $1.offset)
        }.map(\.element)
    }

    @Test(arguments: 0..<60) func `however few deadlines a batch may fire, each customer hears the same`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed) &+ 100)
        let policy = RandomPolicy.draw(&random)
        let history = RandomHistory.draw(&random, customers: 6, events: 150)
        let free = play(policy, history.batches, until: history.end)
        for limit in [0, 1, 3] {
            let bounded = play(policy, history.batches, until: history.end, limit: limit)
            #expect(bounded.said == free.said && bounded.rejections == free.rejections, "seed \(seed), limit \(limit)")
        }
    }

    @Test(arguments: 0..<60) func `what is said of a customer does not depend on the others`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed) &+ 200)
        let policy = RandomPolicy.draw(&random)
        let history = RandomHistory.draw(&random, customers: 5, events: 150, isInOrder: true)
        let events = sorted(history.events)
        let together = play(policy, cut(events, &random), until: history.end)
        for customer in together.said.keys {
            let own = events.filter { $0.customer == customer }
            let alone = play(policy, [own], until: history.end)
            #expect(alone.said[customer] == together.said[customer], "seed \(seed), \(customer)")
        }
    }

    @Test(arguments: 0..<20) func `tidying memory is not visible`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed) &+ 300)
        let policy = RandomPolicy.draw(&random)
        let history = RandomHistory.draw(&random, customers: 5, events: 200)
        let tidied = play(policy, history.batches, until: history.end, tidy: true)
        let left = play(policy, history.batches, until: history.end)
        #expect(tidied.said == left.said && tidied.rejections == left.rejections, "seed \(seed)")
    }

    @Test func `memory is given back while thousands of customers grow`() {
        var tidied = grown(customers: 4_000, tidying: true)
        var left = grown(customers: 4_000, tidying: false)
        for customer in stride(from: 0, to: 4_000, by: 131) {
            let id = Array("customer-\(customer)".utf8)
            #expect(tidied.engine.report(on: id, at: Policies.days(59.5))?.measures == [0.2, 40])
            #expect(left.engine.report(on: id, at: Policies.days(59.5))?.measures == [0.2, 40])
        }
        let (with, without) = (tidied.engine.allocatedBytes, left.engine.allocatedBytes)
        #expect(Double(with) < 0.8 * Double(without), "\(with) of \(without) bytes")
    }

    /// Histories that grow day by day, all alike, leave blocks of every size behind.
    private func grown(customers: Int, tidying: Bool) -> EngineRun {
        var run = EngineRun(Policies.spend(windowDays: 365, more: [Measure(.browse(nil), windowDays: 60)]))
        for day in 0..<60 {
            let events = (0..<customers).map { customer in
                let time = Policies.hours(Double(day) * 24 + Double(customer) / 1_000)
                let (name, id) = ("customer-\(customer)", "\(day)")
                let type = BrowseType.allCases[(day + customer) % 12]
                return day % 3 == 0
                    ? ScriptedEvent.order(time, name, id, .completed, 1)
                    : .browse(time, name, id, type, session: UInt64(day + 1))
            }
            run.apply(events)
            if tidying { for _ in 0..<8 { run.engine.tidy() } }
        }
        return run
    }

    @Test func `an event is too far ahead only when it is ahead of both clocks`() {
        func refusals(_ wallClock: EventTime, _ events: [ScriptedEvent]) -> [Rejection.Reason] {
            var run = EngineRun(Policies.spend())
            for event in events { run.apply([event], wallClock: wallClock) }
            return run.rejections.map(\.reason)
        }
        let ahead = ScriptedEvent.browse(Policies.hours(2), "a", "1", .pageViewed)
        let now = ScriptedEvent.browse(Policies.hours(1.95), "a", "2", .pageViewed)
        #expect(refusals(Policies.hours(1), [ahead]) == [.tooFarAhead])
        #expect(refusals(Policies.hours(1.95), [ahead]) == [])
        // The wall is behind, but the shard has come as far: a time-lapse.
        #expect(refusals(Policies.hours(1.9), [now, ahead]) == [])
        #expect(refusals(Policies.hours(0), [now]) == [.tooFarAhead])
    }

    @Test func `times outside the calendar are refused, not trapped`() {
        var run = EngineRun(Policies.spend())
        for milliseconds in [Int64.min, -1, EventTime.outOfRange.milliseconds, Int64.max - 400_000_000] {
            run.apply([.browse(EventTime(milliseconds: milliseconds), "a", "1", .pageViewed)])
        }
        #expect(run.rejections.map(\.reason) == [.outOfRange, .outOfRange, .outOfRange, .outOfRange])
        run.apply([.browse(.earliest, "a", "1", .pageViewed)])
        run.apply([.browse(EventTime(milliseconds: EventTime.outOfRange.milliseconds - 1), "a", "1", .pageViewed)])
        run.wait(until: .outOfRange)
        #expect(run.rejections.count == 4)
    }

    @Test func `a wave of deadlines is worked off in order of deadline and slot`() {
        var run = EngineRun(Policies.spend())
        run.apply((0..<50).map { .order(Policies.hours(Double($0) / 100), "c-\($0)", "\($0)", .completed, 20_000) })
        run.wait(until: Policies.days(40), limit: 3)
        #expect(Array(run.order.suffix(50)) == (0..<50).map { "c-\($0)" })
        #expect((0..<50).allSatisfy { run.tiers(of: "c-\($0)") == [1, 0] })
    }
}
