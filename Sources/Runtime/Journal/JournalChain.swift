import Scoring

/// Follows the entries of one shard and refuses whatever does not continue the one before.
package struct JournalChain: Hashable, Sendable {
    /// The last entry that was accepted; nil before the first.
    package private(set) var last: JournalPosition?
    /// The next offset to read of each input, from the last entry's ranges.
    package private(set) var positions: [InputKind: Int64]

    /// - Parameters:
    ///   - last: The entry that the next one must follow; nil at the beginning of a journal.
    ///   - positions: Where the input ranges up to that entry end.
    package init(after last: JournalPosition? = nil, positions: [InputKind: Int64] = [:]) {
        self.last = last
        self.positions = positions
    }

    package var nextSequence: UInt64 { last.map { $0.sequence + 1 } ?? 0 }

    package mutating func accept(_ entry: JournalEntry) throws(JournalProblem) {
        guard entry.sequence == nextSequence else {
            throw entry.sequence < nextSequence
                ? .repeated(expected: nextSequence, found: entry.sequence)
                : .gap(expected: nextSequence, found: entry.sequence)
        }
        guard entry.previousDigest == last?.digest ?? 0 else { throw .brokenChain(sequence: entry.sequence) }
        for range in entry.ranges {
            if let position = positions[range.input], position != range.from {
                throw .rangeGap(sequence: entry.sequence, input: range.input, expected: position, found: range.from)
            }
        }
        for range in entry.ranges { positions[range.input] = range.to }
        last = entry.position
    }
}

/// Why a journal cannot be trusted, or cannot be followed by this process.
package enum JournalProblem: Error, Hashable, Sendable, CustomStringConvertible {
    case gap(expected: UInt64, found: UInt64)
    case repeated(expected: UInt64, found: UInt64)
    case brokenChain(sequence: UInt64)
    case rangeGap(sequence: UInt64, input: InputKind, expected: Int64, found: Int64)
    case format(offset: Int64, JournalFormatError)

    package var description: String {
        switch self {
        case .gap(let expected, let found):
            "entry \(expected) is missing: the next one is \(found)"
        case .repeated(let expected, let found):
            "entry \(found) comes where \(expected) should"
        case .brokenChain(let sequence):
            "entry \(sequence) does not continue the one before it"
        case .rangeGap(let sequence, let input, let expected, let found):
            "entry \(sequence) begins at offset \(found) of \(input), but the one before ended at \(expected)"
        case .format(let offset, let error):
            "the record at offset \(offset): \(error)"
        }
    }
}
