import Scoring

extension PolicyExplanation {
    /// What records carry besides the actions and benefits of tiers.
    var advice: [String] {
        let own = ChangeActions.Kind.allCases.compactMap { kind -> String? in
            let actions = policy.changeActions[kind]
            guard !actions.isEmpty else { return nil }
            return "\(kind.words.capitalizedFirst): \(actions.joined(separator: ", "))."
        }
        return own + [
            "A change carries the actions of its kind and those of the tier that is reached or kept; a fall only those of its kind.",
            "A notice carries only those of its kind.",
        ]
    }
}

extension ChangeActions.Kind {
    fileprivate var words: String { rawValue.replacing("_", with: " ") }
}
