import Scoring

/// The names of a shard's categories and channels, each once, so that a customer's preferences are small numbers.
///
/// Numbers are given in the order of first use, which the journal fixes, and saved with the snapshot. At the limit every
/// further name is `other`: the table never grows beyond 300 KiB.
struct NameTable: ~Copyable {
    static let limit = 4_096
    /// Bytes; a longer name is cut between two characters.
    static let longestName = 64
    /// What names beyond the limit are counted as.
    static let other: UInt16 = 0x3fff
    /// What stands for no name; `kind << 14 | number` never gives it, for there is no kind 3.
    static let none = UInt16.max

    private var text: ContiguousArray<UInt8> = []
    private var ends: ContiguousArray<UInt32> = []
    private var hashes: ContiguousArray<UInt32> = []
    /// Number + 1, or 0 for a free place; twice the limit, so that a probe is short. Made with the first name.
    private var buckets: ContiguousArray<UInt16> = []
    private static let bucketCount = 2 * limit

    var count: Int { ends.count }

    private func range(_ number: Int) -> Range<Int> { (number == 0 ? 0 : Int(ends[number - 1]))..<Int(ends[number]) }

    func copy() -> NameTable {
        var twin = NameTable()
        (twin.text, twin.ends, twin.hashes, twin.buckets) = (text, ends, hashes, buckets)
        return twin
    }

    /// The number of a name, which is added on first use.
    mutating func number(of name: UnsafeRawBufferPointer) -> UInt16 {
        let name = Self.cut(name)
        let hash = UInt32(truncatingIfNeeded: StableHash.of(name) >> 32)
        if buckets.isEmpty { buckets = ContiguousArray(repeating: 0, count: Self.bucketCount) }
        var place = Int(hash) & (Self.bucketCount - 1)
        while buckets[place] != 0 {
            let number = Int(buckets[place]) - 1
            if hashes[number] == hash, isEqual(number, name) { return UInt16(number) }
            place = (place + 1) & (Self.bucketCount - 1)
        }
        guard count < Self.limit else { return Self.other }
        text.append(contentsOf: name)
        ends.append(UInt32(text.count))
        hashes.append(hash)
        buckets[place] = UInt16(count)
        return UInt16(count - 1)
    }

    /// The same for a name that the program gives.
    mutating func number(of name: StaticString) -> UInt16 {
        number(of: UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }

    private func isEqual(_ number: Int, _ name: UnsafeRawBufferPointer) -> Bool {
        let range = range(number)
        guard range.count == name.count else { return false }
        for offset in 0..<name.count where text[range.lowerBound + offset] != name[offset] { return false }
        return true
    }

    private static func cut(_ name: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard name.count > longestName else { return name }
        var end = longestName
        while end > 0, name[end] & 0xc0 == 0x80 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: name[..<end])
    }

    /// A copy of a name, for reports.
    func name(_ number: Int) -> [UInt8] { Array(text[range(number)]) }

    /// Copies a name to the outputs' texts.
    func append(_ number: UInt16, to outputs: inout OutputBuffer) -> TextSpan {
        guard number < count else {
            let name: StaticString = "(other)"
            return outputs.append(
                text: UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        }
        return text.withUnsafeBytes { text in
            outputs.append(text: UnsafeRawBufferPointer(rebasing: text[range(Int(number))]))
        }
    }
}

/// As a snapshot holds it: each name's length in one byte and its bytes, in the order of their numbers.
extension NameTable {
    var image: [UInt8] {
        var bytes: [UInt8] = []
        for number in 0..<count {
            bytes.append(UInt8(range(number).count))
            bytes.append(contentsOf: text[range(number)])
        }
        return bytes
    }

    /// Nil unless the bytes are those of a table.
    init?(image: [UInt8]) {
        self.init()
        let isValid = image.withUnsafeBytes { bytes in
            var position = 0
            while position < bytes.count {
                let end = position + 1 + Int(bytes[position])
                guard bytes[position] <= Self.longestName, end <= bytes.count, count < Self.limit else { return false }
                let expected = UInt16(count)
                guard number(of: UnsafeRawBufferPointer(rebasing: bytes[position + 1..<end])) == expected else {
                    return false
                }
                position = end
            }
            return true
        }
        if !isValid { return nil }
    }

    /// The most bytes that an image has.
    static let longestImage = limit * (longestName + 1)
}
