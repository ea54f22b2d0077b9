import Foundation
import Runtime
import Scoring
import ShardEngine
import TestSupport
import Testing

struct JournalEntryTests {
    @Test func `an entry is read as it was written, whatever it says`() throws {
        var random = SeededRandom(seed: 1)
        for _ in 0..<2_000 {
            let entry = JournalSamples.entry(&random)
            #expect(try JournalEntry(bytes: entry.bytes) == entry)
        }
    }

    @Test func `numbers that nobody can work with are refused, however right the checksum is`() {
        var random = SeededRandom(seed: 4)
        let entry = JournalSamples.entry(&random)
        let changes: [(inout JournalEntry) -> Void] = [
            { $0.sequence = .max }, { $0.outputCount = .max }, { $0.deadLetterCount = .max },
            { $0.tick = EventTime(milliseconds: .max) }, { $0.clock = EventTime(milliseconds: -1) },
            { $0.wallClock = EventTime(milliseconds: .max) },
            { $0.ranges = [JournalEntry.InputRange(input: .orders, from: 0, to: 1, count: .max, digest: 0)] },
        ]
        for change in changes {
            var bad = entry
            change(&bad)
            #expect(throws: JournalFormatError.self) { try JournalEntry(bytes: bad.bytes) }
        }
    }

    @Test func `no changed byte goes unnoticed`() throws {
        var random = SeededRandom(seed: 2)
        for _ in 0..<20 {
            let bytes = JournalSamples.entry(&random).bytes
            for index in bytes.indices {
                var changed = bytes
                changed[index] ^= UInt8(1 + random.below(255))
                #expect(throws: JournalFormatError.self, "byte \(index)") { try JournalEntry(bytes: changed) }
            }
        }
    }

    @Test func `no cut and no addition goes unnoticed`() throws {
        var random = SeededRandom(seed: 3)
        for _ in 0..<20 {
            let bytes = JournalSamples.entry(&random).bytes
            for count in bytes.indices {
                #expect(throws: JournalFormatError.self, "cut to \(count)") {
                    try JournalEntry(bytes: Array(bytes.prefix(count)))
                }
            }
            #expect(throws: JournalFormatError.invalid("bytes after its end")) { try JournalEntry(bytes: bytes + [0]) }
        }
    }

    @Test func `another program's record and a newer version are told apart from damage`() {
        #expect(throws: JournalFormatError.notAnEntry) { try JournalEntry(bytes: Array("{\"a\":1}".utf8)) }
        #expect(throws: JournalFormatError.notAnEntry) { try JournalEntry(bytes: []) }
        var newer = JournalSamples.chain(1)[0].bytes
        newer[2] = 3
        #expect(throws: JournalFormatError.unknownVersion(3)) { try JournalEntry(bytes: newer) }
    }

    @Test func `an entry that says nothing of policies keeps its older form`() throws {
        var entry = JournalSamples.chain(1)[0]
        #expect(entry.bytes[2] == 1 && entry.kind == .events)
        entry.retierLimit = 7
        #expect(entry.bytes[2] == 2 && entry.bytes.count == JournalSamples.chain(1)[0].bytes.count + 17)
        entry.ranges = []
        #expect(entry.kind == .policy)
    }

    @Test func `a policy's text is limited, and is text`() throws {
        var entry = JournalSamples.chain(1)[0]
        entry.policy = .init(text: String(repeating: "x", count: KeptPolicy.longestText), activation: Activation())
        #expect(try JournalEntry(bytes: entry.bytes) == entry)
        entry.policy?.text += "x"
        #expect(throws: JournalFormatError.invalid("a policy that is no text, or too long")) {
            try JournalEntry(bytes: entry.bytes)
        }
    }

    @Test func `a range that ends before it begins is refused though its checksum is right`() {
        var entry = JournalSamples.chain(1)[0]
        entry.ranges[0].to = -1
        #expect(throws: JournalFormatError.invalid("a range that ends before it begins")) {
            try JournalEntry(bytes: entry.bytes)
        }
    }
}

/// Entries that another program wrote from the description of the format.
struct GoldenJournalTests {
    private static func lines(_ version: Int = 1) throws -> [[UInt8]] {
        let file = SchemaFile.folder.deletingLastPathComponent()
            .appending(path: "Tests/Fixtures/journals/v\(version).hex")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { line in
            let digits = Array(line)
            return stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...$0 + 1]), radix: 16) ?? 0 }
        }
    }

    @Test func `every golden entry is read and written again byte for byte`() throws {
        let lines = try Self.lines()
        #expect(lines.map(\.count) == [201, 114, 143, 230, 143])
        for line in lines { #expect(try JournalEntry(bytes: line).bytes == line) }
    }

    @Test func `golden entries say what they were written to say`() throws {
        let entries = try Self.lines().map { try JournalEntry(bytes: $0) }
        let first = entries[0]
        #expect(first.sequence == 0 && first.previousDigest == 0 && first.engineVersion == 1)
        #expect(first.policyHash == JournalSamples.hash)
        #expect(first.wallClock.milliseconds == 1_769_000_000_000 && first.clock?.milliseconds == 1_768_900_000_000)
        #expect(first.tick == nil && first.deadlineLimit == 2_000 && first.recordBytes == 1_048_576)
        #expect(first.ranges.map(\.input) == [.orders, .browse, .feedback])
        #expect(first.ranges.map(\.to) == [5, 7, 1] && first.ranges.map(\.count) == [3, 0, 1])
        #expect(first.stateDigest == 0x0123_4567_89ab_cdef && first.outputCount == 2 && first.deadLetterCount == 1)
        #expect(entries.map(\.kind) == [.events, .tick, .progress, .events, .progress])
        #expect(entries[4].clock == nil)
    }

    @Test func `golden entries about policies say what they were written to say`() throws {
        let lines = try Self.lines(2)
        for line in lines { #expect(try JournalEntry(bytes: line).bytes == line) }
        let (change, portion) = (try JournalEntry(bytes: lines[0]), try JournalEntry(bytes: lines[1]))
        #expect(change.kind == .policy && change.tick?.milliseconds == 1_768_999_999_000 && change.retierLimit == 0)
        #expect(change.policy?.text == "tierd policy 2\npolicy \"gold 黄金\"\n")
        #expect(change.policy?.activation == Activation(mode: .grandfathered, keepsTierFor: .days(365)))
        #expect(change.policyHash.text == SHA256.hexDigest(of: change.policy?.text ?? ""))
        #expect(portion.kind == .policy && portion.retierLimit == 100 && portion.policy == nil)
        #expect(portion.ranges.isEmpty && portion.outputCount == 3)
    }

    @Test func `golden digests are those of the description`() throws {
        let lines = try Self.lines()
        #expect(
            lines.map(JournalEntry.digest) == [
                0x86a7_e64f_99d2_f16a, 0x8db2_4752_b8f6_1019, 0x3928_89ab_eaed_6726, 0xc2ad_85fa_ffd0_86c1,
                0x4deb_8f34_c94b_f638,
            ])
        var chain = JournalChain()
        for line in lines.dropLast() { try chain.accept(JournalEntry(bytes: line)) }
        #expect(chain.last?.sequence == 3)
        var inputs = RecordDigest()
        inputs.fold(0, key: Array("c-1".utf8), value: Array(#"{"a":1}"#.utf8))
        inputs.fold(2, key: Array("c-2".utf8), value: nil)
        inputs.fold(3, key: nil, value: [])
        #expect(inputs.value == (try JournalEntry(bytes: lines[0])).ranges[0].digest)
    }
}
