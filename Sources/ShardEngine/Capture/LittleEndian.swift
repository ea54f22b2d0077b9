/// Writes integers one after another, least significant byte first; the caller sees to it that there is room.
package struct LittleEndianWriter {
    package private(set) var address: UnsafeMutableRawPointer

    package init(_ address: UnsafeMutableRawPointer) { self.address = address }

    @inline(__always) package mutating func put<Value: FixedWidthInteger>(_ value: Value) {
        address.storeBytes(of: value.littleEndian, as: Value.self)
        address += MemoryLayout<Value>.size
    }

    @inline(__always) package mutating func put(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        address.copyMemory(from: source, byteCount: bytes.count)
        address += bytes.count
    }
}

/// Reads integers one after another, least significant byte first; the caller sees to it that they are there.
package struct LittleEndianReader {
    package private(set) var address: UnsafeRawPointer

    package init(_ address: UnsafeRawPointer) { self.address = address }

    @inline(__always) package mutating func take<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) -> Value {
        defer { address += MemoryLayout<Value>.size }
        return Value(littleEndian: address.loadUnaligned(as: Value.self))
    }
}
