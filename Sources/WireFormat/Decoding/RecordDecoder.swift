import CSimdJSON
import Scoring

/// Turns the bytes of a record into an event. Owns the JSON parser with its buffers: one for each thread that decodes.
///
/// A record either adds exactly one event to the buffer, with its texts and lists, or is rejected and adds nothing. The
/// answer depends on the record alone.
package struct RecordDecoder: ~Copyable {
    var parser: JSONParser
    let requiresKey: Bool
    private let orderTypes = WireNames(OrderType.allCases.map { ($0.name, $0) })
    private let browseTypes = WireNames(BrowseType.allCases.map { ($0.name, $0) })
    private let feedbackTypes = WireNames(FeedbackType.allCases.map { ($0.name, $0) })
    private let sentiments = WireNames(Sentiment.allCases.map { ($0.wireName, $0) })
    let commandNames = CommandNames()
    let callNames = CallNames()
    let keys = (
        order: RecordKeys.order, browse: RecordKeys.browse, feedback: RecordKeys.feedback, command: RecordKeys.command,
        signs: RecordKeys.signs, call: RecordKeys.call, properties: RecordKeys.properties
    )
    var currencies = CurrencyPlaces()
    var texts = EventTexts()

    /// The largest record that is read unless the caller says otherwise: 1 MiB.
    package static let defaultMaximumBytes = 1 << 20

    /// - Parameters:
    ///   - maximumBytes: Larger records are rejected; seven times as much address space is reserved.
    ///   - requiresKey: Whether a record without a key is rejected; false where records come from files.
    package init(
        maximumBytes: Int = RecordDecoder.defaultMaximumBytes, requiresKey: Bool = true
    ) throws(WireFormatError) {
        parser = try JSONParser(maximumBytes: maximumBytes)
        self.requiresKey = requiresKey
    }

    /// Appends the event in `value` to `buffer`. A key, where there is one, must be the customer id byte for byte.
    ///
    /// An event in Segment's form may be of any kind, whichever of the three inputs of events it came by.
    package mutating func decode(
        _ value: UnsafeRawBufferPointer?, key: UnsafeRawBufferPointer?, as input: InputKind,
        into buffer: inout EventBuffer
    ) throws(Rejection) {
        guard let value = unsafe value else { throw Rejection(.nullPayload) }
        guard value.count > 0 else { throw Rejection(.emptyPayload) }
        let record = try unsafe parser.parse(value, Self.form(of: input))
        let mark = buffer.mark
        texts.begin(buffer)
        do throws(Rejection) {
            if record.hasAny(of: keys.signs), let call = callNames.call(record) {
                return try unsafe decode(call, record, key, &buffer)
            }
            switch input {
            case .orders: try unsafe order(record, key, &buffer)
            case .browse: try unsafe browse(record, key, &buffer)
            case .feedback: try unsafe feedback(record, key, &buffer)
            case .commands: try unsafe command(record, key, &buffer)
            }
        } catch {
            buffer.rewind(to: mark)
            throw error
        }
    }

    @inline(__always) private static func form(of input: InputKind) -> csj_form {
        switch input {
        case .orders, .browse, .feedback: CSJ_EVENT_FORM
        case .commands: CSJ_COMMAND_FORM
        }
    }

    private mutating func order(
        _ record: JSONRecord, _ key: UnsafeRawBufferPointer?, _ buffer: inout EventBuffer
    ) throws(Rejection) {
        try record.refuseDuplicates(of: keys.order)
        let envelope = try unsafe Envelope(record, id: .orderID, key: key, requiresKey: requiresKey)
        let type = try record.value(.type, in: orderTypes, otherwise: .unknownType)
        let fields = try OrderFields(record, currencies: &currencies)
        var order = try fields.event(type)
        order.channel = unsafe texts.add(label: try record.label(.channel))
        try OrderLines.append(
            record, places: fields.hasCurrency ? fields.places : nil, of: &order, &texts, to: &buffer)
        unsafe envelope.append(.order(order), &texts, to: &buffer)
    }

    private mutating func browse(
        _ record: JSONRecord, _ key: UnsafeRawBufferPointer?, _ buffer: inout EventBuffer
    ) throws(Rejection) {
        try record.refuseDuplicates(of: keys.browse)
        let envelope = try unsafe Envelope(record, id: .eventID, key: key, requiresKey: requiresKey)
        let type = try record.value(.type, in: browseTypes, otherwise: .unknownType)
        let browse = try unsafe BrowseEvent(
            type: type, sessionHash: record.hash(ofID: .sessionID), dwellMilliseconds: record.dwell(),
            skuHash: record.hash(ofText: .sku), category: texts.add(label: record.label(.category)),
            channel: texts.add(label: record.label(.channel)),
            campaign: texts.add(label: record.label(.campaign)))
        unsafe envelope.append(.browse(browse), &texts, to: &buffer)
    }

    private mutating func feedback(
        _ record: JSONRecord, _ key: UnsafeRawBufferPointer?, _ buffer: inout EventBuffer
    ) throws(Rejection) {
        try record.refuseDuplicates(of: keys.feedback)
        let envelope = try unsafe Envelope(record, id: .eventID, key: key, requiresKey: requiresKey)
        let type = try record.value(.type, in: feedbackTypes, otherwise: .unknownType)
        let score = try FeedbackScore(record, type: type).units
        let feedback = try unsafe FeedbackEvent(
            type: type, score: score, sentiment: record.optionalValue(.sentiment, in: sentiments),
            channel: texts.add(label: record.label(.channel)), orderHash: record.hash(ofID: .orderID),
            referredHash: record.hash(ofID: .referredCustomerID), isConverted: record.flag(.converted))
        unsafe envelope.append(.feedback(feedback), &texts, to: &buffer)
    }
}

/// What every event has: whose it is, its id and its time. Points into the parsed record.
@unsafe struct Envelope {
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

    @inline(__always) func append(_ body: Event.Body, _ texts: inout EventTexts, to buffer: inout EventBuffer) {
        let event = unsafe Event(
            time: time, customer: texts.add(customer), customerHash: StableHash.of(customer), id: texts.add(id),
            idHash: StableHash.of(id), body: body)
        texts.move(to: &buffer)
        buffer.events.append(event)
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
