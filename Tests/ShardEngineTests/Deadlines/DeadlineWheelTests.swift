import ShardEngine
import TestSupport
import Testing

/// The wheel against a plain table of deadlines.
@Suite struct DeadlineWheelTests {
    private static let day: Int64 = 86_400_000

    private struct Fired: Hashable {
        var deadline: Int64
        var slot: UInt32
    }

    /// How far ahead a deadline may lie: from now to beyond both wheels.
    private static func distance(_ random: inout SeededRandom) -> Int64 {
        switch random.below(6) {
        case 0: 0
        case 1: Int64(random.below(10_000))
        case 2: Int64(random.below(6 * 3_600_000))
        case 3: Int64(random.double(0...20)) * day
        case 4: Int64(random.double(0...3_000) * Double(day))
        default: Int64(random.double(0...8_000) * Double(day))
        }
    }

    @Test(arguments: 0..<60) func `every deadline comes up once, in order, and never early`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var slab = CustomerSlab()
        var wheel = DeadlineWheel()
        let count = 1 + random.below(60)
        for _ in 0..<count { _ = slab.append(CustomerRecord()) }
        var clock: Int64 = 1_760_000_000_000 + Int64(random.below(1 << 30))
        wheel.start(at: clock)
        for _ in 0..<400 {
            for _ in 0..<random.below(8) {
                let slot = UInt32(random.below(count))
                let deadline = random.chance(0.1) ? Int64.max : clock + Self.distance(&random)
                // As the engine does: a customer without a deadline is filed anew, one with a deadline is moved.
                if slab[slot].pointee.deadline == .max {
                    wheel.reschedule(slot, slab[slot], at: deadline)
                } else {
                    wheel.schedule(slot, slab[slot], at: deadline)
                }
            }
            clock += random.chance(0.02) ? 4_000 * Self.day : Self.distance(&random) / 10
            let due = (0..<UInt32(count)).filter { slab[$0].pointee.deadline <= clock }
                .map { Fired(deadline: slab[$0].pointee.deadline, slot: $0) }
                .sorted { ($0.deadline, $0.slot) < ($1.deadline, $1.slot) }
            var fired: [Fired] = []
            while let slot = wheel.popDue(upTo: clock, slab) {
                fired.append(Fired(deadline: slab[slot].pointee.deadline, slot: slot))
                wheel.reschedule(slot, slab[slot], at: .max)
                if fired.count > due.count { break }
            }
            #expect(fired == due, "seed \(seed) at \(clock)")
        }
    }

    @Test(arguments: 0..<40) func `what is set again at once when it fires still comes up in order`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed) &+ 500)
        var slab = CustomerSlab()
        var wheel = DeadlineWheel()
        var clock: Int64 = 1_760_000_000_000
        wheel.start(at: clock)
        for slot in 0..<UInt32(20) {
            _ = slab.append(CustomerRecord())
            wheel.reschedule(slot, slab[slot], at: clock + Self.distance(&random))
        }
        var last = Fired(deadline: 0, slot: 0)
        for _ in 0..<200 {
            clock += Int64(random.below(40)) * Self.day / 4
            var steps = 0
            while steps < 500, let slot = wheel.popDue(upTo: clock, slab) {
                let fired = Fired(deadline: slab[slot].pointee.deadline, slot: slot)
                #expect(fired.deadline <= clock)
                #expect((last.deadline, last.slot) < (fired.deadline, fired.slot), "seed \(seed)")
                last = fired
                wheel.reschedule(slot, slab[slot], at: fired.deadline + 1 + Int64(random.below(30)) * Self.day)
                steps += 1
            }
            let late = (0..<UInt32(20)).count { slab[$0].pointee.deadline <= clock }
            #expect(late == 0, "seed \(seed)")
        }
    }

    @Test func `the entries of customers whose deadlines keep moving later do not pile up`() {
        var slab = CustomerSlab()
        var wheel = DeadlineWheel()
        var clock: Int64 = 1_760_000_000_000
        wheel.start(at: clock)
        for slot in 0..<UInt32(1_000) {
            _ = slab.append(CustomerRecord())
            wheel.reschedule(slot, slab[slot], at: clock + 30 * Self.day)
        }
        let before = wheel.allocatedBytes
        for step in 0..<400 {
            clock += Self.day
            let due = wheel.popDue(upTo: clock, slab)
            #expect(due == nil)
            for slot in 0..<UInt32(1_000) {
                wheel.schedule(slot, slab[slot], at: clock + 30 * Self.day + Int64((Int(slot) + step) % 7))
            }
        }
        let after = wheel.allocatedBytes
        #expect(after < before + 200_000)
    }
}
