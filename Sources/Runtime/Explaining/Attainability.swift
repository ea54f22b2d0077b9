import Scoring

/// Which conditions a policy's customers could ever meet, by what its measures can be and its terms can add up to.
///
/// Errs on one side only: what it calls impossible is impossible. Measures are taken as independent of each other.
struct Attainability {
    private let policy: Policy
    /// More cases than this are not looked through; the condition then counts as possible.
    private static let caseLimit = 1_024

    init(_ policy: Policy) { self.policy = policy }

    /// The highest score there can be; `isReached` is false where it is only come near to.
    var highestScore: (score: Double, isReached: Bool) {
        let sum = Case(policy).bounds(policy).highest
        return sum.value > 100 ? (100, true) : (max(sum.value, 0), sum.isReached)
    }

    /// Whether some customer could meet it.
    func canHold(_ condition: Condition) -> Bool {
        guard let cases = Self.cases(of: condition, holds: true) else { return true }
        return cases.contains { literals in
            var possible = Case(policy)
            for literal in literals { possible.narrow(by: literal, policy) }
            return possible.isPossible(policy)
        }
    }

    /// A comparison that holds, or does not.
    private struct Literal {
        var comparison: Comparison
        var holds: Bool
    }

    /// The condition as alternatives (disjunctive normal form); nil when there are too many.
    private static func cases(of condition: Condition, holds: Bool) -> [[Literal]]? {
        switch condition {
        case .comparison(let comparison): return [[Literal(comparison: comparison, holds: holds)]]
        case .not(let part): return cases(of: part, holds: !holds)
        case .all(let parts): return holds ? product(parts, holds) : union(parts, holds)
        case .any(let parts): return holds ? union(parts, holds) : product(parts, holds)
        }
    }

    private static func union(_ parts: [Condition], _ holds: Bool) -> [[Literal]]? {
        var result: [[Literal]] = []
        for part in parts {
            guard let cases = cases(of: part, holds: holds) else { return nil }
            result += cases
        }
        return result.count <= caseLimit ? result : nil
    }

    private static func product(_ parts: [Condition], _ holds: Bool) -> [[Literal]]? {
        var result: [[Literal]] = [[]]
        for part in parts {
            guard let cases = cases(of: part, holds: holds), result.count * cases.count <= caseLimit else { return nil }
            result = result.flatMap { left in cases.map { left + $0 } }
        }
        return result
    }

    /// What the measures and the score can be in one case.
    private struct Case {
        private var measures: [Interval]
        private var score = Interval(low: 0, high: 100)

        init(_ policy: Policy) {
            measures = policy.measures.map {
                let domain = $0.quantity.domain
                return Interval(
                    low: domain.range.lowerBound, high: domain.range.upperBound,
                    isHighOpen: domain.range.upperBound == .infinity, isWhole: domain.isWhole,
                    canBeUnknown: domain.canBeUnknown)
            }
        }

        mutating func narrow(by literal: Literal, _ policy: Policy) {
            switch literal.comparison.subject {
            case .score: score.narrow(by: literal)
            case .measure(let index): measures[index].narrow(by: literal)
            }
        }

        func isPossible(_ policy: Policy) -> Bool {
            guard measures.allSatisfy({ !$0.isEmpty || $0.canBeUnknown }), !score.isEmpty else { return false }
            let bounds = bounds(policy)
            let (highest, lowest) = (max(bounds.highest.value, 0), bounds.lowest.value)
            let reaches = highest > score.low || highest == score.low && (bounds.highest.isReached || highest == 0)
            let staysBelow = score.isHighOpen ? min(lowest, 100) < score.high : min(lowest, 100) <= score.high
            return reaches && staysBelow
        }

        /// Of the terms' sum, before it is held within 0 and 100.
        func bounds(_ policy: Policy) -> (lowest: Bound, highest: Bound) {
            var (lowest, highest) = (Bound(), Bound())
            for term in policy.terms {
                let range = measures[term.measure].shares(of: term)
                let ends = term.weight < 0 ? (range.highest, range.lowest) : (range.lowest, range.highest)
                lowest.add(ends.0, times: term.weight)
                highest.add(ends.1, times: term.weight)
            }
            return (lowest, highest)
        }
    }

    fileprivate struct Bound {
        var value = 0.0
        var isReached = true

        mutating func add(_ other: Bound, times weight: Double) {
            value += other.value * weight
            isReached = isReached && (other.isReached || weight == 0)
        }
    }

    /// What one number can be.
    private struct Interval {
        var low: Double
        var high: Double
        var isHighOpen = false
        var isWhole = false
        var canBeUnknown = false

        var isEmpty: Bool {
            if isWhole, high.isFinite {
                let last = isHighOpen ? high.rounded(.up) - 1 : high.rounded(.down)
                return low.rounded(.up) > last
            }
            return low > high || low == high && isHighOpen
        }

        mutating func narrow(by literal: Literal) {
            let comparison = literal.comparison
            // An unknown number meets no comparison, and so is among those that do not hold.
            if literal.holds { canBeUnknown = false }
            if (comparison.relation == .atLeast) == literal.holds {
                low = max(low, comparison.threshold)
            } else if comparison.threshold <= high {
                (high, isHighOpen) = (comparison.threshold, true)
            }
        }

        /// Least and greatest share of a term's weight.
        func shares(of term: Term) -> (lowest: Bound, highest: Bound) {
            var candidates: [Bound] = []
            if canBeUnknown { candidates.append(Bound(value: term.whenUnknown)) }
            if !isEmpty { candidates += term.curve.turns(from: low, to: high) }
            guard let first = candidates.first else { return (Bound(), Bound()) }
            var (lowest, highest) = (first, first)
            for bound in candidates.dropFirst() {
                if bound.value < lowest.value { lowest = bound }
                if bound.value > highest.value || bound.value == highest.value && bound.isReached { highest = bound }
            }
            return (lowest, highest)
        }
    }
}

extension Curve {
    /// Its values where it can be greatest or least between two measures: at both and where it bends in between.
    fileprivate func turns(from low: Double, to high: Double) -> [Attainability.Bound] {
        switch self {
        case .saturating:
            let end =
                high == .infinity
                ? Attainability.Bound(value: 1, isReached: false) : Attainability.Bound(value: value(at: high))
            return [Attainability.Bound(value: low == -.infinity ? 0 : value(at: low)), end]
        case .linear: return [low, high].map { Attainability.Bound(value: value(at: $0)) }
        case .points(let points):
            let between = points.map(\.x).filter { $0 > low && $0 < high }
            return ([low, high] + between).map { Attainability.Bound(value: value(at: $0)) }
        }
    }
}
