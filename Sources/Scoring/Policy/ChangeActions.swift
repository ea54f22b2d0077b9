/// What to do about a kind of change or notice, whichever tier it is of; what tiers recommend themselves is theirs.
package struct ChangeActions: Hashable, Sendable {
    /// Raw values are the names in policies.
    package enum Kind: String, CaseIterable, Sendable {
        case entry, upgrade, downgrade, renewal, correction, pin
        case approachingUpgrade = "approaching_upgrade"
        case approachingExpiry = "approaching_expiry"

        package init(_ direction: TierChange.Direction) {
            switch direction {
            case .entry: self = .entry
            case .upgrade: self = .upgrade
            case .downgrade: self = .downgrade
            case .renewal: self = .renewal
            case .correction: self = .correction
            case .pin: self = .pin
            }
        }

        package init(_ notice: TierNotice.Kind) {
            switch notice {
            case .approachingUpgrade: self = .approachingUpgrade
            case .approachingExpiry: self = .approachingExpiry
            }
        }
    }

    /// Those that name any; read by `Kind.allCases`, never in the dictionary's own order.
    private var named: [Kind: [String]] = [:]

    package init() {}

    package subscript(kind: Kind) -> [String] {
        get { named[kind] ?? [] }
        set { named[kind] = newValue.isEmpty ? nil : newValue }
    }
}

/// Which actions a record carries, each once, in the order of the policy.
extension Policy {
    /// Of a tier change: its direction's, then those of the tier that was reached or kept. Whoever has fallen gets the
    /// direction's alone, since a tier's actions are meant for those who come to it from below.
    package func actions(of direction: TierChange.Direction, from: Int?, to tier: Int) -> [String] {
        let own = changeActions[ChangeActions.Kind(direction)]
        // What is gone has no place to fall from.
        if direction == .downgrade || from.map({ tier < $0 }) == true { return own }
        return own + tiers[tier].actions.filter { !own.contains($0) }
    }

    /// Of a notice: its own alone. The tier held is not news, and the tier that is near is not reached.
    package func actions(of notice: TierNotice.Kind) -> [String] { changeActions[ChangeActions.Kind(notice)] }

    /// Of a profile: those of the tier held, then those of the tags that the customer has.
    package func actions(ofTier tier: Int, tagged rules: [TagRule]) -> [String] {
        rules.flatMap(\.actions).reduce(into: tiers[tier].actions) { if !$0.contains($1) { $0.append($1) } }
    }
}
