/// What happened last, line by line, for the report of a failed seed. Bounded: old lines go.
package final class SimulationTrace {
    private let clock: SimulatedClock
    private let capacity: Int
    private var ring: [String] = []
    private var next = 0
    /// All lines that were ever written.
    package private(set) var count = 0
    /// Of all lines in their order: equal for two runs of one seed.
    package private(set) var digest: UInt64 = 0xcbf2_9ce4_8422_2325

    package init(_ clock: SimulatedClock, capacity: Int = 4_000) {
        self.clock = clock
        self.capacity = capacity
    }

    package func note(_ actor: String, _ what: String) {
        let line = "\(clock.now) \(actor): \(what)"
        count += 1
        for byte in line.utf8 { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01b3 }
        guard ring.count == capacity else { return ring.append(line) }
        ring[next] = line
        next = (next + 1) % capacity
    }

    /// The lines still kept, oldest first.
    package var lines: [String] { Array(ring[next...] + ring[..<next]) }

    /// For a failure's message: the seed, then the last lines.
    package func report(seed: UInt64, last: Int = 200) -> String {
        let kept = lines.suffix(last)
        return "seed \(seed); the last \(kept.count) of \(count) lines:\n" + kept.joined(separator: "\n")
    }
}
