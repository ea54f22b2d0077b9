import Foundation
import KafkaClient
import Runtime
import Scoring
import ShardEngine
import TestSupport
import WireFormat

/// What a shard should have said, from its journal and its input alone.
struct JournalOracle {
    private let plan: DaemonPlan
    private let shard: Int32
    private let logs: [InputKind: PartitionLog]
    private let entries: [JournalEntry]

    init(_ plan: DaemonPlan, shard: Int32, _ cluster: SimulatedCluster, _ entries: [JournalEntry]) {
        self.plan = plan
        self.shard = shard
        self.entries = entries
        logs = Dictionary(
            uniqueKeysWithValues: plan.inputs.map {
                ($0.kind, cluster.log(TopicPartition(topic: $0.topic, partition: shard)))
            })
    }

    // MARK: - By the engine

    /// Each line's values in order, as the engine gives them when the journalled batches are applied to the input once,
    /// from nothing, with no crash. `note` sees what each of them gives, and `shadows` go along.
    func lines(
        _ shadows: ShadowOracle, _ note: (OutputBuffer) -> Void = { _ in }
    ) throws -> [OutputHistory.Line: [String]] {
        var active = KeptPolicy(plan.policy)
        var engine = ShardEngine(policy: active.policy)
        var decoder = try RecordDecoder(maximumBytes: DaemonPlan.recordBytes)
        var encoder = encoder(of: active.policy)
        var lines: [OutputHistory.Line: [String]] = [:]
        for entry in entries {
            var outputs = OutputBuffer()
            if let section = entry.policy {
                let kept = try KeptPolicy(text: section.text, hash: entry.policyHash)
                if entry.sequence == 0 {
                    engine = ShardEngine(policy: kept.policy)
                } else if kept.hash != active.hash {
                    engine.activate(kept.policy, section.activation, at: entry.tick)
                    shadows.end()
                }
                active = kept
                encoder = self.encoder(of: kept.policy)
            }
            guard entry.policyHash == active.hash else { throw UnknownPolicy(sequence: entry.sequence) }
            var batch = apply(entry, to: &engine, &decoder, into: &outputs)
            if entry.retierLimit > 0 {
                engine.retier(atMost: Int(entry.retierLimit), wallClock: entry.wallClock, into: &outputs)
            }
            note(outputs)
            shadows.follow(entry.sequence, &batch, wallClock: entry.wallClock, live: engine)
            var encoded = EncodedOutputs()
            for output in outputs.outputs {
                encoder.encode(output, in: outputs, freshness: entry.freshness, into: &encoded)
            }
            for record in encoded.records {
                let line = OutputHistory.Line(
                    customer: encoded.string(record.key), topic: plan.outputs.name(of: record.destination))
                lines[line, default: []].append(encoded.string(record.value))
            }
        }
        return lines
    }

    /// An entry names a policy whose text no entry before it brought.
    struct UnknownPolicy: Error {
        var sequence: UInt64
    }

    func encoder(of policy: Policy) -> OutputEncoder {
        let names = Dictionary(uniqueKeysWithValues: plan.inputs.map { ($0.kind, $0.topic) })
        return OutputEncoder(policy: policy, source: plan.source) { names[$0] ?? "" }
    }

    /// Returns the batch of the entry's events; empty for a tick.
    private func apply(
        _ entry: JournalEntry, to engine: inout ShardEngine, _ decoder: inout RecordDecoder,
        into outputs: inout OutputBuffer
    ) -> Batch {
        if let tick = entry.tick {
            engine.advance(to: tick)
            _ = engine.fireDue(limit: Int(entry.deadlineLimit), into: &outputs)
            return Batch()
        }
        var refused: [RejectedEvent] = []
        var batch = batch(of: entry, &decoder)
        engine.apply(
            &batch, wallClock: entry.wallClock, deadlineLimit: Int(entry.deadlineLimit), into: &outputs,
            rejected: &refused)
        return batch
    }

    private func records(_ range: JournalEntry.InputRange) -> [StoredRecord] {
        (logs[range.input]?.committedRecords ?? []).filter { range.from <= $0.offset && $0.offset < range.to }
    }

    private func batch(of entry: JournalEntry, _ decoder: inout RecordDecoder) -> Batch {
        var batch = Batch()
        for range in entry.ranges {
            for stored in records(range) {
                let isEvent = Self.withBytes(stored.record.key) { key in
                    Self.withBytes(stored.record.value) { value in
                        (try? decoder.decode(value, key: key, as: range.input, into: &batch.events)) != nil
                    }
                }
                guard isEvent else { continue }
                batch.sources.append(
                    SourcePosition(
                        input: range.input, partition: shard, offset: stored.offset, timestamp: stored.record.timestamp)
                )
            }
        }
        return batch
    }

    private static func withBytes<Value>(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) -> Value) -> Value {
        guard let bytes else { return body(nil) }
        return bytes.withUnsafeBytes { body($0) }
    }

    // MARK: - By the naive scorer

    /// What the naive scorer says of the same events and ticks, per customer.
    func said(_ script: [String: ScriptedEvent]) -> [String: EngineRun.Said] {
        var scorer = ReferenceScorer(plan.policy)
        var clock: EventTime?
        for entry in entries {
            if let tick = entry.tick {
                clock = max(clock ?? tick, tick)
                scorer.wait(until: tick)
                continue
            }
            let events = entry.ranges.flatMap { range in
                records(range).compactMap { script[Self.place(range.input, shard, $0.offset)] }
            }
            var inTime: [ScriptedEvent] = []
            for event in events.sorted(by: Self.precedes) {
                let ahead = plan.policy.maxFutureSkew
                let isTooFar = event.time > entry.wallClock + ahead && clock.map { event.time > $0 + ahead } ?? true
                if isTooFar { continue }
                clock = max(clock ?? event.time, event.time)
                inTime.append(event)
            }
            scorer.apply(inTime)
        }
        if let clock { scorer.wait(until: clock) }
        return scorer.said
    }

    /// Which record of the script stands where.
    static func place(_ input: InputKind, _ shard: Int32, _ offset: Int64) -> String { "\(input)/\(shard)/\(offset)" }

    private static func precedes(_ left: ScriptedEvent, _ right: ScriptedEvent) -> Bool {
        left.time == right.time ? left.input.rawValue < right.input.rawValue : left.time < right.time
    }
}

/// A change as both the naive scorer and a consumer of the topics see it.
struct ChangeFacts: Hashable, CustomStringConvertible {
    var sequence: Int
    var from: String?
    var to: String
    var at: EventTime
    var isByTime: Bool

    var description: String {
        "number \(sequence): \(from ?? "nothing") to \(to) at \(at.milliseconds)\(isByTime ? " by time" : "")"
    }

    init(_ move: EngineRun.TierMove, _ policy: Policy) {
        sequence = Int(move.sequence)
        from = move.from.map { policy.tiers[$0].name }
        to = policy.tiers[move.to].name
        at = move.at
        isByTime = move.isByTime
    }

    init(_ move: EngineRun.ChurnMove, _ policy: Policy) {
        sequence = Int(move.sequence)
        from = move.from.map { policy.churn.levels[$0].name }
        to = policy.churn.levels[move.to].name
        at = move.at
        isByTime = move.isByTime
    }

    /// Nil for a value that is no change.
    init?(json value: [UInt8]) {
        guard let fields = (try? JSONSerialization.jsonObject(with: Data(value))) as? [String: Any],
            let sequence = fields["sequence"] as? Int, let to = fields["to"] as? String,
            let at = (fields["effective_at"] as? String).flatMap(EventTime.init(rfc3339:)),
            let cause = fields["cause"] as? [String: Any]
        else { return nil }
        self.sequence = sequence
        from = fields["from"] as? String
        self.to = to
        self.at = at
        isByTime = cause["type"] as? String == "deadline"
    }
}
