import Calibration
import Scoring
import TestSupport
import Testing

@Suite struct TierLogTests {
    private func log(_ changes: [(String, Int, Int, TierChange.Direction)]) -> TierLog {
        var log = TierLog(policy: Samples.policy())
        log.note(Samples.outputs(changes))
        return log
    }

    @Test func `the tier held is that of the last change before the instant`() {
        let log = log([("a", 10, 0, .entry), ("b", 11, 1, .entry), ("a", 20, 2, .upgrade)])
        let id = Array("a".utf8)
        #expect(log.tier(of: id, before: Samples.day(10)) == nil)
        #expect(log.tier(of: id, before: Samples.day(20)) == 0)
        #expect(log.tier(of: id, before: Samples.day(21)) == 2)
        #expect(log.tier(of: Array("c".utf8), before: Samples.day(99)) == nil)
    }

    @Test func `changes are counted without the entry, and those that undo the one before`() {
        let log = log([
            ("a", 0, 0, .entry), ("a", 10, 1, .upgrade), ("a", 20, 2, .upgrade), ("a", 30, 1, .downgrade),
            ("a", 40, 2, .correction), ("b", 0, 1, .entry), ("b", 50, 0, .downgrade), ("b", 200, 1, .upgrade),
        ])
        let movement = log.movement(until: Samples.day(100))
        #expect(movement.upgrades == 2 && movement.downgrades == 2 && movement.corrections == 1)
        #expect(movement.reversals == 2)
        #expect(isClose(movement.customerQuarters, 200 / 91.3125, relative: 1e-12))
        #expect(isClose(movement.rate, 5 / (200 / 91.3125), relative: 1e-12))
    }

    @Test func `without customers nothing moves`() {
        #expect(log([]).movement(until: Samples.day(100)).rate == 0)
    }
}
