/// A run of bytes inside the text buffer that travels with a batch of events (`EventBuffer.text`).
package struct TextSpan: Hashable, Sendable {
    package var offset: UInt32
    package var length: UInt32

    @inlinable package init(offset: Int, length: Int) {
        self.offset = UInt32(truncatingIfNeeded: offset)
        self.length = UInt32(truncatingIfNeeded: length)
    }
    @inlinable package static var empty: TextSpan { TextSpan(offset: 0, length: 0) }
    @inlinable package var isEmpty: Bool { length == 0 }
    @inlinable package var range: Range<Int> { Int(offset)..<Int(offset) + Int(length) }
}

/// A run of elements in one of the side arrays that travel with a batch of events.
package struct ListSpan: Hashable, Sendable {
    package var offset: UInt32
    package var count: UInt32

    @inlinable package init(offset: Int, count: Int) {
        self.offset = UInt32(truncatingIfNeeded: offset)
        self.count = UInt32(truncatingIfNeeded: count)
    }
    @inlinable package static var empty: ListSpan { ListSpan(offset: 0, count: 0) }
    @inlinable package var range: Range<Int> { Int(offset)..<Int(offset) + Int(count) }
}

/// The four input streams. The raw value is the rank that orders events of one instant inside a batch.
package enum InputKind: UInt8, CaseIterable, Sendable {
    case orders = 0
    case browse = 1
    case feedback = 2
    case commands = 3
}

/// A decoded and validated domain event. Trivial: texts are spans of the batch's buffer, ids also 64-bit fixed-seed hashes.
package struct Event: Sendable {
    /// When it happened, by the producer's account (`occurred_at`).
    package var time: EventTime
    package var customer: TextSpan
    /// `StableHash` of the customer id's bytes.
    package var customerHash: UInt64
    /// `order_id` of an order, `event_id` of any other event.
    package var id: TextSpan
    /// `StableHash` of the id's bytes.
    package var idHash: UInt64
    package var body: Body

    package enum Body: Sendable {
        case order(OrderEvent)
        case browse(BrowseEvent)
        case feedback(FeedbackEvent)
        case command(CommandEvent)
    }

    @inlinable package init(
        time: EventTime, customer: TextSpan, customerHash: UInt64, id: TextSpan, idHash: UInt64, body: Body
    ) {
        self.time = time
        self.customer = customer
        self.customerHash = customerHash
        self.id = id
        self.idHash = idHash
        self.body = body
    }
}

extension Event {
    /// Bytes of a category, channel or campaign that are kept: a longer one is cut between two characters.
    @inlinable package static var maximumLabelBytes: Int { 256 }

    /// Visits every text of the event that is given; those of its items and attributes stand with them.
    mutating func visitTexts(_ visit: (inout TextSpan) -> Void) {
        visit(&customer)
        visit(&id)
        switch body {
        case .order(var order):
            guard !order.channel.isEmpty else { return }
            visit(&order.channel)
            body = .order(order)
        case .browse(var browse):
            if !browse.category.isEmpty { visit(&browse.category) }
            if !browse.channel.isEmpty { visit(&browse.channel) }
            if !browse.campaign.isEmpty { visit(&browse.campaign) }
            body = .browse(browse)
        case .feedback(var feedback):
            guard !feedback.channel.isEmpty else { return }
            visit(&feedback.channel)
            body = .feedback(feedback)
        case .command(var command):
            command.visitTexts(visit)
            body = .command(command)
        }
    }
}
