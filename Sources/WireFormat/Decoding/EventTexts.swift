import Scoring

/// Gathers the texts of one event, so that the batch's buffer grows once for all of them.
///
/// Owns its memory for its whole life. Each text is at most 256 bytes long and, as the parser's are, readable for 32 bytes
/// more: nearly all are copied in one piece, whatever their length.
@safe struct EventTexts: ~Copyable {
    private let memory: UnsafeMutableRawBufferPointer
    /// Where the first text will stand in the batch's buffer.
    private var base = 0
    private var count = 0

    private static let pieceBytes = 32
    /// An id and a label have the same limit: a customer, an id, three labels, and the category of each line.
    private static let capacity = (5 + OrderEvent.maximumItems) * Event.maximumLabelBytes + pieceBytes

    init() {
        unsafe memory = .allocate(byteCount: Self.capacity, alignment: Self.pieceBytes)
    }

    deinit { unsafe memory.deallocate() }

    /// Forgets what was gathered; what follows goes behind what `buffer` holds now.
    @inline(__always) mutating func begin(_ buffer: borrowing EventBuffer) {
        base = buffer.text.count
        count = 0
    }

    @inline(__always) mutating func add(_ text: UnsafeRawBufferPointer) -> TextSpan {
        unsafe precondition(
            count + text.count + Self.pieceBytes <= memory.count, "an event has more text than it can have")
        let place = unsafe memory.baseAddress.unsafelyUnwrapped + count
        let source = unsafe text.baseAddress.unsafelyUnwrapped
        var position = 0
        repeat {
            let piece = unsafe source.loadUnaligned(fromByteOffset: position, as: SIMD32<UInt8>.self)
            unsafe place.storeBytes(of: piece, toByteOffset: position, as: SIMD32<UInt8>.self)
            position += Self.pieceBytes
        } while position < text.count
        let span = TextSpan(offset: base + count, length: text.count)
        count += text.count
        return span
    }

    /// A text that may be missing.
    @inline(__always) mutating func add(label: UnsafeRawBufferPointer?) -> TextSpan {
        guard let label = unsafe label else { return .empty }
        return unsafe add(label)
    }

    /// Appends what was gathered to the buffer that it was begun for.
    @inline(__always) func move(to buffer: inout EventBuffer) {
        _ = unsafe buffer.append(text: UnsafeRawBufferPointer(rebasing: memory[..<count]))
    }
}
