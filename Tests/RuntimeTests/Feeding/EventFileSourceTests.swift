import Runtime
import Scoring
import Testing

struct EventFileSourceTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func records(_ files: [EventFile]) throws -> [FeedRecord] {
        let source = try EventFileSource(files)
        var records: [FeedRecord] = []
        while let record = try source.next() { records.append(record) }
        return records
    }

    private func key(_ record: FeedRecord) -> String? { record.key.map { String(decoding: $0, as: UTF8.self) } }

    @Test func `lines come as they are, merged by event time, keyed by customer`() throws {
        let order = EventLines.order("o-1", customer: "客户-1", at: "2026-01-05T10:00:02Z")
        let browse = EventLines.browse("b-1", customer: "c-2", at: "2026-01-05T10:00:01Z")
        let records = try records([
            EventFile(.browse, path: folder.file("browse.jsonl", browse + "\n")),
            EventFile(.orders, path: folder.file("orders.jsonl", order + "\n")),
        ])
        #expect(records.map { String(decoding: $0.value, as: UTF8.self) } == [browse, order])
        #expect(records.map(\.input) == [.browse, .orders])
        #expect(records.map(key) == ["c-2", "客户-1"])
        #expect(records.first?.content == .event(EventTime(milliseconds: 1_767_607_201_000)))
    }

    @Test(arguments: [
        (#"{"order_id":"o","customer_id" : "c-7","type":"exploded"}"#, "c-7"),
        (#"{"customer_id":12345,"type":"completed"}"#, "12345"),
        (#"{"customer_id":"c-8","occurred_at":"2026-"#, "c-8"), (#"{"customer_id":"a\"b"}"#, nil),
        (#"{"customer_id":""}"#, nil), (#"{"customer_id":null}"#, nil), (#"{"customer_id":"c"#, nil), ("nonsense", nil),
    ])
    func `a line that does not decode keeps the key that its text names`(line: String, expected: String?) throws {
        let records = try records([EventFile(.orders, path: folder.file("orders.jsonl", line + "\n"))])
        #expect(records.count == 1)
        #expect(records.first?.content == .undecodable)
        #expect(records.first.map { String(decoding: $0.value, as: UTF8.self) } == line)
        #expect(records.first.flatMap(key) == expected)
    }

    @Test func `a line too long for any record comes without its text`() throws {
        let long = String(repeating: "x", count: 2 << 20)
        let records = try records([EventFile(.orders, path: folder.file("orders.jsonl", long + "\n"))])
        #expect(records == [FeedRecord(.orders, .tooLong, key: nil, value: [])])
    }
}
