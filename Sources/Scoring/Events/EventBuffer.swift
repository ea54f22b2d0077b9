/// The decoded events of one batch in arrival order, with the bytes of their texts and what they list. Reused from batch
/// to batch.
package struct EventBuffer: Sendable {
    package var events: ContiguousArray<Event> = []
    package var text: ContiguousArray<UInt8> = []
    /// The lines of orders.
    package var items: ContiguousArray<OrderItem> = []
    /// What `attribute` commands change.
    package var attributes: ContiguousArray<AttributeChange> = []

    package init() {}

    /// Forgets the events, keeps the memory.
    package mutating func removeAll() {
        events.removeAll(keepingCapacity: true)
        text.removeAll(keepingCapacity: true)
        items.removeAll(keepingCapacity: true)
        attributes.removeAll(keepingCapacity: true)
    }

    /// How much a buffer holds, to go back to.
    package struct Mark: Sendable {
        fileprivate var events: Int
        fileprivate var text: Int
        fileprivate var items: Int
        fileprivate var attributes: Int
    }

    package var mark: Mark {
        Mark(events: events.count, text: text.count, items: items.count, attributes: attributes.count)
    }

    /// Takes back what was appended since `mark`.
    package mutating func rewind(to mark: Mark) {
        events.removeLast(events.count - mark.events)
        text.removeLast(text.count - mark.text)
        items.removeLast(items.count - mark.items)
        attributes.removeLast(attributes.count - mark.attributes)
    }

    /// Copies `bytes` into the text buffer.
    @inlinable package mutating func append(text bytes: UnsafeRawBufferPointer) -> TextSpan {
        let span = TextSpan(offset: text.count, length: bytes.count)
        text.append(contentsOf: bytes)
        return span
    }

    /// Copies one event of another buffer, with its texts and what it lists.
    package mutating func append(_ index: Int, of other: borrowing EventBuffer) {
        var event = other.events[index]
        other.text.withUnsafeBytes { source in
            event.visitTexts { $0 = append(text: UnsafeRawBufferPointer(rebasing: source[$0.range])) }
        }
        switch event.body {
        case .order(var order) where order.items.count > 0:
            order.items = append(items: order.items, of: other)
            event.body = .order(order)
        case .command(var command):
            guard case .attribute(let changes) = command.action else { break }
            command.action = .attribute(append(attributes: changes, of: other))
            event.body = .command(command)
        case .order, .browse, .feedback: break
        }
        events.append(event)
    }

    private mutating func append(items: ListSpan, of other: borrowing EventBuffer) -> ListSpan {
        let copied = ListSpan(offset: self.items.count, count: Int(items.count))
        for index in items.range {
            var item = other.items[index]
            if !item.category.isEmpty { item.category = append(item.category, of: other) }
            self.items.append(item)
        }
        return copied
    }

    private mutating func append(attributes: ListSpan, of other: borrowing EventBuffer) -> ListSpan {
        let copied = ListSpan(offset: self.attributes.count, count: Int(attributes.count))
        for index in attributes.range {
            var attribute = other.attributes[index]
            attribute.name = append(attribute.name, of: other)
            switch attribute.change {
            case .setText(let text): attribute.change = .setText(append(text, of: other))
            case .setNumber(let digits): attribute.change = .setNumber(append(digits, of: other))
            case .setFlag, .unset, .addTag, .removeTag: break
            }
            self.attributes.append(attribute)
        }
        return copied
    }

    private mutating func append(_ span: TextSpan, of other: borrowing EventBuffer) -> TextSpan {
        other.text.withUnsafeBytes { append(text: UnsafeRawBufferPointer(rebasing: $0[span.range])) }
    }

    /// Hands over what the events' spans point into.
    @inline(__always) package func withParts<Result>(_ body: (EventParts) -> Result) -> Result {
        text.withUnsafeBytes { text in
            items.withUnsafeBufferPointer { items in
                attributes.withUnsafeBufferPointer { attributes in
                    body(EventParts(text: text, items: items, attributes: attributes))
                }
            }
        }
    }

    /// The text of `span`, for people and tests.
    package func string(_ span: TextSpan) -> String { String(decoding: text[span.range], as: UTF8.self) }
}
