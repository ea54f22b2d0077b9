import Scoring
import ShardEngine
import TestSupport
import Testing

@Suite struct CustomerRecordTests {
    @Test func `a customer's record takes two cache lines`() {
        #expect(MemoryLayout<CustomerRecord>.stride == 128)
    }

    @Test func `ids of one byte and of 256 are told apart and given back whole`() {
        var run = EngineRun(Policies.spend())
        let ids = ["a", "b", String(repeating: "a", count: 256), String(repeating: "a", count: 255) + "b"]
        for (index, id) in ids.enumerated() {
            run.apply([.order(Policies.start, id, "1", .completed, Int64(100 * (index + 1)))])
        }
        let count = run.engine.customerCount
        #expect(count == 4 && run.order.count == 8)
        for (index, id) in ids.enumerated() {
            #expect(run.measure(0, of: id, at: Policies.start) == Double(index + 1))
            #expect(run.tiers(of: id) == [0])
        }
    }

    @Test func `what shares a byte does not touch its neighbours`() {
        var run = EngineRun(Policies.spend(dwell: .days(1), grace: .days(1)))
        run.apply([.order(Policies.start, "a", "1", .completed, 1 << 40)])
        run.apply([.order(Policies.hours(1), "a", "2", .completed, 10)])
        // Entered, wide, and woken for whatever comes first.
        run.wait(until: Policies.days(30.5))
        let grace = run.engine.report(on: Array("a".utf8), at: Policies.days(30.5))
        #expect(grace?.deadlineKind == .graceEnd && grace?.tier == 2)
        run.wait(until: Policies.days(40))
        #expect(run.tiers(of: "a") == [2, 0])
        #expect(run.measure(0, of: "a", at: Policies.days(20)) == 0)
    }
}
