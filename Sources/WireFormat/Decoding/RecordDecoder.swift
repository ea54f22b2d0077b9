import Scoring

/// Turns the bytes of a record into an event. Owns the JSON parser with its buffers: one for each thread that decodes.
///
/// A record either adds exactly one event to the buffer or is rejected and adds nothing: texts are copied only when
/// nothing can fail any more. The answer depends on the record alone.
package struct RecordDecoder: ~Copyable {
    private var parser: JSONParser
    private let requiresKey: Bool
    private let orderTypes = WireNames(OrderType.allCases.map { ($0.name, $0) })
    private let browseTypes = WireNames(BrowseType.allCases.map { ($0.name, $0) })
    private let feedbackTypes = WireNames(FeedbackType.allCases.map { ($0.name, $0) })
    private let commandTypes = WireNames(CommandType.allCases.map { ($0.wireName, $0) })
    private let sentiments = WireNames(Sentiment.allCases.map { ($0.wireName, $0) })
    private let keys = (
        order: RecordKeys.order, browse: RecordKeys.browse, feedback: RecordKeys.feedback, command: RecordKeys.command
    )
    private var currencies = CurrencyPlaces()

    /// The largest record that is read unless the caller says otherwise: 1 MiB.
    package static let defaultMaximumBytes = 1 << 20

    /// - Parameters:
    ///   - maximumBytes: Larger records are rejected; six times as much address space is reserved.
    ///   - requiresKey: Whether a record without a key is rejected; false where records come from files.
    package init(
        maximumBytes: Int = RecordDecoder.defaultMaximumBytes, requiresKey: Bool = true
    ) throws(WireFormatError) {
        parser = try JSONParser(maximumBytes: maximumBytes)
        self.requiresKey = requiresKey
    }

    /// Appends the event in `value` to `buffer`. A key, where there is one, must be the customer id byte for byte.
    package mutating func decode(
        _ value: UnsafeRawBufferPointer?, key: UnsafeRawBufferPointer?, as input: InputKind,
        into buffer: inout EventBuffer
    ) throws(Rejection) {
        guard let value = unsafe value else { throw Rejection(.nullPayload) }
        guard value.count > 0 else { throw Rejection(.emptyPayload) }
        let record = try unsafe parser.parse(value)
        switch input {
        case .orders: try unsafe order(record, key, &buffer)
        case .browse: try unsafe browse(record, key, &buffer)
        case .feedback: try unsafe feedback(record, key, &buffer)
        case .commands: try unsafe command(record, key, &buffer)
        }
    }

    private mutating func order(
        _ record: JSONRecord, _ key: UnsafeRawBufferPointer?, _ buffer: inout EventBuffer
    ) throws(Rejection) {
        try record.refuseDuplicates(of: keys.order)
        let envelope = try unsafe Envelope(record, id: .orderID, key: key, requiresKey: requiresKey)
        let type = try record.value(.type, in: orderTypes, otherwise: .unknownType)
        var order = try OrderFields(record, currencies: &currencies).event(type)
        let channel = try unsafe record.text(.channel)
        if let channel = unsafe channel { unsafe order.channel = buffer.append(text: channel) }
        unsafe envelope.append(.order(order), to: &buffer)
    }

    private mutating func browse(
        _ record: JSONRecord, _ key: UnsafeRawBufferPointer?, _ buffer: inout EventBuffer
    ) throws(Rejection) {
        try record.refuseDuplicates(of: keys.browse)
        let envelope = try unsafe Envelope(record, id: .eventID, key: key, requiresKey: requiresKey)
        let type = try record.value(.type, in: browseTypes, otherwise: .unknownType)
        var browse = try BrowseEvent(type: type, sessionHash: 0, dwellMilliseconds: record.dwell())
        if let session = try unsafe record.optionalID(.sessionID) { browse.sessionHash = unsafe StableHash.of(session) }
        let category = try unsafe record.text(.category)
        try record.checkTexts(.sku, .channel, .campaign)
        if let category = unsafe category { unsafe browse.category = buffer.append(text: category) }
        unsafe envelope.append(.browse(browse), to: &buffer)
    }

    private mutating func feedback(
        _ record: JSONRecord, _ key: UnsafeRawBufferPointer?, _ buffer: inout EventBuffer
    ) throws(Rejection) {
        try record.refuseDuplicates(of: keys.feedback)
        let envelope = try unsafe Envelope(record, id: .eventID, key: key, requiresKey: requiresKey)
        let type = try record.value(.type, in: feedbackTypes, otherwise: .unknownType)
        let score = try FeedbackScore(record, type: type).units
        let sentiment = try record.optionalValue(.sentiment, in: sentiments)
        _ = try unsafe record.optionalID(.orderID)
        _ = try unsafe record.text(.channel)
        unsafe envelope.append(.feedback(FeedbackEvent(type: type, score: score, sentiment: sentiment)), to: &buffer)
    }

    private mutating func command(
        _ record: JSONRecord, _ key: UnsafeRawBufferPointer?, _ buffer: inout EventBuffer
    ) throws(Rejection) {
        try record.refuseDuplicates(of: keys.command)
        let envelope = try unsafe Envelope(record, id: .eventID, key: key, requiresKey: requiresKey)
        let type = try record.value(.type, in: commandTypes, otherwise: .unknownType)
        unsafe envelope.append(.command(CommandEvent(type: type)), to: &buffer)
    }
}

/// What every event has: whose it is, its id and its time. Points into the parsed record.
@unsafe private struct Envelope {
    let customer: UnsafeRawBufferPointer
    let id: UnsafeRawBufferPointer
    let time: EventTime

    @inline(__always) init(
        _ record: JSONRecord, id idKey: RecordKey, key: UnsafeRawBufferPointer?, requiresKey: Bool
    ) throws(Rejection) {
        unsafe customer = try record.id(.customerID)
        if let key = unsafe key {
            guard unsafe key.hasSameBytes(as: customer) else { throw Rejection(.keyMismatch, .customerID) }
        } else if requiresKey {
            throw Rejection(.keyMismatch, .customerID)
        }
        unsafe id = try record.id(idKey)
        unsafe time = try record.time(.occurredAt)
    }

    @inline(__always) func append(_ body: Event.Body, to buffer: inout EventBuffer) {
        let event = unsafe Event(
            time: time, customer: buffer.append(text: customer), customerHash: StableHash.of(customer),
            id: buffer.append(text: id), idHash: StableHash.of(id), body: body)
        buffer.events.append(event)
    }
}

extension CommandType {
    /// The name on the wire.
    var wireName: StaticString {
        switch self {
        case .erase: "erase"
        case .pin: "pin"
        case .unpin: "unpin"
        case .merge: "merge"
        case .attribute: "attribute"
        case .recompute: "recompute"
        }
    }
}

extension Sentiment {
    /// The name on the wire.
    var wireName: StaticString {
        switch self {
        case .negative: "negative"
        case .neutral: "neutral"
        case .positive: "positive"
        }
    }
}
