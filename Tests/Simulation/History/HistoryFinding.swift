/// What is wrong with a history; the descriptions are for the person who reads a failed seed.
package enum HistoryFinding: Hashable, Sendable, CustomStringConvertible {
    case noSequence(OutputRecord)
    /// The next number of a line is not the one that should follow.
    case gap(OutputRecord, expected: Int64)
    /// A number that was there before.
    case `repeat`(OutputRecord)
    /// A number below one that came earlier, which was missing until now.
    case reordered(OutputRecord, after: Int64)
    case sameBytes(OutputRecord, OutputRecord)
    case notJSON(OutputRecord)
    /// The value says otherwise than key or headers.
    case contradiction(OutputRecord, field: String)
    /// One customer's line in two partitions has no order.
    case twoPartitions(OutputHistory.Line)
    case missing(OutputHistory.Line, index: Int, expected: String)
    case unexpected(OutputRecord, index: Int)
    case different(OutputRecord, index: Int, expected: String)
    case journal(JournalFinding)

    package var description: String {
        switch self {
        case .noSequence(let record): "\(Self.place(record)) has no sequence number"
        case .gap(let record, let expected):
            "\(Self.place(record)) has number \(record.sequence ?? -1) where \(expected) should follow"
        case .repeat(let record): "\(Self.place(record)) repeats number \(record.sequence ?? -1)"
        case .reordered(let record, let earlier):
            "\(Self.place(record)) has number \(record.sequence ?? -1), but \(earlier) came before it"
        case .sameBytes(let first, let second): "\(Self.place(second)) has the bytes of \(Self.place(first))"
        case .notJSON(let record): "\(Self.place(record)) is not a JSON object: \(record.text)"
        case .contradiction(let record, let field):
            "\(Self.place(record)): \(field) is not what key and headers say: \(record.text)"
        case .twoPartitions(let line): "\(line) is in more than one partition"
        case .missing(let line, let index, let expected):
            "\(line) ends at number \(index), but should go on with \(expected)"
        case .unexpected(let record, let index):
            "\(Self.place(record)) should not be there; \(index) are expected: \(record.text)"
        case .different(let record, let index, let expected):
            "\(Self.place(record)), number \(index + 1) of its line, is\n    \(record.text)\n  but should be\n    \(expected)"
        case .journal(let finding): finding.description
        }
    }

    private static func place(_ record: OutputRecord) -> String {
        "\(record.partition)@\(record.offset) of \(record.customer)"
    }

    /// The record at fault, where there is one.
    package var record: OutputRecord? {
        switch self {
        case .noSequence(let record), .gap(let record, _), .repeat(let record), .reordered(let record, _),
            .sameBytes(_, let record), .notJSON(let record), .contradiction(let record, _), .unexpected(let record, _),
            .different(let record, _, _):
            record
        case .twoPartitions, .missing, .journal: nil
        }
    }
}
