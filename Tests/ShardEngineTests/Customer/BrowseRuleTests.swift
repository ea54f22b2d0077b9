import Scoring
import ShardEngine
import TestSupport
import Testing

@Suite struct BrowseRuleTests {
    private let policy = Policies.spend(
        more: [
            Measure(.browse(.pageViewed), windowDays: 1), Measure(.browse(nil), windowDays: 7),
            Measure(.sessions, windowDays: 7), Measure(.dwellSeconds, windowDays: 7),
            Measure(.browse(.cartAdded), windowDays: 60),
        ])

    @Test func `a day of more than 255 events of a kind is counted in full`() {
        var run = EngineRun(policy)
        let events = (0..<1_000).map { number in
            let type: BrowseType = number % 5 == 0 ? .cartAdded : .pageViewed
            let time = Policies.hours(Double(number) / 100)
            return ScriptedEvent.browse(time, "a", "\(number)", type, session: UInt64(number / 2 + 1))
        }
        run.apply(events)
        #expect(run.measure(1, of: "a", at: Policies.hours(10)) == 800)
        #expect(run.measure(2, of: "a", at: Policies.hours(10)) == 1_000)
        #expect(run.measure(3, of: "a", at: Policies.hours(10)) == 500)
        #expect(run.measure(5, of: "a", at: Policies.hours(10)) == 200)
    }

    @Test func `dwell beyond 32 bits of milliseconds is counted in full`() {
        var run = EngineRun(policy)
        run.apply((0..<120).map { .browse(Policies.start, "a", "\($0)", .pageViewed, dwell: BrowseEvent.maximumDwell) })
        #expect(run.measure(4, of: "a", at: Policies.hours(1)) == 10_368_000)
    }

    @Test func `a day's dwell passes what three bytes hold to the millisecond`() {
        var run = EngineRun(policy)
        // 2^24 milliseconds are 279.6 minutes.
        for minute in 1...300 {
            let type: BrowseType = minute % 3 == 0 ? .cartAdded : .pageViewed
            run.apply([.browse(Policies.start, "a", "\(minute)", type, dwell: 60_001)])
            #expect(run.measure(4, of: "a", at: Policies.hours(1)) == Double(minute * 60_001) / 1000)
        }
    }

    @Test func `late visits go to their own day`() {
        var run = EngineRun(policy)
        run.apply([.browse(Policies.days(10), "a", "1", .cartAdded)])
        for late in [3.0, 9, 1, 3.2, 9.9] {
            run.apply([.browse(Policies.days(late), "a", "\(late)", .cartAdded)])
        }
        #expect(run.measure(5, of: "a", at: Policies.days(10)) == 6)
        #expect(run.measure(2, of: "a", at: Policies.days(10)) == 3)
        // Day by day they leave.
        #expect(run.measure(5, of: "a", at: Policies.days(61.5)) == 5)
        #expect(run.measure(5, of: "a", at: Policies.days(63.5)) == 3)
        #expect(run.measure(5, of: "a", at: Policies.days(71)) == 0)
    }

    @Test(arguments: 0..<40) func `counts agree with a plain list`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var run = EngineRun(policy)
        var seen: [(day: Int32, type: BrowseType, dwell: Int)] = []
        var clock = 0.0
        for number in 0..<400 {
            clock += random.chance(0.1) ? random.double(0...9) : random.double(0...0.05)
            let time = Policies.days(random.chance(0.2) ? max(0, clock - random.double(0...50)) : clock)
            let (type, dwell) = (random.pick(BrowseType.allCases), random.chance(0.3) ? 0 : random.below(100_000))
            run.apply([.browse(time, "a", "\(number)", type, dwell: UInt32(dwell))])
            seen.append((ZoneCalendar.utc.day(of: time).value, type, dwell))
            if random.chance(0.05) { run.engine.tidy() }
        }
        let today = ZoneCalendar.utc.day(of: Policies.days(clock)).value
        func count(_ days: Int32, _ type: BrowseType?) -> Double {
            Double(seen.count { today - $0.day < days && (type == nil || $0.type == type) })
        }
        #expect(run.rejections.isEmpty)
        let now = Policies.days(clock)
        #expect(run.measure(1, of: "a", at: now) == count(1, .pageViewed), "seed \(seed)")
        #expect(run.measure(2, of: "a", at: now) == count(7, nil), "seed \(seed)")
        #expect(run.measure(5, of: "a", at: now) == count(60, .cartAdded), "seed \(seed)")
        let dwell = seen.filter { today - $0.day < 7 }.reduce(0) { $0 + $1.dwell }
        #expect(run.measure(4, of: "a", at: now) == Double(dwell) / 1000, "seed \(seed)")
    }
}
