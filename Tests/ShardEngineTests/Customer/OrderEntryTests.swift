import Scoring
import ShardEngine
import TestSupport
import Testing

@Suite struct OrderEntryTests {
    private func roundTrip(_ entry: OrderEntry, _ form: OrderEntry.Form) -> OrderEntry {
        withUnsafeTemporaryAllocation(byteCount: form.bytes + 8, alignment: 8) { buffer in
            buffer.initializeMemory(as: UInt8.self, repeating: 0xa5)
            guard let base = buffer.baseAddress else { return entry }
            entry.store(to: base + 4, form)
            // Not a byte beside its own.
            #expect(buffer[3] == 0xa5 && buffer[form.bytes + 4] == 0xa5)
            return OrderEntry(at: base + 4, form)
        }
    }

    private func survives(_ entry: OrderEntry, _ form: OrderEntry.Form) -> Bool {
        let back = roundTrip(entry, form)
        return back.hash == entry.hash && back.time == entry.time && back.amount == entry.amount
            && back.kind == entry.kind
    }

    private static let longestHash: UInt64 = (1 << 48) - 1
    /// The first amount that needs the wide form.
    private static let tooWide: Int64 = 1 << 34

    @Test func `every extreme survives packing`() {
        let limit = Money.limit.minorUnits
        var amounts: [Int64] = [0, 1, -1, limit, -limit, -limit - 1, 1 << 21, 1 << 22, -(1 << 22), (1 << 22) - 1]
        amounts += [-Self.tooWide - 1, -Self.tooWide, Self.tooWide - 1, Self.tooWide]
        let times: [Int64] = [0, 1, EventTime.outOfRange.milliseconds - 1, 1 << 41]
        for kind in OrderEntry.Kind.allCases {
            for amount in amounts {
                for time in times {
                    for hash in [UInt64(0), 1, Self.longestHash] {
                        let entry = OrderEntry(hash: hash, time: time, amount: amount, kind: kind)
                        #expect(survives(entry, .wide) && survives(entry, entry.form))
                    }
                }
            }
        }
    }

    @Test func `amounts of 35 bits take the narrow form, larger ones the wide form`() {
        func form(_ amount: Int64) -> OrderEntry.Form {
            OrderEntry(hash: 0, time: 0, amount: amount, kind: .order).form
        }
        #expect(form(0) == .narrow && form(Self.tooWide - 1) == .narrow && form(-Self.tooWide) == .narrow)
        #expect(form(Self.tooWide) == .wide && form(-Self.tooWide - 1) == .wide)
        #expect(OrderEntry.Form.narrow.bytes == 16)
    }

    @Test func `random entries survive packing`() {
        var random = SeededRandom(seed: 4)
        for _ in 0..<20_000 {
            let limit = Money.limit.minorUnits
            let bound = random.chance(0.5) ? Self.tooWide - 1 : limit
            let entry = OrderEntry(
                hash: OrderEntry.hash(ofID: random.next()), time: Int64(random.next() % 4_102_444_800_000),
                amount: Int64(random.next() % UInt64(2 * bound + 1)) - bound,
                kind: random.pick(OrderEntry.Kind.allCases))
            #expect(survives(entry, .wide) && survives(entry, entry.form))
        }
    }
}
