import Foundation
import Runtime
import Scoring
import ShardEngine
import TestSupport
import WireFormat

/// A scenario on its way through the decoder, the engine and the encoder of a running daemon.
struct ScenarioRun: ~Copyable {
    private let scenario: Scenario
    private var encoder: OutputEncoder
    private var engine: ShardEngine
    private var decoder: RecordDecoder
    private var offset: Int64 = 0
    /// What was said, in order.
    private(set) var said: [Scenario.Row] = []
    /// The same as it would go to Kafka.
    private(set) var records: [[String: Any]] = []
    /// Why each of the given events was refused; nil for those that were not.
    private(set) var refusals: [String?] = []

    init(_ scenario: Scenario) throws {
        let policy = try PolicyFile.parse(text: scenario.policy, file: scenario.id)
        let decoder = try RecordDecoder(requiresKey: true)
        self.scenario = scenario
        self.decoder = decoder
        encoder = OutputEncoder(policy: policy, source: "/tierd/scenarios") { $0.defaultTopic }
        engine = ShardEngine(policy: policy)
    }

    mutating func run() throws {
        for given in scenario.given {
            if given.arrival > given.time || given.record == nil { try wait(until: given.arrival) }
            refusals.append(try given.record.flatMap { try apply($0) })
        }
    }

    private mutating func wait(until time: EventTime) throws {
        engine.advance(to: time)
        var outputs = OutputBuffer()
        _ = engine.fireDue(limit: .max, into: &outputs)
        try keep(outputs)
    }

    /// Returns why the record was refused, nil if it was not.
    private mutating func apply(_ record: Scenario.Record) throws -> String? {
        var batch = Batch()
        let key = Array(scenario.id.utf8)
        do {
            try Array(record.json.utf8).withUnsafeBytes { value in
                try key.withUnsafeBytes { try decoder.decode(value, key: $0, as: record.input, into: &batch.events) }
            }
        } catch let rejection as Rejection {
            return rejection.reason.rawValue
        }
        batch.sources.append(SourcePosition(input: record.input, partition: 0, offset: offset, timestamp: -1))
        offset += 1
        var outputs = OutputBuffer()
        var rejected: [RejectedEvent] = []
        engine.apply(&batch, wallClock: .outOfRange, deadlineLimit: .max, into: &outputs, rejected: &rejected)
        engine.tidy()
        try keep(outputs)
        return rejected.first?.rejection.reason.rawValue
    }

    private mutating func keep(_ outputs: OutputBuffer) throws {
        var encoded = EncodedOutputs()
        let freshness = engine.clock.map { Freshness(watermark: $0, wallClock: nil) }
        for output in outputs.outputs {
            encoder.encode(output, in: outputs, freshness: freshness, into: &encoded)
        }
        for record in encoded.records {
            let value = try JSONSerialization.jsonObject(with: Data(encoded.bytes[record.value.range]))
            guard let value = value as? [String: Any] else { continue }
            records.append(value)
            said.append(Scenario.Row(output: value, zone: scenario.zone) ?? Scenario.Row())
        }
    }
}
