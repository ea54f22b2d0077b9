import ShardEngine

/// The fields of a header or footer, written one after another.
struct FrameBytes {
    private(set) var bytes: [UInt8] = []

    mutating func put(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func put(_ more: [UInt8]) { bytes.append(contentsOf: more) }

    /// A text with its length in front; names have limits far below the format's.
    mutating func put(text: String) {
        precondition(text.utf8.count <= UInt16.max, "a name fits its length")
        put(UInt16(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    /// The same for a text that may be longer than a name.
    mutating func put(longText text: String) {
        put(UInt32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }
}

/// Reads the fields of a header or footer; nil where the bytes end too early.
struct FrameFields {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    /// All that is left.
    mutating func takeRest() -> [UInt8] {
        defer { position = bytes.count }
        return [UInt8](bytes[position...])
    }

    mutating func take<Value: FixedWidthInteger>(_ type: Value.Type) -> Value? {
        guard bytes.count - position >= MemoryLayout<Value>.size else { return nil }
        defer { position += MemoryLayout<Value>.size }
        return Value(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Value.self))
    }

    mutating func takeText() -> String? { take(UInt16.self).flatMap { takeText(bytes: Int($0)) } }

    mutating func takeLongText() -> String? { take(UInt32.self).flatMap { takeText(bytes: Int($0)) } }

    private mutating func takeText(bytes length: Int) -> String? {
        guard bytes.count - position >= length else { return nil }
        defer { position += length }
        return String(validating: bytes[position..<position + length], as: UTF8.self)
    }
}
