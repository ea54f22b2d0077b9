import Foundation
import KafkaClient
import Runtime
import Scoring
import ShardEngine
import TestSupport

/// Entries for tests.
enum JournalSamples {
    static let hash = PolicyHash("00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210")!

    /// Any entry that may be written.
    static func entry(_ random: inout SeededRandom) -> JournalEntry {
        let inputs = InputKind.allCases.filter { _ in random.chance(0.6) }
        var entry = JournalEntry(
            after: JournalPosition(sequence: random.next() >> 1, digest: random.next()),
            policyHash: PolicyHash(bigEndianWords: (0..<4).map { _ in random.next() }),
            wallClock: EventTime(milliseconds: Int64(truncatingIfNeeded: random.next()) >> 8),
            tick: random.chance(0.3) ? EventTime(milliseconds: Int64(random.below(1 << 40))) : nil,
            deadlineLimit: UInt32(truncatingIfNeeded: random.next()),
            recordBytes: UInt32(truncatingIfNeeded: random.next()), ranges: inputs.map { range($0, &random) })
        entry.clock = random.chance(0.9) ? EventTime(milliseconds: Int64(random.below(1 << 40))) : nil
        entry.engineVersion = UInt16(truncatingIfNeeded: random.next())
        entry.stateDigest = random.next()
        entry.outputCount = UInt32(truncatingIfNeeded: random.next()) >> 1
        entry.deadLetterCount = UInt32(truncatingIfNeeded: random.next()) >> 1
        entry.outputDigest = random.next()
        if random.chance(0.3) { entry.retierLimit = UInt32(truncatingIfNeeded: random.next()) }
        if random.chance(0.3) { entry.policy = section(&random) }
        return entry
    }

    private static func section(_ random: inout SeededRandom) -> JournalEntry.PolicySection {
        JournalEntry.PolicySection(
            text: "tierd policy 1\n" + String(repeating: "é", count: random.below(60)),
            activation: Activation(
                mode: random.pick(Activation.Mode.allCases), keepsTierFor: .days(random.below(1_000))))
    }

    private static func range(_ input: InputKind, _ random: inout SeededRandom) -> JournalEntry.InputRange {
        let from = Int64(random.below(1 << 50))
        return JournalEntry.InputRange(
            input: input, from: from, to: from + Int64(random.below(1 << 20)),
            count: UInt32(truncatingIfNeeded: random.next()) >> 1, digest: random.next())
    }

    /// A chain of `count` entries, each of one order at the offset of its sequence.
    static func chain(_ count: Int) -> [JournalEntry] {
        var entries: [JournalEntry] = []
        for number in 0..<Int64(count) {
            var entry = JournalEntry(
                after: entries.last?.position, policyHash: hash, wallClock: EventTime(milliseconds: 1_000 + number),
                tick: nil, deadlineLimit: 2_000, recordBytes: 1 << 20, ranges: [orders(number, number + 1)])
            entry.clock = EventTime(milliseconds: number)
            entries.append(entry)
        }
        return entries
    }

    static func orders(_ from: Int64, _ to: Int64) -> JournalEntry.InputRange {
        JournalEntry.InputRange(input: .orders, from: from, to: to, count: UInt32(to - from), digest: 7)
    }

    /// Entries as records, each followed by a control record.
    static func records(_ entries: [JournalEntry]) -> JournalRecords {
        JournalRecords(
            records: entries.map { JournalRecords.Record(offset: Int64($0.sequence) * 2, value: $0.bytes) },
            next: entries.last.map { Int64($0.sequence) * 2 + 2 } ?? 0)
    }
}
