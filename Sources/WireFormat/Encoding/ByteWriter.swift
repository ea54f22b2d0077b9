import Scoring

/// Writes bytes one after another into memory that it is lent for the length of one call.
///
/// What does not fit is counted and left out: `append(writing:)` then lends more and has everything written again. So a write
/// costs a comparison and a copy, whatever came before it.
@safe struct ByteWriter {
    private let base: UnsafeMutablePointer<UInt8>
    private let capacity: Int
    /// Bytes written, those that did not fit included.
    private(set) var count = 0

    @unsafe init(_ memory: UnsafeMutableBufferPointer<UInt8>) {
        unsafe base = unsafe memory.baseAddress.unsafelyUnwrapped
        capacity = memory.count
    }

    /// The place of the next `length` bytes, which the caller fills; nil when they do not fit.
    @unsafe @inline(__always) mutating func take(_ length: Int) -> UnsafeMutablePointer<UInt8>? {
        let place = unsafe base + count
        count &+= length
        return count <= capacity ? unsafe place : nil
    }

    /// The place of the next bytes, nil unless `most` fit; what is written there counts once `advance` has said so.
    @unsafe @inline(__always) func room(_ most: Int) -> UnsafeMutableRawPointer? {
        unsafe count + most <= capacity ? UnsafeMutableRawPointer(base + count) : nil
    }

    @inline(__always) mutating func advance(by length: Int) { count &+= length }

    @inline(__always) mutating func append(_ byte: UInt8) {
        if let place = unsafe take(1) { unsafe place.pointee = byte }
    }

    @inline(__always) mutating func append(literal: StaticString) {
        guard let place = unsafe take(literal.utf8CodeUnitCount) else { return }
        unsafe place.update(from: literal.utf8Start, count: literal.utf8CodeUnitCount)
    }

    @inline(__always) mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count > 0, let source = bytes.baseAddress, let place = unsafe take(bytes.count) else {
            return
        }
        unsafe UnsafeMutableRawPointer(place).copyMemory(from: source, byteCount: bytes.count)
    }

    /// The bytes of `span` in `text`.
    @inline(__always) mutating func append(_ span: TextSpan, of text: ContiguousArray<UInt8>) {
        unsafe text.withUnsafeBytes { unsafe append(UnsafeRawBufferPointer(rebasing: $0[span.range])) }
    }
}

/// Numbers print themselves into it.
extension ByteWriter: TextOutputStream {
    mutating func write(_ string: String) {
        var string = string
        string.withUTF8 { unsafe append(UnsafeRawBufferPointer($0)) }
    }

    /// What the standard library calls, where it does, for text that it has as bytes: spares each number a `String`.
    mutating func _writeASCII(_ buffer: UnsafeBufferPointer<UInt8>) { unsafe append(UnsafeRawBufferPointer(buffer)) }
}

extension ContiguousArray<UInt8> {
    /// What most that is written fits into.
    private static var usualRoom: Int { 4_096 }

    /// Appends what `write` writes, in place. It is called again, with more room, if the first was too little.
    @inline(__always) mutating func append(writing write: (inout ByteWriter) -> Void) {
        var room = Self.usualRoom
        while true {
            var needed = 0
            append(addingCapacity: room) { span in
                unsafe span.withUnsafeMutableBufferPointer { memory, written in
                    var writer = unsafe ByteWriter(memory)
                    write(&writer)
                    needed = writer.count
                    if needed <= memory.count { written = needed }
                }
            }
            if needed <= room { return }
            room = needed
        }
    }
}
