import Scoring

/// Finds the value that a short name on the wire stands for.
struct WireNames<Value: Sendable>: Sendable {
    private struct Entry {
        var head: UInt64
        var name: StaticString
        var value: Value
    }
    private var entries: ContiguousArray<Entry> = []

    init(_ names: [(StaticString, Value)]) {
        for (name, value) in names {
            let head = unsafe Self.head(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
            entries.append(Entry(head: head, name: name, value: value))
        }
    }

    /// The value named by `text`, or nil. A handful of first words is compared faster than anything is hashed.
    @inline(__always) func find(_ text: UnsafeRawBufferPointer) -> Value? {
        let head = unsafe Self.head(text)
        for index in entries.indices where entries[index].head == head {
            let name = unsafe UnsafeRawBufferPointer(
                start: entries[index].name.utf8Start, count: entries[index].name.utf8CodeUnitCount)
            if unsafe text.hasSameBytes(as: name) { return entries[index].value }
        }
        return nil
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
