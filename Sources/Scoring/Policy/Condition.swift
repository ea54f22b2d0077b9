/// A requirement on the score and the measures. An unknown measure meets no comparison, not even under `not`'s inside:
/// `not` turns "known and unmet, or unknown" into met.
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
}

/// One number against one threshold.
package struct Comparison: Hashable, Sendable {
    package var subject: Subject
    package var relation: Relation
    package var threshold: Double

    package init(_ subject: Subject, _ relation: Relation, _ threshold: Double) {
        self.subject = subject
        self.relation = relation
        self.threshold = threshold
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

    /// The threshold that keeps a tier once it is held: eased by `margin` (0.2 = a fifth) of its size.
    package func retentionThreshold(margin: Double) -> Double {
        switch relation {
        case .atLeast: threshold - abs(threshold) * margin
        case .below: threshold + abs(threshold) * margin
        }
    }
}
