import Scoring
import TestSupport
import Testing

/// The thresholds that are solved for are all that there are.
struct ProfileOutlookTests {
    /// Days to the millisecond, as instants have them.
    private static func days(_ range: ClosedRange<Double>, _ random: inout SeededRandom) -> Double {
        TimeSpan(milliseconds: Int64(random.double(range) * TimeSpan.millisecondsPerDay)).days
    }

    private static func purchases(_ random: inout SeededRandom) -> PurchaseEvidence {
        var purchases = PurchaseEvidence()
        purchases.purchaseDays = Double(1 + random.below(8))
        purchases.orders = purchases.purchaseDays
        purchases.purchaseDaysInYear = Double(random.below(Int(purchases.purchaseDays) + 1))
        purchases.spend = Double(random.below(2_000))
        (purchases.recentSpend, purchases.earlierSpend) = (Double(random.below(300)), Double(random.below(300)))
        purchases.daysSinceLast = days(0...400, &random)
        purchases.daysSinceFirst = purchases.daysSinceLast
        guard purchases.purchaseDays > 1 else { return purchases }
        purchases.daysSinceFirst = days(purchases.daysSinceLast + 1...purchases.daysSinceLast + 900, &random)
        purchases.meanGap = random.double(1...150)
        purchases.lastGap = random.double(1...300)
        if purchases.purchaseDays > 2 { purchases.gapDeviation = random.double(0...60) }
        return purchases
    }

    @Test(arguments: 0..<300) func `between two thresholds no level changes`(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed) &+ 9_000)
        let purchases = Self.purchases(&random)
        let history = PurchaseHistory(
            repeats: purchases.purchaseDays - 1, ageAtLast: purchases.daysSinceFirst - purchases.daysSinceLast,
            age: purchases.daysSinceFirst)
        let model: PurchaseModel = random.below(2) == 0 ? .defaultBGNBD : .defaultMBGNBD
        let outlook = ProfileOutlook(
            purchases, categoriesBought: Double(random.below(4)), history, model, ProfileRule())
        func levels(_ days: Double) -> ProfileOutlook.Levels {
            outlook.levels(after: TimeSpan(milliseconds: Int64(days * TimeSpan.millisecondsPerDay)))
        }
        var (from, count) = (0.0, 0)
        while let threshold = outlook.nextThreshold(beyond: from) {
            let margin = 1e-6
            if threshold - from > 3 * margin {
                let start = levels(from + margin)
                for part in [0.1, 0.5, 0.9, 1.0] {
                    let to = from + margin + part * (threshold - from - 2 * margin)
                    #expect(levels(to) == start, "\(from) … \(to) of \(threshold)")
                }
            }
            from = threshold
            count += 1
        }
        #expect(count <= 14)
        #expect(levels(from + 1) == levels(from + 30_000), "behind the last nothing changes any more")
    }
}
