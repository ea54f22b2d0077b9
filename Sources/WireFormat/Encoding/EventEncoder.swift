import Scoring

/// Writes events as the canonical JSON records that `RecordDecoder` reads: decoding gives the same event again.
///
/// Of what decoding keeps the hash alone (articles, the order of an answer, whom a referral brought), nothing is written;
/// a session only where its id is given.
package struct EventEncoder: Sendable {
    private var currencies = CurrencyPlaces()

    package init() {}

    /// Appends the record of `event`, whose texts and `session` id are in `buffer`, to `bytes`.
    package mutating func encode(
        _ event: Event, in buffer: EventBuffer, session: TextSpan = .empty, into bytes: inout ContiguousArray<UInt8>
    ) {
        var places = 0
        if case .order(let order) = event.body, order.currency != .none {
            places = currencies.places(of: order.currency)
        }
        bytes.append { Self.write(event, places, buffer, session: session, &$0) }
    }

    private static func write(
        _ event: Event, _ places: Int, _ buffer: EventBuffer, session: TextSpan, _ bytes: inout ByteWriter
    ) {
        if case .order = event.body {
            bytes.append(literal: "{\"order_id\":")
        } else {
            bytes.append(literal: "{\"event_id\":")
        }
        bytes.append(jsonString: event.id, of: buffer.text)
        bytes.append(literal: ",\"customer_id\":")
        bytes.append(jsonString: event.customer, of: buffer.text)
        bytes.append(literal: ",\"occurred_at\":\"")
        bytes.append(time: event.time)
        bytes.append(literal: "\",\"type\":\"")
        switch event.body {
        case .order(let order): write(order, places, buffer, &bytes)
        case .browse(let browse): write(browse, session: session, buffer, &bytes)
        case .feedback(let feedback): write(feedback, buffer, &bytes)
        case .command(let command): write(command, buffer, &bytes)
        }
        bytes.append(literal: "}")
    }

    private static func write(
        _ order: OrderEvent, _ places: Int, _ buffer: EventBuffer, _ bytes: inout ByteWriter
    ) {
        bytes.append(literal: order.type.name)
        bytes.append(literal: "\"")
        if order.currency != .none { write(amountsOf: order, places, &bytes) }
        write("channel", order.channel, buffer, &bytes)
        // That there was one is known, not which.
        if order.hasCoupon { bytes.append(literal: ",\"coupon\":\"used\"") }
        if let rate = order.rate { write(rate, &bytes) }
        if order.itemCount > 0 { write(itemsOf: order, places, buffer, &bytes) }
    }

    private static func write(amountsOf order: OrderEvent, _ places: Int, _ bytes: inout ByteWriter) {
        bytes.append(literal: ",\"currency\":")
        bytes.append(jsonString: order.currency.text)
        bytes.append(literal: ",\"total\":")
        bytes.append(fixed: order.total.minorUnits, places: places)
        write("discount", order.discount, places, &bytes)
        write("shipping", order.shipping, places, &bytes)
        write("cost", order.cost, places, &bytes)
        if let refund = order.refund {
            bytes.append(literal: ",\"refund\":{\"amount\":")
            bytes.append(fixed: refund.minorUnits, places: places)
            bytes.append(literal: "}")
        }
    }

    private static func write(
        _ name: StaticString, _ amount: Money?, _ places: Int, _ bytes: inout ByteWriter
    ) {
        guard let amount else { return }
        bytes.append(literal: ",\"")
        bytes.append(literal: name)
        bytes.append(literal: "\":")
        bytes.append(fixed: amount.minorUnits, places: places)
    }

    private static func write(_ carried: CarriedRate, _ bytes: inout ByteWriter) {
        bytes.append(literal: ",\"exchange_rate\":{\"rate\":\"")
        bytes.append(fixed: carried.rate.billionths, places: 9)
        bytes.append(literal: "\"")
        if carried.currency != .none {
            bytes.append(literal: ",\"currency\":")
            bytes.append(jsonString: carried.currency.text)
        }
        bytes.append(literal: "}")
    }

    /// The lines that were kept, and empty ones for those that were only counted.
    private static func write(
        itemsOf order: OrderEvent, _ places: Int, _ buffer: EventBuffer, _ bytes: inout ByteWriter
    ) {
        bytes.append(literal: ",\"items\":[")
        for number in 0..<Int(order.itemCount) {
            if number > 0 { bytes.append(literal: ",") }
            guard number < order.items.count else {
                bytes.append(literal: "{}")
                continue
            }
            let item = buffer.items[Int(order.items.offset) + number]
            bytes.append(literal: "{\"quantity\":")
            bytes.append(fixed: Int64(item.quantityThousandths), places: 3)
            write("unit_price", item.unitPrice, places, &bytes)
            write("category", item.category, buffer, &bytes)
            bytes.append(literal: "}")
        }
        bytes.append(literal: "]")
    }

    private static func write(
        _ browse: BrowseEvent, session: TextSpan, _ buffer: EventBuffer, _ bytes: inout ByteWriter
    ) {
        bytes.append(literal: browse.type.name)
        bytes.append(literal: "\"")
        write("session_id", session, buffer, &bytes)
        write("category", browse.category, buffer, &bytes)
        if browse.dwellMilliseconds > 0 {
            bytes.append(literal: ",\"dwell_ms\":")
            bytes.append(decimal: Int64(browse.dwellMilliseconds))
        }
        write("channel", browse.channel, buffer, &bytes)
        write("campaign", browse.campaign, buffer, &bytes)
    }

    private static func write(_ feedback: FeedbackEvent, _ buffer: EventBuffer, _ bytes: inout ByteWriter) {
        bytes.append(literal: feedback.type.name)
        bytes.append(literal: "\"")
        if let score = feedback.score {
            bytes.append(literal: ",\"score\":")
            if feedback.type == .nps {
                bytes.append(fixed: Int64(score / 1000), places: 0)
            } else {
                bytes.append(fixed: Int64(score), places: 2)
                bytes.append(literal: ",\"scale_max\":100")
            }
        }
        if let sentiment = feedback.sentiment {
            bytes.append(literal: ",\"sentiment\":\"")
            bytes.append(literal: sentiment.wireName)
            bytes.append(literal: "\"")
        }
        write("channel", feedback.channel, buffer, &bytes)
        if let isConverted = feedback.isConverted {
            bytes.append(literal: isConverted ? ",\"converted\":true" : ",\"converted\":false")
        }
    }

    private static func write(_ command: CommandEvent, _ buffer: EventBuffer, _ bytes: inout ByteWriter) {
        bytes.append(literal: command.type.wireName)
        bytes.append(literal: "\"")
        switch command.action {
        case .erase(let blockFor):
            guard let blockFor else { break }
            bytes.append(literal: ",\"block_for\":\"")
            bytes.append(decimal: blockFor.milliseconds)
            bytes.append(literal: "ms\"")
        case .pin(let pin): write(pin, buffer, &bytes)
        case .merge(let merged): write("merged_customer_id", merged.id, buffer, &bytes)
        case .attribute(let changes): write(buffer.attributes[changes.range], buffer, &bytes)
        case .unpin, .recompute: break
        }
        write("by", command.by, buffer, &bytes)
        write("reason", command.reason, buffer, &bytes)
    }

    /// An optional text field.
    private static func write(
        _ name: StaticString, _ text: TextSpan, _ buffer: EventBuffer, _ bytes: inout ByteWriter
    ) {
        guard !text.isEmpty else { return }
        bytes.append(literal: ",\"")
        bytes.append(literal: name)
        bytes.append(literal: "\":")
        bytes.append(jsonString: text, of: buffer.text)
    }
}
