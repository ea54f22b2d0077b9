import Scoring
import Testing

/// Each level by its table, the unknown ones first.
struct DimensionsTests {
    private let thresholds = DimensionThresholds()

    private func buyer(_ change: (inout PurchaseEvidence) -> Void = { _ in }) -> ProfileEvidence {
        var purchases = PurchaseEvidence()
        (purchases.orders, purchases.purchaseDays, purchases.purchaseDaysInYear) = (3, 3, 3)
        (purchases.spend, purchases.spendInYear, purchases.ordersInYear) = (300, 300, 3)
        (purchases.daysSinceFirst, purchases.daysSinceLast) = (200, 20)
        (purchases.meanGap, purchases.gapDeviation, purchases.lastGap) = (60, 10, 60)
        (purchases.recentSpend, purchases.earlierSpend) = (100, 100)
        change(&purchases)
        var evidence = ProfileEvidence(tenureDays: 300)
        evidence.purchases = purchases
        return evidence
    }

    private func visitor() -> ProfileEvidence {
        var evidence = ProfileEvidence(tenureDays: 1)
        evidence.browsing = BrowsingEvidence()
        return evidence
    }

    private func said(_ change: (inout FeedbackEvidence) -> Void) -> ProfileEvidence {
        var evidence = ProfileEvidence(tenureDays: 1)
        var feedback = FeedbackEvidence()
        change(&feedback)
        evidence.feedback = feedback
        return evidence
    }

    private func levels(_ evidence: ProfileEvidence, pAlive: Double? = nil, value: Double? = nil) -> Dimensions {
        Dimensions(evidence, pAlive: pAlive, lifetimeValue: value, thresholds)
    }

    @Test func `no evidence is unknown and never low`() {
        let nothing = levels(ProfileEvidence(tenureDays: 0))
        #expect(nothing.value == .unknown && nothing.interaction == .unknown && nothing.loyalty == .unknown)
        #expect(nothing.satisfaction == .unknown && nothing.feedback == .unknown && nothing.recommendation == .unknown)
        #expect(nothing.purchase == .unknown && nothing.lifecycle == .unknown)
        #expect(nothing.psychology.style == .unknown && nothing.psychology.confidence == 0)
        #expect(nothing.loyaltyScore == nil)
    }

    @Test(arguments: [
        (199.0, nil, Grade.low), (200, nil, .medium), (1_000, nil, .high), (50, 250, .medium), (-5, nil, .low),
    ])
    func `value goes by the year's spend or by what is to come`(_ spend: Double, _ future: Double?, _ grade: Grade) {
        #expect(levels(buyer { $0.spendInYear = spend }, value: future).value == grade)
    }

    @Test func `purchase behaviour`() {
        #expect(levels(visitor()).purchase == .never)
        #expect(levels(buyer()).purchase == .occasional)
        #expect(levels(buyer { $0.purchaseDaysInYear = 4 }).purchase == .frequent)
        #expect(levels(buyer { ($0.purchaseDays, $0.purchaseDaysInYear) = (1, 1) }).purchase == .oneTime)
        #expect(levels(buyer { $0.daysSinceLast = 181 }).purchase == .lapsed)
        #expect(levels(buyer { ($0.purchaseDays, $0.daysSinceLast) = (1, 181) }).purchase == .lapsed)
    }

    @Test(arguments: [(0.0, Grade.low), (2.99, .low), (3, .medium), (15, .high)])
    func `interaction goes by faded actions`(_ engagement: Double, _ grade: Grade) {
        var evidence = visitor()
        evidence.browsing?.engagement = engagement
        #expect(levels(evidence).interaction == grade)
    }

    @Test func `feedback tips by a quarter of what was said`() {
        #expect(levels(said { _ in }).feedback == .unknown)
        #expect(levels(said { ($0.positive, $0.neutral, $0.negative) = (5, 0, 3) }).feedback == .positive)
        #expect(levels(said { ($0.positive, $0.neutral, $0.negative) = (4, 1, 3) }).feedback == .neutral)
        #expect(levels(said { ($0.positive, $0.negative) = (3, 5) }).feedback == .negative)
        #expect(levels(said { $0.neutral = 1 }).feedback == .neutral)
    }

    @Test func `lifecycle`() {
        #expect(levels(visitor()).lifecycle == .prospect)
        #expect(levels(buyer()).lifecycle == .mature)
        #expect(levels(buyer { ($0.purchaseDays, $0.daysSinceFirst) = (2, 90) }).lifecycle == .new)
        #expect(levels(buyer { $0.daysSinceFirst = 80 }).lifecycle == .mature, "three purchase days are no beginning")
        #expect(levels(buyer { $0.recentSpend = 125 }).lifecycle == .growing)
        #expect(levels(buyer { $0.recentSpend = 49 }).lifecycle == .declining)
        #expect(levels(buyer { $0.daysSinceLast = 121 }).lifecycle == .declining)
        #expect(levels(buyer { ($0.meanGap, $0.daysSinceLast) = (nil, 91) }).lifecycle == .declining)
        #expect(levels(buyer { $0.daysSinceLast = 366 }).lifecycle == .churned)
        #expect(levels(buyer(), pAlive: 0.09).lifecycle == .churned)
        #expect(levels(buyer { $0.purchaseDays = 1 }, pAlive: 0.09).lifecycle != .churned, "one purchase tells no rate")
        #expect(levels(buyer { $0.lastGap = 181 }).lifecycle == .wonBack)
        #expect(levels(buyer { ($0.lastGap, $0.daysSinceLast) = (181, 91) }).lifecycle == .mature)
    }

    @Test func `loyalty weighs what is known of it`() throws {
        let once = try #require(
            levels(
                buyer {
                    ($0.purchaseDays, $0.meanGap, $0.gapDeviation) = (1, nil, nil)
                    $0.daysSinceFirst = $0.daysSinceLast
                }
            ).loyaltyScore)
        #expect(once == 0)
        var best = buyer {
            ($0.purchaseDays, $0.daysSinceFirst, $0.daysSinceLast, $0.gapDeviation) = (6, 375, 10, 0)
        }
        best.preferences.categoriesBought = 4
        #expect(abs((levels(best).loyaltyScore ?? 0) - 1) < 1e-12)
        #expect(levels(best).loyalty == .high)
        best.purchases?.daysSinceLast = 181
        best.purchases?.daysSinceFirst = 546
        #expect(levels(best).loyalty != .high, "the lapsed count half")
        #expect(levels(buyer()).loyalty == .medium)
    }

    @Test func `the parts of loyalty are each from 0 to 1 and unknown where nothing is known`() throws {
        let parts = try #require(levels(buyer()).loyaltyParts)
        #expect(parts.repeats == 0.4 && parts.tenure == 180.0 / 365 && parts.breadth == nil)
        #expect(parts.cadence == 1 / (1 + 10.0 / 60))
        #expect(levels(visitor()).loyaltyParts == nil)
        var broad = buyer { ($0.purchaseDays, $0.daysSinceFirst) = (20, 2_000) }
        broad.preferences.categoriesBought = 9
        let most = try #require(levels(broad).loyaltyParts)
        #expect(most.repeats == 1 && most.tenure == 1 && most.breadth == 1)
    }

    @Test(arguments: [(79.999_999_999, Grade.high), (79.999_95, .high), (79.999_9, .medium), (59.999_96, .medium)])
    func `levels compare what is published, to four places`(_ percent: Double, _ grade: Grade) {
        #expect(levels(said { $0.satisfaction = percent }).satisfaction == grade)
    }

    @Test func `satisfaction is capped by open complaints`() {
        #expect(levels(said { $0.satisfaction = 80 }).satisfaction == .high)
        #expect(levels(said { $0.satisfaction = 79.9 }).satisfaction == .medium)
        #expect(levels(said { $0.satisfaction = 59 }).satisfaction == .low)
        #expect(levels(said { ($0.satisfaction, $0.complaintsOpen) = (100, 1) }).satisfaction == .medium)
        #expect(levels(said { $0.complaintsOpen = 1 }).satisfaction == .low)
        #expect(levels(said { $0.complaints = 1 }).satisfaction == .unknown)
    }

    @Test(arguments: [
        (nil, 0.0, 0.0, Recommendation.unknown), (nil, 1, 0, .promoter), (9, 0, 0, .promoter), (8.9, 0, 0, .passive),
        (7, 1, 0, .passive), (7, 1, 1, .promoter), (6.9, 3, 2, .detractor), (0, 0, 0, .detractor),
    ])
    func `recommendation`(_ nps: Double?, _ made: Double, _ converted: Double, _ level: Recommendation) {
        var evidence = said { $0.latestNPS = nps }
        evidence.referrals.made = made
        evidence.referrals.converted = converted
        #expect(levels(evidence).recommendation == level)
    }

    @Test func `regularity falls with spread and with silence`() throws {
        func regularity(_ deviation: Double?, silence: Double) -> Double? {
            buyer { ($0.gapDeviation, $0.daysSinceLast) = (deviation, silence) }.purchases?.regularity
        }
        #expect(regularity(0, silence: 10) == 1)
        #expect(regularity(60, silence: 10) == 0.5)
        #expect(regularity(0, silence: 240) == 0.5)
        #expect(regularity(nil, silence: 10) == nil)
    }
}
