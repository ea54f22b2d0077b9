/// The decoded events of one batch in arrival order, with the bytes of their texts. Reused from batch to batch.
package struct EventBuffer: Sendable {
    package var events: ContiguousArray<Event> = []
    package var text: ContiguousArray<UInt8> = []

    package init() {}

    /// Forgets the events, keeps the memory.
    package mutating func removeAll() {
        events.removeAll(keepingCapacity: true)
        text.removeAll(keepingCapacity: true)
    }

    /// Copies `bytes` into the text buffer.
    @inlinable package mutating func append(text bytes: UnsafeRawBufferPointer) -> TextSpan {
        let span = TextSpan(offset: text.count, length: bytes.count)
        text.append(contentsOf: bytes)
        return span
    }

    /// The text of `span`, for people and tests.
    package func string(_ span: TextSpan) -> String { String(decoding: text[span.range], as: UTF8.self) }
}
