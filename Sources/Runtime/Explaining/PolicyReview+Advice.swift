import Scoring

extension PolicyReview {
    /// Actions that no record will ever carry.
    var advice: [PolicyFinding] {
        let tags = policy.tags.filter { !$0.actions.isEmpty && policy.profiles == nil }.map {
            PolicyFinding.warning("tags.\($0.name).actions", "nobody is told them: no profiles are published")
        }
        return ChangeActions.Kind.allCases.compactMap { unheard($0) } + tags
    }

    private func unheard(_ kind: ChangeActions.Kind) -> PolicyFinding? {
        guard !policy.changeActions[kind].isEmpty else { return nil }
        let missing: String
        switch kind {
        case .approachingUpgrade where policy.notices.upgrade == nil: missing = "notices.approaching_upgrade"
        case .approachingExpiry where policy.notices.expiry == nil: missing = "notices.approaching_expiry"
        case .renewal where policy.validity == nil: missing = "validity"
        default: return nil
        }
        return .warning("change_actions.\(kind.rawValue)", "nobody is told them: the field \"\(missing)\" is missing")
    }
}
