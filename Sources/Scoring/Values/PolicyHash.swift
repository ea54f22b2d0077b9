/// The SHA-256 of a policy, as in `Policy.hash`: which rules a state or a journal entry was made under.
package struct PolicyHash: Hashable, Sendable, CustomStringConvertible {
    package static let byteCount = 32
    /// Most significant first.
    package let bigEndianWords: [UInt64]

    /// Nil unless `text` is 64 hexadecimal digits.
    package init?(_ text: String) {
        let digits = Array(text.utf8)
        let nibbles = digits.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == 2 * Self.byteCount, nibbles.count == digits.count else { return nil }
        bigEndianWords = stride(from: 0, to: nibbles.count, by: 16).map { start in
            nibbles[start..<start + 16].reduce(0) { $0 << 4 | UInt64($1) }
        }
    }

    /// From four words, the most significant first.
    package init(bigEndianWords words: [UInt64]) {
        precondition(words.count == 4, "256 bits")
        bigEndianWords = words
    }

    /// 64 small hexadecimal digits.
    package var text: String {
        bigEndianWords.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    /// Enough of it to tell policies apart in a sentence.
    package var short: String { String(text.prefix(12)) }

    package var description: String { text }
}
