import Scoring

/// The numbers that a decision looks at: a view of the evaluator's scratch memory, valid until its next evaluation.
struct Readings {
    /// 0…100.
    let score: Double
    /// In the order of `Policy.measures`; NaN for unknown.
    let values: UnsafePointer<Double>
    let motions: UnsafePointer<Motion>
    /// What each term adds to the score, in the order of `Policy.terms`.
    let points: UnsafePointer<Double>
    /// When something next leaves a window; `.max` for never.
    let nextExpiry: Int64

    /// The number that a comparison is about; NaN for unknown.
    @inline(__always) func value(of subject: Comparison.Subject) -> Double {
        switch subject {
        case .score: score
        case .measure(let index): values[index]
        }
    }
}
