import Scoring

/// An event as a test writes it: with texts instead of spans.
package struct ScriptedEvent: Sendable {
    package var time: EventTime
    package var customer: String
    package var id: String
    package var body: Event.Body
    /// In the place of the body, where it is one.
    package var command: ScriptedCommand?

    package init(_ time: EventTime, _ customer: String, _ id: String, _ body: Event.Body) {
        self.time = time
        self.customer = customer
        self.id = id
        self.body = body
    }

    package var input: InputKind {
        switch body {
        case .order: .orders
        case .browse: .browse
        case .feedback: .feedback
        case .command: .commands
        }
    }
}

extension ScriptedEvent {
    package static func order(
        _ time: EventTime, _ customer: String, _ id: String, _ type: OrderType = .completed, _ total: Int64 = 0,
        refund: Int64? = nil, cost: Int64? = nil, hasCoupon: Bool = false
    ) -> ScriptedEvent {
        ScriptedEvent(
            time, customer, id,
            .order(
                OrderEvent(
                    type: type, currency: Currencies.usd, total: Money(minorUnits: total),
                    refund: refund.map { Money(minorUnits: $0) }, cost: cost.map { Money(minorUnits: $0) },
                    hasCoupon: hasCoupon)))
    }

    /// Whether an order came with a coupon: every third; drawn as costs are.
    package static func hasCoupon(_ id: String) -> Bool { StableHash.of("coupon \(id)") % 3 == 0 }

    /// What an order cost the shop: any part of its total and a little more; every third does not tell. Drawn from the order,
    /// so that it takes nothing from a history's random numbers.
    package static func cost(of id: String, _ total: Int64) -> Int64? {
        let hash = StableHash.of("\(id) \(total)")
        return hash % 3 == 0 ? nil : total * Int64(hash / 3 % 120) / 100
    }

    package static func browse(
        _ time: EventTime, _ customer: String, _ id: String, _ type: BrowseType, session: UInt64 = 0, dwell: UInt32 = 0
    ) -> ScriptedEvent {
        ScriptedEvent(
            time, customer, id, .browse(BrowseEvent(type: type, sessionHash: session, dwellMilliseconds: dwell)))
    }

    package static func feedback(
        _ time: EventTime, _ customer: String, _ id: String, _ type: FeedbackType, score: UInt16? = nil
    ) -> ScriptedEvent {
        ScriptedEvent(time, customer, id, .feedback(FeedbackEvent(type: type, score: score, sentiment: nil)))
    }
}

/// A command with texts instead of spans.
package enum ScriptedCommand: Sendable {
    case erase(blockFor: TimeSpan?)
    case pin(String, TierPin.Mode, until: EventTime?)
    case unpin
    case merge(String)
    case tag(String)
    case untag(String)
    case set(String, String)
    /// The second is the number's digits.
    case setNumber(String, String)
    case recompute
}

extension ScriptedEvent {
    package static func command(
        _ time: EventTime, _ customer: String, _ id: String, _ command: ScriptedCommand
    ) -> ScriptedEvent {
        var event = ScriptedEvent(time, customer, id, .command(CommandEvent(.recompute)))
        event.command = command
        return event
    }
}

/// Currencies that tests use.
package enum Currencies {
    package static let usd = CurrencyCode(packed: 0x55_5344)
    package static let jpy = CurrencyCode(packed: 0x4a_5059)
}
