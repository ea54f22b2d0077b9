/// A requirement on the score and the measures. A comparison with an unknown measure is unmet, and so met under `not`.
package indirect enum Condition: Hashable, Sendable {
    case comparison(Comparison)
    case all([Condition])
    case any([Condition])
    case not(Condition)

    /// Every comparison in the tree, in reading order.
    package var comparisons: [Comparison] {
        switch self {
        case .comparison(let comparison): [comparison]
        case .all(let parts), .any(let parts): parts.flatMap(\.comparisons)
        case .not(let part): part.comparisons
        }
    }

    /// The requirement on those who already hold the tier: every threshold eased by `margin`, the other way under `not`.
    package func eased(by margin: Double) -> Condition {
        switch self {
        case .comparison(let comparison): .comparison(comparison.eased(by: margin))
        case .all(let parts): .all(parts.map { $0.eased(by: margin) })
        case .any(let parts): .any(parts.map { $0.eased(by: margin) })
        case .not(let part): .not(part.eased(by: -margin))
        }
    }

    /// Whether it holds; `value` gives the number of a subject, NaN for unknown.
    package func isMet(_ value: (Comparison.Subject) -> Double) -> Bool {
        switch self {
        case .comparison(let comparison): comparison.isMet(by: value(comparison.subject))
        case .all(let parts): parts.allSatisfy { $0.isMet(value) }
        case .any(let parts): parts.contains { $0.isMet(value) }
        case .not(let part): !part.isMet(value)
        }
    }
}

/// One number against one threshold.
package struct Comparison: Hashable, Sendable {
    package var subject: Subject
    package var relation: Relation
    package var threshold: Double
    /// Whether a margin makes it easier for those who hold the tier. Nobody has four fifths of a tag.
    package var isEasable: Bool

    package init(_ subject: Subject, _ relation: Relation, _ threshold: Double, isEasable: Bool = true) {
        self.subject = subject
        self.relation = relation
        self.threshold = threshold
        self.isEasable = isEasable
    }

    /// That commands have given a tag or an attribute, as the measure at `index` tells.
    package static func given(_ index: Int) -> Comparison {
        Comparison(.measure(index), .atLeast, 1, isEasable: false)
    }

    package enum Subject: Hashable, Sendable {
        case score
        /// An index into `Policy.measures`.
        case measure(Int)
    }

    /// Raw values are the names in policies and outputs.
    package enum Relation: String, Hashable, Sendable {
        case atLeast = "at_least"
        case below
    }

    /// The comparison whose threshold is easier to meet by `margin` (0.2 = a fifth) of its size.
    package func eased(by margin: Double) -> Comparison {
        guard isEasable else { return self }
        let ease = abs(threshold) * margin
        return Comparison(subject, relation, relation == .atLeast ? threshold - ease : threshold + ease)
    }

    /// How near `value` is to meeting it, 0…1: its share of a positive threshold to reach, else all or nothing.
    package func progress(at value: Double) -> Double {
        if isMet(by: value) { return 1 }
        guard relation == .atLeast, threshold > 0, value > 0 else { return 0 }
        return value / threshold
    }

    /// False for NaN, that is for unknown.
    @inline(__always) package func isMet(by value: Double) -> Bool {
        relation == .atLeast ? value >= threshold : value < threshold
    }
}
