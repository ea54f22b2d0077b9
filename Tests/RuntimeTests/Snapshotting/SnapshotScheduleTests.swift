import Runtime
import Testing

struct SnapshotScheduleTests {
    private static let rules = SnapshotRules(interval: 100, events: 1_000, keep: 3)

    /// Live at 0, with nothing replayed.
    private static func started(after published: UInt64? = nil) -> SnapshotSchedule {
        var schedule = SnapshotSchedule(rules)
        schedule.start(at: 0, replayed: 0, after: published)
        return schedule
    }

    @Test func `one is due after the interval, or after so many events`() {
        var schedule = Self.started()
        #expect(!schedule.isDue(at: 99, after: 5))
        #expect(schedule.isDue(at: 100, after: 5))
        schedule.count(1_000)
        #expect(schedule.isDue(at: 1, after: 5))
    }

    @Test func `none is due without an entry, or while nothing has happened since the last`() {
        let schedule = Self.started(after: 5)
        #expect(!schedule.isDue(at: 1_000, after: nil))
        #expect(!schedule.isDue(at: 1_000, after: 5))
        #expect(schedule.isDue(at: 1_000, after: 6))
    }

    @Test func `a long replay deserves one soon`() {
        var schedule = SnapshotSchedule(Self.rules)
        schedule.start(at: 50, replayed: 5_000, after: 1)
        #expect(schedule.isDue(at: 50, after: 2))
    }

    @Test func `without rules there are none`() {
        var schedule = SnapshotSchedule(nil)
        schedule.start(at: 0, replayed: 10_000, after: nil)
        #expect(!schedule.isEnabled && !schedule.isDue(at: 1e9, after: 3))
    }

    @Test func `it becomes visible only after its entry is committed`() {
        var schedule = Self.started()
        schedule.begin(after: 7)
        schedule.finish()
        #expect(!schedule.mayPublish(committed: 7), "still being written")
        schedule.finished()
        #expect(!schedule.mayPublish(committed: nil))
        #expect(!schedule.mayPublish(committed: 6))
        #expect(schedule.mayPublish(committed: 7))
        schedule.publish()
        #expect(!schedule.mayPublish(committed: 7), "once is enough")
        schedule.published(at: 40)
        #expect(schedule.published == 7 && schedule.stage == .resting)
        #expect(!schedule.isDue(at: 139, after: 8) && schedule.isDue(at: 140, after: 8))
    }

    @Test func `the engine is captured no faster than the store writes`() {
        var schedule = Self.started()
        #expect(!schedule.canCapture)
        schedule.begin(after: 1)
        for _ in 0..<SnapshotSchedule.portionsAhead { schedule.handedOver() }
        #expect(!schedule.canCapture)
        schedule.wrotePortion()
        #expect(schedule.canCapture)
    }

    @Test func `a failure is tried again soon, and what was published stays known`() {
        var schedule = Self.started(after: 2)
        schedule.begin(after: 3)
        schedule.handedOver()
        schedule.failed(at: 10)
        #expect(schedule.outstanding == 0 && schedule.published == 2)
        #expect(!schedule.isDue(at: 39, after: 3) && schedule.isDue(at: 40, after: 3))
    }

    @Test func `two are kept at least`() {
        #expect(SnapshotSchedule(SnapshotRules(keep: 1)).keep == 2)
        #expect(SnapshotSchedule(Self.rules).keep == 3)
    }
}
