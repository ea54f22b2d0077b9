import Scoring

/// What an event says, as text: with its texts in place of spans, and without what cannot be written back, the hashes of
/// ids that are not kept.
enum EventText {
    static func of(_ event: Event, _ buffer: EventBuffer) -> String {
        let facts: [Any?] =
            switch event.body {
            case .order(let order): of(order, buffer)
            case .browse(let browse): of(browse, buffer)
            case .feedback(let feedback):
                [
                    feedback.type, feedback.score, feedback.sentiment, feedback.isConverted,
                    buffer.string(feedback.channel),
                ]
            case .command(let command): of(command, buffer)
            }
        let envelope: [Any?] = [
            event.time.milliseconds, event.customerHash, event.idHash, buffer.string(event.customer),
            buffer.string(event.id),
        ]
        return (envelope + facts).map { $0.map { "\($0)" } ?? "-" }.joined(separator: "|")
    }

    private static func of(_ order: OrderEvent, _ buffer: EventBuffer) -> [Any?] {
        let items = order.items.range.map { index in
            let item = buffer.items[index]
            return "\(buffer.string(item.category)) \(item.quantityThousandths) \(item.unitPrice?.minorUnits ?? -1)"
        }
        return [
            order.type, order.currency.packed, order.total.minorUnits, order.refund?.minorUnits,
            order.discount?.minorUnits, order.shipping?.minorUnits, order.cost?.minorUnits, order.hasCoupon,
            buffer.string(order.channel), order.rate?.rate.billionths, order.rate?.currency.packed, order.itemCount,
            items,
        ]
    }

    private static func of(_ browse: BrowseEvent, _ buffer: EventBuffer) -> [Any?] {
        [
            browse.type, browse.dwellMilliseconds, buffer.string(browse.category), buffer.string(browse.channel),
            buffer.string(browse.campaign),
        ]
    }

    private static func of(_ command: CommandEvent, _ buffer: EventBuffer) -> [Any?] {
        let action: [Any?] =
            switch command.action {
            case .erase(let blockFor): [blockFor?.milliseconds]
            case .pin(let pin): [buffer.string(pin.tier), pin.mode, pin.until?.milliseconds]
            case .merge(let merged): [buffer.string(merged.id), merged.hash]
            case .attribute(let changes): [changes.range.map { of(buffer.attributes[$0], buffer) }]
            case .unpin, .recompute: []
            }
        return [command.type, buffer.string(command.by), buffer.string(command.reason)] + action
    }

    static func of(_ change: AttributeChange, _ buffer: EventBuffer) -> String {
        let value =
            switch change.change {
            case .setText(let text): "= \"\(buffer.string(text))\""
            case .setNumber(let digits): "= \(buffer.string(digits))"
            case .setFlag(let flag): "= \(flag)"
            case .unset: "unset"
            case .addTag: "add"
            case .removeTag: "remove"
            }
        return "\(buffer.string(change.name)) \(value)"
    }
}

extension Event.Body {
    /// The input whose schema has events of this kind.
    var input: InputKind {
        switch self {
        case .order: .orders
        case .browse: .browse
        case .feedback: .feedback
        case .command: .commands
        }
    }
}
