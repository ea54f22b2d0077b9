import Scoring

/// Gathers the texts of one event, so that the batch's buffer grows once for all of them.
///
/// Owns its memory for its whole life. Each text is at most 256 bytes long and, as the parser's are, readable for eight
/// bytes more: it is copied word by word.
@safe struct EventTexts: ~Copyable {
    private let memory: UnsafeMutableRawBufferPointer
    /// Where the first text will stand in the batch's buffer.
    private var base = 0
    private var count = 0

    private static let wordBytes = 8
    /// An id and a label have the same limit: a customer, an id, three labels, and the category of each line.
    private static let capacity = (5 + OrderEvent.maximumItems) * Event.maximumLabelBytes + wordBytes

    init() {
        unsafe memory = .allocate(byteCount: Self.capacity, alignment: Self.wordBytes)
    }

    deinit { unsafe memory.deallocate() }

    /// Forgets what was gathered; what follows goes behind what `buffer` holds now.
    @inline(__always) mutating func begin(_ buffer: borrowing EventBuffer) {
        base = buffer.text.count
        count = 0
    }

    @inline(__always) mutating func add(_ text: UnsafeRawBufferPointer) -> TextSpan {
        unsafe precondition(
            count + text.count + Self.wordBytes <= memory.count, "an event has more text than it can have")
        let place = unsafe memory.baseAddress.unsafelyUnwrapped + count
        var position = 0
        while position < text.count {
            let word = unsafe text.baseAddress.unsafelyUnwrapped.loadUnaligned(
                fromByteOffset: position, as: UInt64.self)
            unsafe place.storeBytes(of: word, toByteOffset: position, as: UInt64.self)
            position += Self.wordBytes
        }
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
