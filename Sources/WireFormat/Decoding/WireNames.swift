import Scoring

/// Finds the value that a short name on the wire stands for.
struct WireNames<Value: Sendable>: Sendable {
    private struct Entry {
        var head: UInt64
        var name: StaticString
        var value: Value
    }
    /// In the order of their slots.
    private var entries: ContiguousArray<Entry> = []
    /// Where the entries of each slot begin, and at last where those of the last end.
    private var starts: ContiguousArray<UInt8> = []

    private static var slotBits: Int { 6 }
    /// An odd number with its bits well mixed: 2^64 divided by the golden ratio (Knuth, volume 3, 6.4).
    private static var multiplier: UInt64 { 0x9e37_79b9_7f4a_7c15 }

    init(_ names: [(StaticString, Value)]) {
        precondition(names.count <= UInt8.max, "starts are bytes")
        for slot in 0..<1 << Self.slotBits {
            starts.append(UInt8(entries.count))
            for (name, value) in names {
                let text = unsafe UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
                let head = unsafe Self.head(text)
                if Self.slot(of: head) == slot { entries.append(Entry(head: head, name: name, value: value)) }
            }
        }
        starts.append(UInt8(entries.count))
    }

    /// The value named by `text`, or nil.
    @inline(__always) func find(_ text: UnsafeRawBufferPointer) -> Value? {
        let head = unsafe Self.head(text)
        let slot = Self.slot(of: head)
        for index in Int(starts[slot])..<Int(starts[slot + 1]) where entries[index].head == head {
            let name = unsafe UnsafeRawBufferPointer(
                start: entries[index].name.utf8Start, count: entries[index].name.utf8CodeUnitCount)
            if unsafe text.hasSameBytes(as: name) { return entries[index].value }
        }
        return nil
    }

    @inline(__always) private static func slot(of head: UInt64) -> Int {
        Int(truncatingIfNeeded: (head &* multiplier) >> UInt64(64 - slotBits))
    }

    /// The first eight bytes, or all of a shorter text.
    @inline(__always) private static func head(_ text: UnsafeRawBufferPointer) -> UInt64 {
        if text.count >= 8 { return unsafe text.loadUnaligned(as: UInt64.self) }
        var word: UInt64 = 0
        for index in 0..<text.count { word |= unsafe UInt64(text[index]) << UInt64(8 * index) }
        return word
    }
}

extension UnsafeRawBufferPointer {
    /// Compares words first, then the bytes that are left.
    @inline(__always) func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        var position = 0
        while count - position >= 8 {
            let same =
                unsafe loadUnaligned(fromByteOffset: position, as: UInt64.self)
                == other.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            guard same else { return false }
            position += 8
        }
        while position < count {
            guard unsafe self[position] == other[position] else { return false }
            position += 1
        }
        return true
    }
}
