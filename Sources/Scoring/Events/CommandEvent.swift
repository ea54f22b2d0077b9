/// What an operator or another system can ask for.
package enum CommandType: UInt8, CaseIterable, Sendable {
    case erase = 0
    case pin = 1
    case unpin = 2
    case merge = 3
    case attribute = 4
    case recompute = 5
}

/// A command to the engine about one customer.
package struct CommandEvent: Sendable {
    package var action: Action
    /// Who asks, in the producer's words; always given for a pin and its end.
    package var by: TextSpan
    package var reason: TextSpan

    package enum Action: Sendable {
        /// Forget the customer, and refuse its events for so long, if said.
        case erase(blockFor: TimeSpan?)
        case pin(TierPin)
        case unpin
        /// Join another customer into this one, which stays.
        case merge(MergedCustomer)
        /// Changes of tags and attributes, in `EventBuffer.attributes`; at least one.
        case attribute(ListSpan)
        case recompute
    }

    @inlinable package init(_ action: Action, by: TextSpan = .empty, reason: TextSpan = .empty) {
        self.action = action
        self.by = by
        self.reason = reason
    }

    package var type: CommandType {
        switch action {
        case .erase: .erase
        case .pin: .pin
        case .unpin: .unpin
        case .merge: .merge
        case .attribute: .attribute
        case .recompute: .recompute
        }
    }
}

extension CommandEvent {
    /// Visits every text that is given.
    mutating func visitTexts(_ visit: (inout TextSpan) -> Void) {
        if !by.isEmpty { visit(&by) }
        if !reason.isEmpty { visit(&reason) }
        switch action {
        case .pin(var pin):
            visit(&pin.tier)
            action = .pin(pin)
        case .merge(var merged):
            visit(&merged.id)
            action = .merge(merged)
        case .erase, .unpin, .attribute, .recompute: break
        }
    }
}

/// A tier fixed by hand.
package struct TierPin: Sendable {
    /// The tier's name; only the policy knows whether there is such a tier.
    package var tier: TextSpan
    package var mode: Mode
    /// When the pin ends by itself; after the command's own time.
    package var until: EventTime?

    package enum Mode: UInt8, CaseIterable, Sendable {
        case exact = 0
        /// At least this tier.
        case floor = 1
        /// At most this tier.
        case ceiling = 2

        /// The name on the wire.
        package var name: StaticString {
            switch self {
            case .exact: "exact"
            case .floor: "floor"
            case .ceiling: "ceiling"
            }
        }
    }

    @inlinable package init(tier: TextSpan, mode: Mode, until: EventTime? = nil) {
        self.tier = tier
        self.mode = mode
        self.until = until
    }
}

/// The customer that a merge ends.
package struct MergedCustomer: Sendable {
    package var id: TextSpan
    /// `StableHash` of the id's bytes.
    package var hash: UInt64

    @inlinable package init(id: TextSpan, hash: UInt64) {
        self.id = id
        self.hash = hash
    }
}

/// One change of a customer's tags and attributes.
package struct AttributeChange: Sendable {
    /// The attribute or the tag.
    package var name: TextSpan
    package var change: Change

    package enum Change: Sendable {
        case setText(TextSpan)
        /// The digits as they were written, so that nothing is lost.
        case setNumber(TextSpan)
        case setFlag(Bool)
        case unset
        case addTag
        case removeTag
    }

    /// Members of each list of one command.
    package static let maximumPerList = 32
    /// Bytes of a name or a tag.
    package static let maximumNameBytes = 64
    /// Bytes of a text or a number.
    package static let maximumValueBytes = 256

    @inlinable package init(name: TextSpan, _ change: Change) {
        self.name = name
        self.change = change
    }
}
