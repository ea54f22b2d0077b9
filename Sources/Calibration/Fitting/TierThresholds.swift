import RealModule
import Scoring

/// A policy's tiers with thresholds that let a stated share of the customers in: quantiles of what each tier asks for.
///
/// A tier's threshold is that of the score; where it does not ask for the score, that of the first measure of which it
/// asks for at least something. Whatever else it asks for stays as it is.
package struct TierThresholds: Sendable {
    package let policy: Policy
    package let customers: Int
    /// One for each tier above the lowest.
    package private(set) var rungs: [Rung] = []

    package struct Rung: Sendable {
        /// The entry with its new threshold; as it was where nothing in it can be moved.
        package var entry: Condition
        /// What was moved, `score` or a measure; nil for nothing.
        package var subject: String?
        /// The share of customers that was to reach the threshold.
        package var topShare: Double
        package var threshold: Double?
        /// The share of customers that meets the whole entry, with the new threshold and with the policy's.
        package var metShare: Double
        package var formerShare: Double
    }

    /// Of the tiers from the second up; further ones take a fifth of the one before.
    private static let topShares = [0.2, 0.05, 0.01]

    /// - Parameter readings: what the policy's engine says of the customers; not empty.
    package init(_ policy: Policy, _ readings: [PolicySurvey.Reading]) {
        self.policy = policy
        customers = readings.count
        var lowest: [Comparison.Subject: Double] = [:]
        for (index, tier) in policy.tiers.dropFirst().enumerated() {
            let entry = tier.entry ?? .all([])
            var rung = Rung(
                entry: entry, topShare: Self.topShare(index), metShare: Self.share(of: readings, meeting: entry),
                formerShare: Self.share(of: readings, meeting: entry))
            if let subject = entry.ladderSubject {
                let values = readings.compactMap { $0.value(of: subject) }.sorted()
                let share = rung.topShare * Double(readings.count) / Double(max(values.count, 1))
                if let threshold = Self.threshold(share, values, above: lowest[subject]) {
                    lowest[subject] = threshold
                    rung.subject = policy.name(of: subject)
                    rung.threshold = threshold
                    rung.entry = entry.asking(subject, atLeast: threshold)
                    rung.metShare = Self.share(of: readings, meeting: rung.entry)
                }
            }
            rungs.append(rung)
        }
    }

    private static func topShare(_ index: Int) -> Double {
        guard index >= topShares.count else { return topShares[index] }
        return topShare(index - 1) / 5
    }

    /// The value that `share` of the values reach, cut to a few digits, above that of the tier below and above the least
    /// value of all: a tier that everybody reaches is none. Nil without values.
    private static func threshold(_ share: Double, _ values: [Double], above former: Double?) -> Double? {
        guard let least = values.first else { return nil }
        let areWhole = values.allSatisfy { $0 == $0.rounded() }
        let best = min(max(Int((share * Double(values.count)).rounded()), 1), values.count)
        let quantile = cut(values[values.count - best])
        let floor = max(former ?? least, least)
        let threshold = cut(Quantiles.risen(quantile, above: floor, ofSorted: values, step: areWhole ? 1 : 0.01))
        return threshold > floor ? threshold : floor + (areWhole ? 1 : 0.01)
    }

    /// Four digits or all before the point, towards zero, so that who gave the value reaches it.
    private static func cut(_ value: Double) -> Double {
        guard value != 0, value.isFinite else { return value }
        let places = min(max(3 - Int(Double.log10(value.magnitude).rounded(.down)), 0), 9)
        let scale = Double.pow(10, places)
        return (value * scale).rounded(.towardZero) / scale
    }

    private static func share(of readings: [PolicySurvey.Reading], meeting entry: Condition) -> Double {
        let met = readings.count { reading in entry.isMet { reading.value(of: $0) ?? .nan } }
        return Double(met) / Double(max(readings.count, 1))
    }
}

extension Policy {
    /// The name in policies and outputs.
    func name(of subject: Comparison.Subject) -> String {
        switch subject {
        case .score: "score"
        case .measure(let index): measures[index].name
        }
    }

    /// The inputs that the tiers' requirements follow from, and orders.
    package var inputsOfTiers: [InputKind] {
        let comparisons = tiers.flatMap { $0.entry?.comparisons ?? [] }
        var indices = comparisons.compactMap { comparison -> Int? in
            guard case .measure(let index) = comparison.subject else { return nil }
            return index
        }
        if comparisons.contains(where: { $0.subject == .score }) { indices += terms.map(\.measure) }
        let asked = indices.compactMap { measures[$0].quantity.source }
        return InputKind.allCases.filter { $0 == .orders || asked.contains($0) }
    }
}

extension Measure.Quantity {
    /// The input without which it tells nothing; nil where any or none will do.
    fileprivate var source: InputKind? {
        switch self {
        case .tag, .attribute, .attributeNumber: .commands
        default: history
        }
    }
}

extension Condition {
    /// What a ladder of tiers is built on: the score, or else the first measure that must be at least something.
    var ladderSubject: Comparison.Subject? {
        let subjects = rising.map(\.subject)
        return subjects.first { $0 == .score } ?? subjects.first
    }

    /// The comparisons that ask for at least something and can be eased; what stands under `not` asks for less.
    private var rising: [Comparison] {
        switch self {
        case .comparison(let comparison):
            comparison.relation == .atLeast && comparison.isEasable ? [comparison] : []
        case .all(let parts), .any(let parts): parts.flatMap(\.rising)
        case .not: []
        }
    }

    /// The same with another threshold wherever it asks for at least something of `subject`.
    func asking(_ subject: Comparison.Subject, atLeast threshold: Double) -> Condition {
        switch self {
        case .comparison(var comparison):
            guard comparison.subject == subject, comparison.relation == .atLeast, comparison.isEasable else {
                return self
            }
            comparison.threshold = threshold
            return .comparison(comparison)
        case .all(let parts): return .all(parts.map { $0.asking(subject, atLeast: threshold) })
        case .any(let parts): return .any(parts.map { $0.asking(subject, atLeast: threshold) })
        case .not: return self
        }
    }
}
