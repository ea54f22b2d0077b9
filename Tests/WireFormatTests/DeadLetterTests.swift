import Scoring
import Testing
import WireFormat

@Suite struct DeadLetterTests {
    private let position = SourcePosition(input: .orders, partition: 3, offset: 99, timestamp: 1_772_359_509_250)

    private func letter(_ rejection: Rejection, key: [UInt8]?, value: [UInt8]?) -> DeadLetter {
        let headers = [RecordHeader("trace", "t-1"), RecordHeader("empty", nil)]
        return (value ?? []).withUnsafeBytes { valueBytes in
            (key ?? []).withUnsafeBytes { keyBytes in
                DeadLetter(
                    rejection, at: position, topic: "shop.orders", key: key == nil ? nil : keyBytes,
                    value: value == nil ? nil : valueBytes, headers: headers)
            }
        }
    }

    @Test func `a letter too large for a broker goes without its value and says how large that was`() {
        let small = letter(Rejection(.malformed), key: [99], value: [1, 2, 3])
        #expect(small.bounded(by: 1_000) == small)
        let large = letter(Rejection(.tooLarge), key: [99], value: Array(repeating: 7, count: 5_000)).bounded(by: 1_000)
        #expect(large.value == nil && large.key == [99])
        #expect(large.headers.contains(RecordHeader("tierd_value_omitted", "5000")))
        #expect(large.headers.contains(RecordHeader("trace", "t-1")))
        let least = letter(Rejection(.tooLarge), key: Array(repeating: 1, count: 5_000), value: [1]).bounded(by: 1_000)
        #expect(least.key == nil && least.byteCount <= 1_000)
        #expect(least.headers.contains { $0.name == "tierd_source_offset" })
    }

    @Test func `a dead letter is the record itself and what was wrong with it`() {
        let letter = letter(Rejection(.invalidMoney, .total), key: [99, 0, 255], value: [0, 1, 254])
        #expect(letter.key == [99, 0, 255])
        #expect(letter.value == [0, 1, 254])
        #expect(
            letter.headers == [
                RecordHeader("trace", "t-1"), RecordHeader("empty", nil), RecordHeader("tierd_error", "invalid_money"),
                RecordHeader("tierd_error_field", "total"),
                RecordHeader(
                    "tierd_error_message", "total: not a decimal number, or more decimal places than the currency has"),
                RecordHeader("tierd_source_topic", "shop.orders"), RecordHeader("tierd_source_partition", "3"),
                RecordHeader("tierd_source_offset", "99"), RecordHeader("tierd_source_timestamp", "1772359509250"),
            ])
    }

    @Test func `nulls stay nulls and a record as a whole has no field`() {
        let letter = letter(Rejection(.nullPayload), key: nil, value: nil)
        #expect(letter.key == nil && letter.value == nil)
        #expect(!letter.headers.contains { $0.name == "tierd_error_field" })
    }
}
