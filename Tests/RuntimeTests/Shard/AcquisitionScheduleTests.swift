import Runtime
import Scoring
import ShardEngine
import TestSupport
import Testing

struct AcquisitionScheduleTests {
    private func shop(customers: Int) throws -> ProfileRun {
        var run = ProfileRun(try PolicyFile.parse(text: SamplePolicy.shortest + "profiles: {}\n", file: "f"))
        let time = EventTime(milliseconds: 1_768_900_000_000)
        run.apply((0..<customers).map { .order(time, "o-\($0)", of: "c-\($0)") { $0.channel = "ads" } })
        return run
    }

    @Test func `channels are counted in portions, and again a minute after the last count`() throws {
        let run = try shop(customers: 2 * AcquisitionSchedule.portion + 1)
        var schedule = AcquisitionSchedule()
        let counts = (0..<3).map { schedule.step(run.engine, at: Double($0)).channels?.map(\.customers) }
        #expect(counts == [nil, nil, [2 * AcquisitionSchedule.portion + 1]])
        let early = schedule.step(run.engine, at: 2 + AcquisitionSchedule.pauseSeconds - 1)
        #expect(early.worked == false && early.channels == nil)
        let due = schedule.step(run.engine, at: 2 + AcquisitionSchedule.pauseSeconds)
        #expect(due.worked && due.channels == nil)
    }

    @Test func `a shard without customers is counted at once`() throws {
        var schedule = AcquisitionSchedule()
        let run = try shop(customers: 0)
        #expect(schedule.step(run.engine, at: 0).channels?.isEmpty == true)
    }
}
