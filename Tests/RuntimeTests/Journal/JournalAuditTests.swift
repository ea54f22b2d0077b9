import KafkaClient
import Runtime
import Scoring
import Testing

struct JournalAuditTests {
    private static let places = [
        TopicPartition(topic: "tiers", partition: 0), TopicPartition(topic: "tiers", partition: 1),
        TopicPartition(topic: "dead", partition: 0),
    ]

    /// One batch after another of shard 0: how many outputs and dead letters each gave.
    private static func entries(_ counts: [(outputs: Int, letters: Int)]) -> [JournalEntry] {
        var entries: [JournalEntry] = []
        for (number, count) in counts.enumerated() {
            let offset = Int64(number)
            var entry = JournalEntry(
                after: entries.last?.position, policyHash: JournalSamples.hash,
                wallClock: EventTime(milliseconds: 0), tick: nil, deadlineLimit: 1, recordBytes: 1,
                ranges: [JournalSamples.orders(offset, offset + 1)])
            entry.outputCount = UInt32(count.outputs)
            entry.deadLetterCount = UInt32(count.letters)
            var digest = RecordDigest()
            for index in 0..<count.outputs + count.letters {
                digest.fold(Int64(index), key: [1], value: value(number, index))
            }
            entry.outputDigest = digest.value
            entries.append(entry)
        }
        return entries
    }

    private static func value(_ sequence: Int, _ index: Int) -> [UInt8] { [UInt8(sequence), UInt8(index)] }

    /// An audit of one shard at work.
    private struct Run {
        var audit: JournalAudit
        private var next: [TopicPartition: Int64] = [:]

        init(oldest: Int64 = 0) {
            audit = JournalAudit(
                shards: [0], outputs: JournalAuditTests.places.map { ($0, oldest) }, deadLetters: "dead")
        }

        mutating func take(_ entries: [JournalEntry], isOldestKept: Bool = false, isJudged: Bool = true) {
            for entry in entries {
                audit.take(
                    entry: entry.bytes, of: 0, offset: Int64(entry.sequence), isOldestKept: isOldestKept,
                    isJudged: isJudged)
            }
        }

        mutating func take(_ sequence: Int, _ index: Int, in place: Int = 0, value: [UInt8]? = nil) {
            take(stamps: ["0/\(sequence)/\(index)"], value ?? JournalAuditTests.value(sequence, index), in: place)
        }

        mutating func take(stamps: [String], _ value: [UInt8], in place: Int = 0) {
            let partition = JournalAuditTests.places[place]
            let offset = next[partition, default: 0]
            next[partition] = offset + 1
            [UInt8(1)].withUnsafeBytes { key in
                value.withUnsafeBytes {
                    audit.take(
                        output: stamps, key: key, value: $0, at: JournalFinding.RecordPlace(partition, offset))
                }
            }
        }
    }

    @Test func `outputs that are all there are sound, whichever partition comes first`() {
        let entries = Self.entries([(2, 1), (0, 0), (1, 0)])
        var early = Run()
        early.take(entries)
        for (index, place) in [0, 1, 2].enumerated() { early.take(0, index, in: place) }
        early.take(2, 0)
        let report = early.audit.finish()
        #expect(report.isSound && report.outputs == 4 && report.entries == 3)
        var late = Run()
        late.take(2, 0, in: 1)
        late.take(0, 2, in: 2)
        late.take(0, 0)
        late.take(0, 1)
        late.take(entries)
        #expect(late.audit.finish().isSound)
    }

    @Test func `a batch without its outputs is missing, one with some is torn`() {
        var run = Run()
        run.take(Self.entries([(2, 0), (3, 0)]))
        run.take(1, 0)
        run.take(1, 2)
        #expect(
            run.audit.finish().findings == [
                .missing(shard: 0, sequence: 0, count: 2), .torn(shard: 0, sequence: 1, found: 2, of: 3, first: 1),
            ])
    }

    @Test func `a changed value is altered`() {
        var run = Run()
        run.take(Self.entries([(2, 0)]))
        run.take(0, 0)
        run.take(0, 1, value: [9])
        #expect(run.audit.finish().findings == [.altered(shard: 0, sequence: 0)])
    }

    @Test func `what is there twice is repeated, in the same partition or another, before or after its batch is whole`()
    {
        var run = Run()
        run.take(Self.entries([(2, 0)]))
        run.take(0, 0)
        run.take(0, 0)
        run.take(0, 1)
        run.take(0, 1, in: 1)
        let report = run.audit.finish()
        #expect(report.counts == [.repeated: 2])
        #expect(report.outputs == 2)
    }

    @Test func `what another application has written is counted and not judged`() {
        var run = Run()
        run.take(Self.entries([(1, 0)]))
        run.audit.passOverForeign()
        run.take(0, 0)
        run.audit.passOverForeign()
        let report = run.audit.finish()
        #expect(report.isSound && report.outputs == 1 && report.foreignOutputs == 2)
        #expect(report.text(seconds: 1).contains("· 2 outputs are another application's: not judged"))
        #expect(report.json(seconds: 1).string.contains("\"outputs_of_other_applications\":2"))
    }

    @Test func `a partition in which stamps fall is reordered`() {
        var run = Run()
        run.take(Self.entries([(2, 0)]))
        run.take(0, 1)
        run.take(0, 0)
        #expect(run.audit.finish().counts == [.reordered: 1])
    }

    @Test func `an index beyond the batch and a batch that never was are extra`() {
        var run = Run()
        run.take(Self.entries([(1, 0)]))
        run.take(0, 0)
        run.take(0, 1)
        run.take(7, 0)
        let report = run.audit.finish()
        #expect(report.counts == [.extra: 2])
        #expect(report.outputs == 1)
    }

    @Test func `a record without a stamp is named; of two stamps the last counts`() {
        var run = Run()
        run.take(Self.entries([(0, 1)]))
        run.take(stamps: ["3/44/5", "0/0/0"], Self.value(0, 0), in: 2)
        run.take(stamps: [], [])
        run.take(stamps: ["0/00/1"], [])
        #expect(run.audit.finish().counts == [.unstamped: 2])
    }

    @Test func `outputs that retention has removed are no error, later ones are`() {
        var run = Run(oldest: 10)
        run.take(Self.entries([(2, 0), (2, 0), (2, 0)]))
        run.take(1, 1)
        run.take(1, 0, in: 1)
        run.take(2, 0)
        let report = run.audit.finish()
        #expect(report.findings == [.torn(shard: 0, sequence: 2, found: 1, of: 2, first: 1)])
        #expect(report.removedEntries == 1)
    }

    @Test func `dead letters are not excused by what other topics have lost`() {
        var audit = JournalAudit(
            shards: [0], outputs: [(Self.places[0], 10), (Self.places[2], 0)], deadLetters: "dead")
        audit.take(
            entry: Self.entries([(1, 1)])[0].bytes, of: 0, offset: 0, isOldestKept: false, isJudged: true)
        #expect(audit.finish().counts == [.missing: 1])
    }

    @Test func `entries that were committed meanwhile are not judged`() {
        var run = Run()
        run.take(Self.entries([(2, 0)]), isJudged: false)
        run.take(0, 0)
        let report = run.audit.finish()
        #expect(report.isSound && report.newerEntries == 1)
    }

    @Test func `a journal whose beginning was removed is followed from where it begins`() {
        let entries = Self.entries([(1, 0), (1, 0), (1, 0)])
        var run = Run()
        run.take(0, 0)
        run.take([entries[1], entries[2]], isOldestKept: true)
        run.take(1, 0)
        run.take(2, 0)
        let report = run.audit.finish()
        #expect(report.isSound && report.olderOutputs == 1 && report.outputs == 2)
        var whole = Run()
        whole.take([entries[1]])
        whole.take(1, 0)
        #expect(whole.audit.finish().findings == [.journal(shard: 0, .gap(expected: 0, found: 1))])
    }

    @Test func `one break does not hide what comes after it`() {
        let entries = Self.entries([(1, 0), (1, 0), (1, 0), (1, 0)])
        var run = Run()
        run.take([entries[0], entries[2], entries[3], entries[3]])
        run.audit.take(entry: [1, 2, 3], of: 0, offset: 50, isOldestKept: false, isJudged: true)
        run.take(0, 0)
        run.take(2, 0)
        #expect(
            run.audit.finish().findings == [
                .journal(shard: 0, .gap(expected: 1, found: 2)),
                .journal(shard: 0, .repeated(expected: 4, found: 3)),
                .journal(shard: 0, .format(offset: 50, .notAnEntry)),
                .missing(shard: 0, sequence: 3, count: 1),
            ])
    }
}
