import Scoring
import WireFormat

/// One record through a decoder of its own: either an event with its texts, or the rejection.
struct DecodedRecord {
    var buffer = EventBuffer()
    var rejection: Rejection?

    /// Without `key`, the record's key is not asked for.
    init(_ bytes: [UInt8]?, key: [UInt8]? = nil, as input: InputKind, maximumBytes: Int = 4_096) throws {
        var decoder = try RecordDecoder(maximumBytes: maximumBytes, requiresKey: key != nil)
        do throws(Rejection) {
            try decoder.decode(bytes, key: key, as: input, into: &buffer)
        } catch {
            rejection = error
        }
    }

    init(_ json: String, key: String? = nil, as input: InputKind) throws {
        try self.init(Array(json.utf8), key: key.map { Array($0.utf8) }, as: input)
    }

    var event: Event? { buffer.events.first }
    /// Nothing was left in the buffer.
    var isEmpty: Bool {
        buffer.events.isEmpty && buffer.text.isEmpty && buffer.items.isEmpty && buffer.attributes.isEmpty
    }
    var items: [OrderItem] { order.map { Array(buffer.items[$0.items.range]) } ?? [] }
    var changes: [AttributeChange] {
        if case .attribute(let changes)? = command?.action { Array(buffer.attributes[changes.range]) } else { [] }
    }

    var order: OrderEvent? {
        if case .order(let order)? = event?.body { order } else { nil }
    }
    var browse: BrowseEvent? {
        if case .browse(let browse)? = event?.body { browse } else { nil }
    }
    var feedback: FeedbackEvent? {
        if case .feedback(let feedback)? = event?.body { feedback } else { nil }
    }
    var command: CommandEvent? {
        if case .command(let command)? = event?.body { command } else { nil }
    }
}

extension RecordDecoder {
    mutating func decode(
        _ bytes: [UInt8]?, key: [UInt8]?, as input: InputKind, into buffer: inout EventBuffer
    ) throws(Rejection) {
        var outcome: Result<Void, Rejection> = .success(())
        Self.withOptionalBytes(bytes) { value in
            Self.withOptionalBytes(key) { key in
                do throws(Rejection) {
                    try decode(value, key: key, as: input, into: &buffer)
                } catch {
                    outcome = .failure(error)
                }
            }
        }
        try outcome.get()
    }

    private static func withOptionalBytes(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) -> Void) {
        guard let bytes else { return body(nil) }
        bytes.withUnsafeBytes { body($0) }
    }
}

/// JSON of events with some fields replaced (a raw JSON value) or left out (nil).
enum Sample {
    static func order(_ changes: [String: String?] = [:]) -> String {
        object(
            [
                ("order_id", "\"o-1\""), ("customer_id", "\"c-1\""), ("type", "\"completed\""),
                ("occurred_at", "\"2026-03-01T10:00:00Z\""), ("currency", "\"USD\""), ("total", "29.33"),
            ], changes)
    }

    static func browse(_ changes: [String: String?] = [:]) -> String {
        object(
            [
                ("event_id", "\"b-1\""), ("customer_id", "\"c-1\""), ("type", "\"product_viewed\""),
                ("occurred_at", "1772359509250"), ("session_id", "\"s-1\""), ("category", "\"music\""),
            ], changes)
    }

    static func feedback(_ changes: [String: String?] = [:]) -> String {
        object(
            [
                ("event_id", "\"f-1\""), ("customer_id", "\"c-1\""), ("type", "\"csat\""),
                ("occurred_at", "\"2026-03-01T10:00:00Z\""), ("score", "4"),
            ], changes)
    }

    static func command(_ changes: [String: String?] = [:]) -> String {
        object(
            [
                ("event_id", "\"k-1\""), ("customer_id", "\"c-1\""), ("type", "\"erase\""),
                ("occurred_at", "\"2026-03-01T10:00:00Z\""),
            ], changes)
    }

    /// A `track` call of Segment's with `properties` as they are given.
    static func track(_ event: String, _ properties: String, _ changes: [String: String?] = [:]) -> String {
        object(
            [
                ("type", "\"track\""), ("event", "\"\(event)\""), ("userId", "\"c-1\""), ("messageId", "\"m-1\""),
                ("timestamp", "\"2026-03-01T10:00:00.250Z\""), ("properties", properties),
            ], changes)
    }

    private static func object(_ fields: [(String, String)], _ changes: [String: String?]) -> String {
        var members = fields.compactMap { name, value -> String? in
            guard let change = changes[name] else { return "\"\(name)\":\(value)" }
            return change.map { "\"\(name)\":\($0)" }
        }
        let known = Set(fields.map(\.0))
        for (name, value) in changes.sorted(by: { $0.key < $1.key }) where !known.contains(name) {
            if let value { members.append("\"\(name)\":\(value)") }
        }
        return "{" + members.joined(separator: ",") + "}"
    }
}
