import Scoring
import ShardEngine
import WireFormat

/// (b) Decoding, scoring and encoding on one thread.
package struct ScoringFigures: Sendable {
    package var timings: [Timing] = []
    /// The processor time of each round by what it went to.
    package var phases: [Phases] = []
    /// Of the last round; the same in every round.
    package var outputs = 0
    package var outputBytes = 0
    package var rejected = 0
    package var customers = 0

    /// Seconds.
    package struct Phases: Hashable, Sendable {
        package var decoding = 0.0
        package var scoring = 0.0
        package var encoding = 0.0
    }
}

/// A state that has seen `prefill` events, then records from memory in batches.
struct ScoringBench: ~Copyable {
    private let policy: Policy
    /// Where the workload stood at the beginning: each round fills a new engine from it.
    private let start: Workload
    private let prefill: Int
    private var encoder: OutputEncoder
    private var decoder: RecordDecoder
    private var batch = Batch()
    private var outputs = OutputBuffer()
    private var encoded = EncodedOutputs()
    private var refused: [RejectedEvent] = []

    static let batchRecords = 4_096
    /// As in a running shard.
    private static let deadlinesPerBatch = ShardContext.deadlinesPerBatch

    init(policy: Policy, start: Workload, prefill: Int) throws(WireFormatError) {
        let decoder = try RecordDecoder()
        self.decoder = decoder
        self.policy = policy
        self.start = start
        self.prefill = prefill
        encoder = OutputEncoder(policy: policy, source: "/tierd/bench") { $0.defaultTopic }
    }

    /// The records that follow the prefill.
    func makeRecords(count: Int) -> BenchRecords {
        var workload = start
        var scratch = EventBuffer()
        for _ in 0..<prefill {
            scratch.removeAll()
            _ = workload.append(to: &scratch)
        }
        var source = GeneratedRecords(continuing: workload)
        return BenchRecords(&source, count: count)
    }

    mutating func run(_ records: BenchRecords, into figures: inout ScoringFigures) {
        var engine = ShardEngine(policy: policy)
        fill(&engine)
        let wallClock = WallClock.now
        (figures.outputs, figures.outputBytes, figures.rejected) = (0, 0, 0)
        var phases = ScoringFigures.Phases()
        let timing = Stopwatch.measure {
            for first in stride(from: 0, to: records.count, by: Self.batchRecords) {
                let range = first..<min(first + Self.batchRecords, records.count)
                let began = Stopwatch.threadSeconds
                figures.rejected += decode(records, range)
                let decoded = Stopwatch.threadSeconds
                engine.apply(
                    &batch, wallClock: wallClock, deadlineLimit: Self.deadlinesPerBatch, into: &outputs,
                    rejected: &refused)
                engine.tidy()
                let scored = Stopwatch.threadSeconds
                encode(engine.clock.map { Freshness(watermark: $0, wallClock: wallClock) }, &figures)
                phases.decoding += decoded - began
                phases.scoring += scored - decoded
                phases.encoding += Stopwatch.threadSeconds - scored
            }
        }
        figures.timings.append(timing)
        figures.phases.append(phases)
        figures.rejected += refused.count
        figures.customers = engine.customerCount
        refused.removeAll()
    }

    private mutating func fill(_ engine: inout ShardEngine) {
        var workload = start
        let wallClock = WallClock.now
        for first in stride(from: 0, to: prefill, by: Self.batchRecords) {
            batch.removeAll()
            for offset in first..<min(first + Self.batchRecords, prefill) {
                let input = workload.append(to: &batch.events)
                batch.sources.append(SourcePosition(input: input, partition: 0, offset: Int64(offset), timestamp: -1))
            }
            engine.apply(&batch, wallClock: wallClock, deadlineLimit: .max, into: &outputs, rejected: &refused)
            outputs.removeAll()
        }
        refused.removeAll()
    }

    /// Decodes a batch with its keys checked, as records from Kafka are; returns how many were rejected.
    private mutating func decode(_ records: BenchRecords, _ range: Range<Int>) -> Int {
        batch.removeAll()
        return records.bytes.withUnsafeBytes { bytes in
            var rejected = 0
            for index in range {
                let record = records.records[index]
                do throws(Rejection) {
                    try decoder.decode(
                        UnsafeRawBufferPointer(rebasing: bytes[record.value]),
                        key: UnsafeRawBufferPointer(rebasing: bytes[record.key]), as: record.input, into: &batch.events)
                    batch.sources.append(
                        SourcePosition(
                            input: record.input, partition: 0, offset: Int64(index), timestamp: record.time.milliseconds
                        ))
                } catch {
                    rejected += 1
                }
            }
            return rejected
        }
    }

    private mutating func encode(_ freshness: Freshness?, _ figures: inout ScoringFigures) {
        for output in outputs.outputs {
            encoder.encode(output, in: outputs, freshness: freshness, into: &encoded)
        }
        figures.outputs += encoded.records.count
        figures.outputBytes += encoded.bytes.count
        outputs.removeAll()
        encoded.removeAll()
    }
}
