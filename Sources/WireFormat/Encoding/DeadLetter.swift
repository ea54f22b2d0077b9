import Scoring

/// A header of a record; Kafka tells a value that is null from one that is empty.
package struct RecordHeader: Hashable, Sendable {
    package var name: String
    package var value: [UInt8]?

    package init(_ name: String, _ value: [UInt8]?) {
        self.name = name
        self.value = value
    }

    package init(_ name: String, _ text: String) { self.init(name, Array(text.utf8)) }
}

/// A rejected record on its way to the dead letters: key, value and headers unchanged, and headers that say why.
package struct DeadLetter: Hashable, Sendable {
    package var key: [UInt8]?
    package var value: [UInt8]?
    /// The record's own headers, then those that start with `tierd_`.
    package var headers: [RecordHeader]

    package init(
        _ rejection: Rejection, at position: SourcePosition, topic: String, key: UnsafeRawBufferPointer?,
        value: UnsafeRawBufferPointer?, headers: [RecordHeader]
    ) {
        self.key = unsafe key.map { unsafe Array($0) }
        self.value = unsafe value.map { unsafe Array($0) }
        self.headers = headers + Self.explanation(of: rejection, at: position, topic: topic)
    }

    private static func explanation(
        of rejection: Rejection, at position: SourcePosition, topic: String
    ) -> [RecordHeader] {
        var headers = [RecordHeader("tierd_error", rejection.reason.rawValue)]
        if let field = rejection.field { headers.append(RecordHeader("tierd_error_field", field.rawValue)) }
        headers.append(RecordHeader("tierd_error_message", rejection.message))
        headers.append(RecordHeader("tierd_source_topic", topic))
        headers.append(RecordHeader("tierd_source_partition", String(position.partition)))
        headers.append(RecordHeader("tierd_source_offset", String(position.offset)))
        // −1 as in the record itself when it has none.
        headers.append(RecordHeader("tierd_source_timestamp", String(position.timestamp)))
        return headers
    }
}

extension DeadLetter {
    /// Bytes of key, value and header values.
    package var byteCount: Int {
        (key?.count ?? 0) + (value?.count ?? 0) + headers.reduce(0) { $0 + $1.name.utf8.count + ($1.value?.count ?? 0) }
    }

    /// The same letter if it is no larger than `limit` bytes. A larger one would be refused by the broker and hold up
    /// everything behind it: it goes without its value, then also without the record's own headers, and says so. The
    /// record itself is where the source headers say.
    package func bounded(by limit: Int) -> DeadLetter {
        guard byteCount > limit else { return self }
        var letter = self
        letter.headers.append(RecordHeader("tierd_value_omitted", String(value?.count ?? 0)))
        letter.value = nil
        guard letter.byteCount > limit else { return letter }
        letter.headers.removeAll { !$0.name.hasPrefix("tierd_") }
        guard letter.byteCount > limit else { return letter }
        letter.key = nil
        return letter
    }
}
