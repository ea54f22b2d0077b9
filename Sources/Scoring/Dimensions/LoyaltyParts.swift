/// What loyalty is scored by, each 0…1; nil while it is not known.
package struct LoyaltyParts: Hashable, Sendable {
    /// Repeat purchase days: 1 from five on.
    package var repeats: Double
    /// From the first purchase to the latest: 1 from a year on.
    package var tenure: Double
    /// `PurchaseEvidence.regularity`: the share of a regular cadence that is kept.
    package var cadence: Double?
    /// Categories bought from: 1 from four on.
    package var breadth: Double?

    private static let repeatsWeight = 0.4
    /// Of each of the other three.
    private static let weight = 0.2
    /// Of the score, what is left to those who have lapsed.
    private static let leftToLapsed = 0.5

    init(_ purchases: PurchaseEvidence, categoriesBought: Double) {
        func part(_ share: Double) -> Double { min(max(share, 0), 1) }
        repeats = part((purchases.purchaseDays - 1) / 5)
        tenure = part((purchases.daysSinceFirst - purchases.daysSinceLast) / 365)
        cadence = purchases.regularity.map(part)
        breadth = categoriesBought > 0 ? part((categoriesBought - 1) / 3) : nil
    }

    /// The weighted mean of what is known; half of it for those who have lapsed.
    func score(of purchases: PurchaseEvidence, _ thresholds: DimensionThresholds) -> Double {
        let (others, weights) = self.others
        let sum = others + Self.weight * (cadence ?? 0)
        return sum / weights * (purchases.daysSinceLast > thresholds.lapsedAfterDays ? Self.leftToLapsed : 1)
    }

    /// What all but the cadence add up to, and the weights of all that is known.
    private var others: (sum: Double, weights: Double) {
        var (sum, weights) = (Self.repeatsWeight * repeats + Self.weight * tenure, Self.repeatsWeight + Self.weight)
        if let breadth { (sum, weights) = (sum + Self.weight * breadth, weights + Self.weight) }
        if cadence != nil { weights += Self.weight }
        return (sum, weights)
    }

    /// The days of silence at which the score falls to `score`, before and after the customer has lapsed; infinite where
    /// the cadence that is lost does not bring it there. Only the cadence falls with silence: as two gaps over it.
    func silence(
        falling score: Double, of purchases: PurchaseEvidence
    ) -> (before: Double, afterLapse: Double) {
        guard let meanGap = purchases.meanGap, let deviation = purchases.gapDeviation, cadence != nil else {
            return (.infinity, .infinity)
        }
        let (others, weights) = self.others
        let kept = 2 * meanGap / (1 + deviation / meanGap)
        func silence(_ score: Double) -> Double {
            let needed = (score * weights - others) / Self.weight
            return needed > 0 ? kept / needed : .infinity
        }
        return (silence(score), silence(score / Self.leftToLapsed))
    }
}
