import Scoring
import ShardEngine
import TestSupport
import Testing

/// A replay equals what was live, however the events were cut into batches.
///
/// True of events that come in the order in which a batch would put them; an event that is late is late only if what came
/// before it was in an earlier batch. A limit on deadlines delays some customers' words beyond other customers', so that
/// the digest, which folds everybody's decisions in turn, is the same only without one; each customer's own are the same.
@Suite struct BatchingTests {
    @Test(arguments: 0..<120) func `other batches give the same words, state and digest`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let policy = RandomPolicy.draw(&random)
        let history = RandomHistory.draw(&random, customers: 4, events: 80, isInOrder: true)
        let events = Self.inOrder(history.events)
        var live = EngineRun(policy)
        for event in events { live.apply([event]) }
        live.wait(until: history.end)
        let images = live.engine.captureAll().images.bytes
        for _ in 0..<3 {
            var replay = EngineRun(policy)
            for batch in Self.cut(events, &random) {
                replay.apply(batch)
                if random.chance(0.3) { replay.engine.tidy() }
            }
            replay.wait(until: history.end)
            #expect(replay.said == live.said && replay.order == live.order, "seed \(seed)")
            #expect(replay.engine.digest == live.engine.digest, "seed \(seed)")
            #expect(replay.engine.captureAll().images.bytes == images, "seed \(seed)")
        }
    }

    @Test(arguments: 0..<120) func `a limit on deadlines changes nobody's own words`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let policy = RandomPolicy.draw(&random)
        let history = RandomHistory.draw(&random, customers: 4, events: 80, isInOrder: true)
        let events = Self.inOrder(history.events)
        var live = EngineRun(policy)
        for event in events { live.apply([event]) }
        live.wait(until: history.end)
        for limit in [0, 1, 3] {
            var replay = EngineRun(policy)
            for batch in Self.cut(events, &random) { replay.apply(batch, deadlineLimit: limit) }
            replay.wait(until: history.end, limit: limit + 1)
            #expect(replay.said == live.said, "seed \(seed), limit \(limit)")
            #expect(replay.rejections == live.rejections, "seed \(seed), limit \(limit)")
        }
    }

    @Test(arguments: 0..<120) func `the same batches with late events among them give the same bytes again`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let policy = RandomPolicy.draw(&random)
        let history = RandomHistory.draw(&random, customers: 4, events: 80)
        let limits = history.batches.map { _ in random.pick([0, 1, .max]) }
        var runs: [(pages: [String], digest: UInt64)] = []
        for _ in 0..<2 {
            var run = TranscribedRun(ShardEngine(policy: policy))
            for (batch, limit) in zip(history.batches, limits) { run.apply(batch, deadlineLimit: limit) }
            run.wait(until: history.end)
            runs.append((run.pages, run.engine.digest))
        }
        #expect(runs[0].pages == runs[1].pages && runs[0].digest == runs[1].digest, "seed \(seed)")
    }

    /// By time and then input, as a batch is sorted.
    private static func inOrder(_ events: [ScriptedEvent]) -> [ScriptedEvent] {
        events.enumerated().sorted {
            ($0.element.time, $0.element.input.rawValue, $0.offset) < (
                $1.element.time, $1.element.input.rawValue, $1.offset
            )
        }.map(\.element)
    }

    private static func cut(_ events: [ScriptedEvent], _ random: inout SeededRandom) -> [[ScriptedEvent]] {
        var batches: [[ScriptedEvent]] = []
        var rest = events[...]
        while !rest.isEmpty {
            let size = 1 + random.below(random.chance(0.2) ? 60 : 6)
            batches.append(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        return batches
    }
}
