import Foundation
import Runtime
import Scoring
import ShardEngine
import TestSupport
import Testing
import WireFormat

/// Broken records through everything that a record meets: decoder, engine, encoder.
struct EngineFuzzTests {
    private static var recordCount: Int {
        ProcessInfo.processInfo.environment["TIERD_FUZZ_RECORDS"].flatMap { Int($0) } ?? 100_000
    }

    private static let batchRecords = 1_000

    /// Where every record went.
    private struct Account {
        var decoded = 0
        var rejectedByDecoder = 0
        var applied = 0
        var rejectedByEngine: [Rejection.Reason: Int] = [:]
        var outputs = 0

        var total: Int { rejectedByDecoder + applied + rejectedByEngine.values.reduce(0, +) }
    }

    @Test func `every mutated record is scored or rejected, and the engine goes on`() throws {
        let policy = try PolicyFile.load(path: Self.retail)
        var mutator = RecordMutator(seed: 0x656e_6769_6e65)
        var decoder = try RecordDecoder(requiresKey: false)
        var engine = ShardEngine(policy: policy)
        var encoder = OutputEncoder(policy: policy, source: "/tierd/fuzz") { "\($0)" }
        let source = Self.source(count: Self.recordCount)
        var account = Account()
        var batch = Batch()
        var previous: [UInt8] = Array("{}".utf8)
        // The wall goes with the stream, or one broken date would make everything after it late.
        var wallClock = Self.start
        for number in 0..<Self.recordCount {
            guard let record = source.next() else { break }
            if case .event(let time) = record.content { wallClock = time }
            let (input, whole) = number % 10 == 9 ? Self.other(number, at: wallClock) : (record.input, record.value)
            // Every fourth record stays whole, so that there is a state for the broken ones to disturb.
            let value = number % 4 == 0 ? whole : mutator.mutate(whole, with: previous)
            previous = whole
            Self.decode(value, input, number, &decoder, &batch, &account)
            if batch.count == Self.batchRecords || number == Self.recordCount - 1 {
                try Self.apply(&batch, &engine, &encoder, wallClock, &account)
            }
        }
        #expect(account.total == Self.recordCount)
        #expect(account.applied > Self.recordCount / 4)
        #expect(account.rejectedByDecoder > Self.recordCount / 10)
        #expect(account.outputs > Self.recordCount / 100)
        #expect(engine.customerCount > 100)
    }

    /// What the generated shop does not send: commands, and calls of Segment's, about its customers.
    private static func other(_ number: Int, at time: EventTime) -> (InputKind, [UInt8]) {
        let (input, fields) = others[number / 10 % others.count]
        let isCall = input != .commands
        let customer = Workload.name(ofCustomer: number % 5_000)
        let envelope =
            isCall
            ? "{\"type\":\"track\",\"userId\":\"\(customer)\",\"messageId\":\"m-\(number)\",\"timestamp\":"
            : "{\"customer_id\":\"\(customer)\",\"event_id\":\"k-\(number)\",\"occurred_at\":"
        return (input, Array("\(envelope)\(time.milliseconds),\(fields)}".utf8))
    }

    private static let others: [(InputKind, String)] = [
        (.commands, #""type":"erase","block_for":"30d""#),
        (.commands, #""type":"pin","tier":"gold","mode":"floor","by":"anna","until":4000000000000"#),
        (.commands, #""type":"merge","merged_customer_id":"customer-0000001""#),
        (.commands, #""type":"attribute","set":{"a":"\u0062","n":1.5,"on":true},"unset":["c"],"add_tags":["d"]"#),
        (.orders, #""event":"Order Completed","properties":{"order_id":"s-1","total":9.99,"products":[{"sku":"a"}]}"#),
        (.browse, #""event":"Product Viewed","properties":{"sku":"a","category":"b"},"context":{"sessionId":7}"#),
        (.feedback, #""event":"Product Reviewed","properties":{"rating":"4.5"}"#),
    ]

    private static func decode(
        _ value: [UInt8], _ input: InputKind, _ number: Int, _ decoder: inout RecordDecoder, _ batch: inout Batch,
        _ account: inout Account
    ) {
        do throws(Rejection) {
            try value.withUnsafeBufferPointer { bytes throws(Rejection) in
                try decoder.decode(UnsafeRawBufferPointer(bytes), key: nil, as: input, into: &batch.events)
            }
            batch.sources.append(SourcePosition(input: input, partition: 0, offset: Int64(number), timestamp: -1))
            account.decoded += 1
        } catch {
            account.rejectedByDecoder += 1
        }
    }

    private static func apply(
        _ batch: inout Batch, _ engine: inout ShardEngine, _ encoder: inout OutputEncoder, _ wallClock: EventTime,
        _ account: inout Account
    ) throws {
        var outputs = OutputBuffer()
        var rejected: [RejectedEvent] = []
        var encoded = EncodedOutputs()
        engine.apply(&batch, wallClock: wallClock, deadlineLimit: 10_000, into: &outputs, rejected: &rejected)
        engine.tidy()
        account.applied += batch.count - rejected.count
        for refusal in rejected { account.rejectedByEngine[refusal.rejection.reason, default: 0] += 1 }
        for output in outputs.outputs { encoder.encode(output, in: outputs, into: &encoded) }
        account.outputs += encoded.records.count
        // A reader of another make must be able to read what came out; a tombstone has nothing to read.
        if let record = encoded.records.last(where: { !$0.isTombstone }) {
            let json = try JSONSerialization.jsonObject(with: Data(encoded.bytes[record.value.range]))
            #expect(json is [String: Any])
        }
        batch.removeAll()
    }

    private static let start = EventTime(milliseconds: 1_767_225_600_000)
    private static let retail = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../schemas/policies/retail.yaml").standardizedFileURL.path

    private static func source(count: Int) -> WorkloadSource {
        let rate = Double(count) / (200 * 86_400)
        let usd = CurrencyCode(packed: 0x555344)
        return WorkloadSource(
            WorkloadShape(seed: 7, customers: 5_000, start: start, eventsPerSecond: rate, currency: usd), count: count)
    }
}
