import Scoring

/// A term of the score as the hot path reads it: trivial unless its curve has points.
struct CompiledTerm {
    private enum Shape: UInt8 { case saturating, linear, points }

    let measure: Int
    let weight: Double
    let whenUnknown: Double
    private let shape: Shape
    /// Half point, or the line's ends.
    private let first: Double
    private let second: Double

    init(_ term: Term) {
        measure = term.measure
        weight = term.weight
        whenUnknown = term.whenUnknown
        switch term.curve {
        case .saturating(let halfAt): (shape, first, second) = (.saturating, halfAt, 0)
        case .linear(let from, let to): (shape, first, second) = (.linear, from, to)
        case .points: (shape, first, second) = (.points, 0, 0)
        }
    }

    /// What the term adds to the score at `value`; `curve` is asked only where the term does not hold its own.
    @inline(__always) func points(at value: Double, _ curve: @autoclosure () -> Curve) -> Double {
        guard !value.isNaN else { return weight * whenUnknown }
        switch shape {
        case .saturating: return weight * (value <= 0 ? 0 : value / (value + first))
        case .linear: return weight * min(max((value - first) / (second - first), 0), 1)
        case .points: return weight * curve().value(at: value)
        }
    }
}
