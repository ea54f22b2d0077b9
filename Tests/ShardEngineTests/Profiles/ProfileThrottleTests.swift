import Scoring
import ShardEngine
import TestSupport
import Testing

@Suite struct ProfileThrottleTests {
    private func times(_ run: borrowing ProfileRun, _ customer: String = "ann") -> [Int64] {
        run.published.filter { $0.customer == customer }.map { $0.at.milliseconds - Policies.start.milliseconds }
    }

    private func minutes(_ count: Int) -> EventTime {
        EventTime(milliseconds: Policies.start.milliseconds + Int64(count) * 60_000)
    }

    @Test func `an order is told at once, more of them at the end of the interval, and the last state comes out`()
        throws
    {
        var run = ProfileRun(Policies.profiled())
        run.apply([.order(minutes(0), "o-1"), .order(minutes(10), "o-2"), .order(minutes(20), "o-3")])
        #expect(times(run) == [0])
        run.wait(until: Policies.hours(20))
        #expect(times(run) == [0, 3_600_000])
        #expect(run.published.map(\.isByTime) == [false, true])
        #expect(run.published.last?.profile.evidence.purchases?.orders == 3)
    }

    @Test func `browsing is told after a day, together with what it led to`() {
        var run = ProfileRun(Policies.profiled())
        run.apply([.browse(minutes(0), "b-1"), .browse(minutes(30), "b-2")])
        run.wait(until: Policies.hours(23))
        #expect(times(run) == [])
        run.wait(until: Policies.days(5))
        #expect(times(run) == [86_400_000])
        #expect(run.published.last?.profile.evidence.browsing?.views == 2)
    }

    @Test func `an order after browsing leaves nothing to be told`() {
        var run = ProfileRun(Policies.profiled())
        run.apply([.browse(minutes(0), "b-1"), .order(minutes(5), "o-1")])
        run.wait(until: Policies.hours(30))
        #expect(times(run) == [300_000])
    }

    @Test func `a change that time brings is told at once`() throws {
        var run = ProfileRun(Policies.profiled())
        run.apply([.order(minutes(0), "o-1") { $0.total = 20_000 }])
        run.wait(until: Policies.days(40))
        // The spend of 30 days: the tier falls on the thirtieth midnight.
        let last = try #require(run.published.last)
        #expect(last.isByTime && last.profile.tier == 0)
        #expect(run.published.first?.profile.tier == 1)
    }

    @Test func `never more than one in an interval, whatever happens`() throws {
        var random = SeededRandom(seed: 11)
        var run = ProfileRun(Policies.profiled())
        var time = Policies.start
        var last: [String: EventTime] = [:]
        for index in 0..<4_000 {
            time = EventTime(milliseconds: time.milliseconds + Int64(random.below(900_000)))
            let customer = "c-\(random.below(12))"
            last[customer] = time
            switch random.below(4) {
            case 0: run.apply([.order(time, "e-\(index)", of: customer) { $0.categories = ["a"] }])
            case 1: run.apply([.feedback(time, "e-\(index)", of: customer) { $0.score = 5_000 }])
            default: run.apply([.browse(time, "e-\(index)", of: customer) { $0.category = "b" }])
            }
        }
        run.wait(until: EventTime(milliseconds: time.milliseconds + 90_000_000))
        for (customer, lastEvent) in last {
            let times = run.published.filter { $0.customer == customer }.map(\.at)
            for (earlier, later) in zip(times, times.dropFirst()) {
                #expect(later.milliseconds - earlier.milliseconds >= 3_600_000)
            }
            let latest = try #require(times.last)
            #expect(latest >= lastEvent, "the last state of \(customer) is out")
        }
    }

    @Test func `a back-fill gives every customer one profile when it has caught up`() {
        var run = ProfileRun(Policies.profiled(catchUp: .days(1)))
        let now = Policies.days(400)
        let history = (0..<200).map { index in
            ShopEvent.order(Policies.days(Double(index)), "o-\(index)", of: "c-\(index % 5)")
        }
        run.apply(history, wallClock: now)
        #expect(run.published.isEmpty)
        run.apply([.browse(Policies.days(399.5), "b", of: "someone")], wallClock: now)
        let customers = run.published.map(\.customer).sorted()
        #expect(customers == ["c-0", "c-1", "c-2", "c-3", "c-4"])
        let (all, fourth) = (run.published, run.published.first { $0.customer == "c-4" })
        #expect(all.allSatisfy { $0.at == Policies.days(399) && $0.isByTime })
        #expect(fourth?.profile.evidence.purchases?.orders == 40)
        run.apply([.order(Policies.days(400), "o-x", of: "c-0")], wallClock: now)
        // At the midnight before, the order of day 35 has left the year.
        let (midnight, order): (Int64, Int64) = (399 * 86_400_000 + 53_600_000, 400 * 86_400_000)
        let last = Array(times(run, "c-0").suffix(2))
        #expect(last == [midnight, order])
    }

    @Test func `whoever is known from a placed order alone is told of once`() {
        var run = ProfileRun(Policies.profiled())
        run.apply([.order(minutes(0), "o-1") { $0.type = .placed }, .order(minutes(5), "o-2") { $0.type = .placed }])
        run.wait(until: Policies.days(400))
        #expect(times(run) == [0])
        #expect(run.published.map { RFM($0.profile.evidence.purchases, RFMRule()).group } == [.prospects])
    }

    @Test func `a policy that begins to publish profiles tells of everybody`() {
        var run = ProfileRun(Policies.spend())
        run.apply((0..<3).map { .order(minutes($0), "o-\($0)", of: "c-\($0)") { $0.total = 500 } })
        var policy = Policies.profiled()
        policy.hash = "another"
        run.activate(policy, wallClock: minutes(10))
        #expect(run.published.map(\.customer).sorted() == ["c-0", "c-1", "c-2"])
    }

    @Test func `a tick catches up as well`() {
        var run = ProfileRun(Policies.profiled(catchUp: .days(1)))
        run.apply([.order(Policies.start, "o-1")], wallClock: Policies.days(400))
        run.wait(until: Policies.days(400))
        #expect(times(run) == [399 * 86_400_000])
    }

    @Test func `a change of policy amid a back-fill publishes nothing before its time either`() {
        var run = ProfileRun(Policies.profiled(catchUp: .days(1)))
        let now = Policies.days(400)
        run.apply((0..<5).map { .order(Policies.days(Double($0)), "o-\($0)", of: "c-\($0)") }, wallClock: now)
        var policy = Policies.profiled(catchUp: .days(1))
        policy.hash = "another"
        run.activate(policy, wallClock: now)
        #expect(run.published.isEmpty && run.engine.retiering == nil)
        run.wait(until: now)
        #expect(run.published.map(\.customer).sorted() == (0..<5).map { "c-\($0)" })
        #expect(run.published.allSatisfy { $0.at == Policies.days(399) })
    }

    @Test func `without profiles nothing is kept and nothing is told`() {
        var run = ProfileRun(Policies.spend())
        run.apply([
            .browse(Policies.start, "b") { $0.category = "a" },
            .order(Policies.hours(1), "o") { $0.categories = ["a"] },
        ])
        run.wait(until: Policies.days(3))
        #expect(run.published.isEmpty)
        let shown = run.profile(at: Policies.days(3))
        #expect(shown == nil)
    }
}
