import Scoring
import ShardEngine
import TestSupport
import Testing

@Suite struct OrderEntryTests {
    private func roundTrip(_ entry: OrderEntry) -> OrderEntry {
        withUnsafeTemporaryAllocation(byteCount: OrderEntry.bytes + 8, alignment: 8) { buffer in
            buffer.initializeMemory(as: UInt8.self, repeating: 0xa5)
            guard let base = buffer.baseAddress else { return entry }
            entry.store(to: base + 4)
            // Not a byte beside its own.
            #expect(buffer[3] == 0xa5 && buffer[OrderEntry.bytes + 4] == 0xa5)
            return OrderEntry(at: base + 4)
        }
    }

    @Test func `every extreme survives packing`() {
        let limit = Money.limit.minorUnits
        let amounts: [Int64] = [0, 1, -1, limit, -limit, -limit - 1, 1 << 21, 1 << 22, -(1 << 22), (1 << 22) - 1]
        let times: [Int64] = [0, 1, EventTime.outOfRange.milliseconds - 1, 1 << 41]
        for kind in OrderEntry.Kind.allCases {
            for amount in amounts {
                for time in times {
                    for hash in [UInt64(0), 1, .max] {
                        let entry = OrderEntry(hash: hash, time: time, amount: amount, kind: kind)
                        let back = roundTrip(entry)
                        #expect(back.hash == hash && back.time == time && back.amount == amount && back.kind == kind)
                    }
                }
            }
        }
    }

    @Test func `random entries survive packing`() {
        var random = SeededRandom(seed: 4)
        for _ in 0..<20_000 {
            let limit = Money.limit.minorUnits
            let entry = OrderEntry(
                hash: random.next(), time: Int64(random.next() % 4_102_444_800_000),
                amount: Int64(random.next() % UInt64(2 * limit + 1)) - limit,
                kind: random.pick(OrderEntry.Kind.allCases))
            let back = roundTrip(entry)
            #expect(back.hash == entry.hash && back.time == entry.time)
            #expect(back.amount == entry.amount && back.kind == entry.kind)
        }
    }
}
