import Runtime
import Scoring
import Testing
import WireFormat

struct GeneratedRecordsTests {
    private let shape = WorkloadShape(
        seed: 11, customers: 500, start: EventTime(milliseconds: 1_767_225_600_000), eventsPerSecond: 0.01,
        currency: BenchPolicy.usd)

    private func generate(_ count: Int) -> (records: [GeneratedRecord], bytes: ContiguousArray<UInt8>) {
        var source = GeneratedRecords(shape)
        var bytes = ContiguousArray<UInt8>()
        return ((0..<count).map { _ in source.append(to: &bytes) }, bytes)
    }

    @Test func `one seed gives the same bytes`() {
        #expect(generate(1_000).bytes == generate(1_000).bytes)
    }

    @Test func `another seed gives other events`() {
        var other = shape
        other.seed = 12
        var source = GeneratedRecords(other)
        var bytes = ContiguousArray<UInt8>()
        for _ in 0..<1_000 { _ = source.append(to: &bytes) }
        #expect(bytes != generate(1_000).bytes)
    }

    @Test func `every record decodes to the event that it was made from`() throws {
        let (records, bytes) = generate(5_000)
        var workload = Workload(shape)
        var decoder = try RecordDecoder()
        for record in records {
            var made = EventBuffer()
            let input = workload.append(to: &made)
            var decoded = EventBuffer()
            try bytes.withUnsafeBytes { all in
                try decoder.decode(
                    UnsafeRawBufferPointer(rebasing: all[record.value]),
                    key: UnsafeRawBufferPointer(rebasing: all[record.key]),
                    as: record.input, into: &decoded)
            }
            try #require(decoded.events.count == 1)
            #expect(record.input == input)
            #expect(EventFacts(decoded.events[0], in: decoded) == EventFacts(made.events[0], in: made))
        }
    }

    @Test func `records have about 250 bytes and the mix of a shop`() {
        let (records, _) = generate(50_000)
        let average = Double(records.reduce(0) { $0 + $1.value.count }) / Double(records.count)
        #expect((230...280).contains(average))
        func share(_ input: InputKind) -> Double { Double(records.count { $0.input == input }) / Double(records.count) }
        #expect(abs(share(.orders) - 0.15) < 0.02)
        #expect(abs(share(.browse) - 0.80) < 0.02)
        #expect(abs(share(.feedback) - 0.05) < 0.015)
    }

    @Test func `events come in the order of their times, at the rate asked for`() {
        let (records, _) = generate(50_000)
        #expect(zip(records, records.dropFirst()).allSatisfy { $0.time <= $1.time })
        let seconds = Double((records[49_999].time - records[0].time).milliseconds) / 1000
        #expect(abs(50_000 / seconds / shape.eventsPerSecond - 1) < 0.1)
    }
}

/// What of an event is the same whether it was generated or decoded.
private struct EventFacts: Equatable {
    var time: EventTime
    var customer: String
    var customerHash: UInt64
    var id: String
    var idHash: UInt64
    var body: String

    init(_ event: Event, in buffer: EventBuffer) {
        time = event.time
        customer = buffer.string(event.customer)
        customerHash = event.customerHash
        id = buffer.string(event.id)
        idHash = event.idHash
        switch event.body {
        case .order(let order): body = "\(order.type) \(order.currency) \(order.total) \(order.refund as Money?)"
        case .browse(let browse):
            body = "\(browse.type) \(browse.dwellMilliseconds) \(buffer.string(browse.category))"
        case .feedback(let feedback):
            body = "\(feedback.type) \(feedback.score ?? 0) \(feedback.sentiment?.rawValue ?? 9)"
        case .command(let command): body = "\(command.type)"
        }
    }
}
