import Scoring
import Simulation
import Testing

@Suite struct SimulatedClockTests {
    @Test func `appointments are kept in the order of time, then of making`() {
        let clock = SimulatedClock()
        var kept: [String] = []
        clock.schedule(after: .seconds(2)) { kept.append("late") }
        clock.schedule(after: .seconds(1)) { kept.append("first") }
        clock.schedule(after: .seconds(1)) { kept.append("second") }
        clock.run(for: .seconds(5))
        #expect(kept == ["first", "second", "late"])
        #expect(clock.now == VirtualTime(milliseconds: 5_000))
    }

    @Test func `an appointment made while one is kept comes in its turn`() {
        let clock = SimulatedClock()
        var times: [Int64] = []
        clock.schedule(after: .seconds(1)) {
            clock.schedule(after: .seconds(1)) { times.append(clock.now.milliseconds) }
        }
        clock.schedule(after: .seconds(3)) { times.append(clock.now.milliseconds) }
        clock.run(for: .seconds(3))
        #expect(times == [2_000, 3_000])
    }

    @Test func `a cancelled appointment is not kept`() {
        let clock = SimulatedClock()
        var isKept = false
        clock.cancel(clock.schedule(after: .seconds(1)) { isKept = true })
        clock.run(for: .seconds(2))
        #expect(!isKept)
    }

    @Test func `waiting for what never happens ends at the limit`() {
        let clock = SimulatedClock()
        var count = 0
        func again() {
            count += 1
            clock.schedule(after: .seconds(1), again)
        }
        again()
        #expect(!clock.run(within: .seconds(10)) { count > 100 })
        #expect(clock.run(within: .seconds(10)) { count > 12 })
    }

    @Test func `a host's date runs at its rate and jumps when it is set`() {
        var host = HostClock(start: EventTime(milliseconds: 1_000_000), rate: 60)
        let later = VirtualTime(milliseconds: 1_000)
        #expect(host.date(at: later) == EventTime(milliseconds: 1_060_000))
        host.jump(by: .milliseconds(-70_000))
        #expect(host.date(at: later) == EventTime(milliseconds: 990_000))
    }

    @Test func `a trace keeps the last lines and digests all`() {
        let clock = SimulatedClock()
        let trace = SimulationTrace(clock, capacity: 2)
        let other = SimulationTrace(clock, capacity: 2)
        for line in ["one", "two", "three"] { trace.note("actor", line) }
        for line in ["none", "two", "three"] { other.note("actor", line) }
        #expect(trace.lines == ["0.000 actor: two", "0.000 actor: three"])
        #expect(trace.lines == other.lines)
        #expect(trace.digest != other.digest)
        #expect(trace.report(seed: 7).hasPrefix("seed 7; the last 2 of 3 lines:\n0.000 actor: two"))
    }
}
