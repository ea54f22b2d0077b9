import Scoring
import Testing

@Suite struct EventBufferTests {
    private static func span(_ text: String, _ buffer: inout EventBuffer) -> TextSpan {
        var text = text
        return text.withUTF8 { buffer.append(text: UnsafeRawBufferPointer($0)) }
    }

    /// A buffer with an event of each kind, each with all that it can refer to.
    private static func filled() -> EventBuffer {
        var buffer = EventBuffer()
        func span(_ text: String) -> TextSpan { Self.span(text, &buffer) }
        func add(_ body: Event.Body) {
            let event = Event(
                time: .earliest, customer: span("customer"), customerHash: 1, id: span("id"), idHash: 2, body: body)
            buffer.events.append(event)
        }
        buffer.items = [
            OrderItem(skuHash: 1, category: span("music")), OrderItem(skuHash: 2, category: .empty),
        ]
        buffer.attributes = [
            AttributeChange(name: span("band"), .setText(span("30-39"))),
            AttributeChange(name: span("size"), .setNumber(span("4"))), AttributeChange(name: span("vip"), .addTag),
        ]
        add(
            .order(
                OrderEvent(
                    type: .completed, currency: .none, total: .zero, channel: span("web"),
                    items: ListSpan(offset: 0, count: 2), itemCount: 2)))
        add(
            .browse(
                BrowseEvent(
                    type: .searched, sessionHash: 0, dwellMilliseconds: 0, category: span("books"),
                    channel: span("app"),
                    campaign: span("spring"))))
        add(.feedback(FeedbackEvent(type: .nps, score: 9, sentiment: nil, channel: span("mail"))))
        add(
            .command(CommandEvent(.pin(TierPin(tier: span("gold"), mode: .floor)), by: span("anna"), reason: span("r")))
        )
        add(.command(CommandEvent(.merge(MergedCustomer(id: span("other"), hash: 7)))))
        add(.command(CommandEvent(.attribute(ListSpan(offset: 0, count: 3)))))
        return buffer
    }

    /// Every text of an event, those of what it lists included.
    private static func texts(_ event: Event, _ buffer: EventBuffer) -> [String] {
        var spans = [event.customer, event.id]
        switch event.body {
        case .order(let order): spans += [order.channel] + order.items.range.map { buffer.items[$0].category }
        case .browse(let browse): spans += [browse.category, browse.channel, browse.campaign]
        case .feedback(let feedback): spans += [feedback.channel]
        case .command(let command):
            spans += [command.by, command.reason]
            switch command.action {
            case .pin(let pin): spans.append(pin.tier)
            case .merge(let merged): spans.append(merged.id)
            case .attribute(let changes):
                for change in buffer.attributes[changes.range] {
                    spans.append(change.name)
                    if case .setText(let value) = change.change { spans.append(value) }
                    if case .setNumber(let value) = change.change { spans.append(value) }
                }
            case .erase, .unpin, .recompute: break
            }
        }
        return spans.map { buffer.string($0) }
    }

    @Test func `an event takes all that it refers to along`() {
        let source = Self.filled()
        var copy = EventBuffer()
        _ = Self.span("something before", &copy)
        copy.items.append(OrderItem(skuHash: 9, category: .empty))
        copy.attributes.append(AttributeChange(name: .empty, .unset))
        for index in source.events.indices.reversed() { copy.append(index, of: source) }
        #expect(copy.events.count == source.events.count)
        for (original, copied) in zip(source.events, copy.events.reversed()) {
            #expect(Self.texts(copied, copy) == Self.texts(original, source))
        }
        #expect(Self.texts(copy.events[5], copy) == ["customer", "id", "web", "music", ""])
        #expect(Self.texts(copy.events[0], copy) == ["customer", "id", "", "", "band", "30-39", "size", "4", "vip"])
    }

    @Test func `a buffer goes back to a mark`() {
        var buffer = Self.filled()
        let (mark, text) = (buffer.mark, buffer.text)
        buffer.append(0, of: Self.filled())
        buffer.append(5, of: Self.filled())
        #expect(buffer.events.count == 8 && buffer.items.count == 4 && buffer.attributes.count == 6)
        buffer.rewind(to: mark)
        #expect(buffer.events.count == 6 && buffer.items.count == 2 && buffer.attributes.count == 3)
        #expect(buffer.text == text)
    }

    @Test func `an emptied buffer holds nothing`() {
        var buffer = Self.filled()
        buffer.removeAll()
        #expect(buffer.events.isEmpty && buffer.text.isEmpty && buffer.items.isEmpty && buffer.attributes.isEmpty)
    }
}
