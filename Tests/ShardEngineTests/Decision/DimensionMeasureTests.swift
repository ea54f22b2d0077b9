import Scoring
import ShardEngine
import TestSupport
import Testing

/// The measures of the profiles' dimensions: what profiles show, and moved by silence at the right instant.
@Suite struct DimensionMeasureTests {
    private static let measures: [Measure] = [
        Measure(.engagement), Measure(.sentimentMean, windowDays: 365), Measure(.spendGrowth), Measure(.orderGrowth),
        Measure(.repeatRate), Measure(.regularity), Measure(.loyalty), Measure(.recencyScore), Measure(.frequencyScore),
        Measure(.monetaryScore), Measure(.discountedShare), Measure(.categoryBreadth), Measure(.topCategoryShare),
        Measure(.referrals), Measure(.referralsConverted), Measure(.expectedOrders), Measure(.lifetimeValue),
    ]
    /// 2026-01-20 in UTC.
    private static let midnight = EventTime(milliseconds: 1_768_867_200_000)

    /// One tier above the lowest, for a measure that is at least so much.
    private static func policy(_ measure: Measure, atLeast least: Double) -> Policy {
        var policy = Policies.profiled()
        policy.measures = [measure]
        policy.value = ValueRule(amounts: .cdnow)
        policy.tiers = [
            Tier(name: "base", entry: nil),
            Tier(name: "top", entry: .comparison(Comparison(.measure(0), .atLeast, least))),
        ]
        return policy
    }

    private static func orders(_ days: Double...) -> [ShopEvent] { days.map { .order(Policies.days($0), "o-\($0)") } }

    private static func values(_ events: [ShopEvent], at time: EventTime) -> [String: Double] {
        var policy = policy(measures[0], atLeast: 1)
        policy.measures = measures
        var run = ProfileRun(policy)
        for event in events { run.apply([event]) }
        run.wait(until: time)
        let found = run.engine.report(on: Array("ann".utf8), at: time)?.measures ?? []
        return zip(measures, found).reduce(into: [:]) { $0[$1.0.name] = $1.1 }
    }

    // MARK: - Values

    /// A year of a customer who does a little of everything.
    private static func life(_ random: inout SeededRandom) -> [ShopEvent] {
        var day = 0.0
        return (0..<40).map { index in
            day += random.double(0...12)
            let time = Policies.days(day)
            switch random.below(4) {
            case 0:
                let category = random.pick(["a", "b", "c"])
                let (total, hasCoupon) = (Int64(1_000 + random.below(20_000)), random.chance(0.4))
                return .order(time, "e-\(index)") {
                    ($0.total, $0.hasCoupon, $0.categories) = (total, hasCoupon, [category])
                }
            case 1:
                let type = random.pick(FeedbackType.allCases)
                let (score, isConverted) = (UInt16(random.below(11) * 1_000), random.chance(0.5))
                return .feedback(time, "e-\(index)") {
                    ($0.type, $0.score, $0.isConverted) = (type, score, isConverted)
                }
            default:
                let (type, category) = (random.pick(BrowseType.allCases), random.pick(["a", "b", "d"]))
                return .browse(time, "e-\(index)") { ($0.type, $0.category) = (type, category) }
            }
        }
    }

    @Test(arguments: 0..<60) func `each is what the profile of the same instant shows`(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let events = Self.life(&random)
        let time = try #require(events.last).time + .days(random.below(200))
        var policy = Self.policy(Self.measures[0], atLeast: 1)
        policy.measures = Self.measures
        var run = ProfileRun(policy)
        for event in events { run.apply([event]) }
        run.wait(until: time)
        let found = run.engine.report(on: Array("ann".utf8), at: time)
        let report = try #require(found)
        let drawn = run.profile(at: time)
        let shown = try #require(drawn).profile
        let evidence = shown.evidence
        var forecaster = ChurnForecaster(policy.churn, policy.value)
        let forecast = shown.churn.map {
            forecaster.forecast($0.evidence, risk: $0.risk, meanAmount: $0.meanAmount)
        }
        let purchases = evidence.purchases
        let scores = RFM(purchases, RFMRule()).scores
        let thresholds = DimensionThresholds()
        let feedback = evidence.feedback.map { ($0.positive - $0.negative, $0.positive + $0.neutral + $0.negative) }
        let expected: [Double?] = [
            evidence.browsing?.engagement, feedback.flatMap { $0.1 > 0 ? $0.0 / $0.1 : nil },
            purchases.flatMap { $0.earlierSpend > 0 ? $0.recentSpend / $0.earlierSpend - 1 : nil }, nil,
            purchases.map { ($0.purchaseDays - 1) / $0.purchaseDays }, purchases?.regularity,
            Dimensions(evidence, pAlive: nil, lifetimeValue: nil, thresholds).loyaltyScore,
            scores.map { Double($0.recency) }, scores.map { Double($0.frequency) }, scores.map { Double($0.monetary) },
            evidence.habits.discountedShare,
            evidence.preferences.categoriesBought > 0 ? evidence.preferences.categoriesBought : nil,
            drawn?.categories.first?.share, evidence.referrals.made, evidence.referrals.converted,
            forecast?.expectedOrders, forecast?.lifetimeValue,
        ]
        for (index, measure) in Self.measures.enumerated() where measure.quantity != .orderGrowth {
            let (found, wanted) = (report.measures[index], expected[index])
            #expect((found == nil) == (wanted == nil), "seed \(seed), \(measure.name)")
            #expect(isClose(found ?? 0, wanted ?? 0, relative: 1e-12, absolute: 1e-12), "seed \(seed), \(measure.name)")
        }
    }

    @Test func `without evidence they are unknown, but for counts`() {
        let browsed = Self.values([.browse(Policies.start, "b") { $0.type = .pageViewed }], at: Policies.hours(1))
        #expect(browsed == ["engagement": 1, "referrals": 0, "referrals_converted": 0])
        let bought = Self.values(Self.orders(0), at: Policies.hours(1))
        #expect(bought["engagement"] == nil && bought["sentiment_mean_365d"] == nil && bought["spend_growth"] == nil)
        #expect(bought["repeat_rate"] == 0 && bought["regularity"] == nil && bought["category_breadth"] == nil)
        #expect(bought["discounted_share"] == 0 && bought["loyalty"] == 0 && bought["recency_score"] == 5)
    }

    @Test func `they are what their words say`() {
        let events: [ShopEvent] = [
            .order(Policies.days(0), "1") { ($0.total, $0.categories) = (10_000, ["a"]) },
            .order(Policies.days(100), "2") { ($0.total, $0.hasCoupon, $0.categories) = (8_000, true, ["b"]) },
            .order(Policies.days(110), "3") { ($0.total, $0.categories) = (7_000, ["b"]) },
            .feedback(Policies.days(111), "4") { ($0.type, $0.sentiment) = (.review, .positive) },
            .feedback(Policies.days(112), "5") { $0.type = .complaint },
            .feedback(Policies.days(113), "6") { $0.type = .complaintResolved },
            .feedback(Policies.days(113), "7") { ($0.type, $0.isConverted) = (.referral, true) },
        ]
        let found = Self.values(events, at: Policies.days(114))
        #expect(found["spend_growth"] == 0.5 && found["order_growth"] == 1)
        #expect(found["repeat_rate"] == 2.0 / 3 && found["discounted_share"] == 1.0 / 3)
        #expect(found["category_breadth"] == 2 && found["top_category_share"].map { $0 > 0.6 && $0 < 0.9 } == true)
        #expect(found["sentiment_mean_365d"] == 0.5)
        #expect(found["referrals"] == 1 && found["referrals_converted"] == 1)
        #expect(found["frequency_score"] == 3 && found["monetary_score"] == 3)
    }

    // MARK: - Silence

    /// When the tier is lost, milliseconds from the first midnight; nil if it is not, or was not held.
    private static func fall(_ policy: Policy, _ events: [ShopEvent], by days: Double = 400) -> Int64? {
        var run = ProfileRun(policy)
        for event in events { run.apply([event]) }
        let last = events.last?.time ?? Policies.start
        let held = run.engine.report(on: Array("ann".utf8), at: last)?.tier
        run.wait(until: Policies.days(days))
        guard held == 1, let report = run.engine.report(on: Array("ann".utf8), at: Policies.days(days)),
            report.tier == 0
        else { return nil }
        return report.tierSince.milliseconds - midnight.milliseconds
    }

    private static let day: Int64 = 86_400_000
    /// From the midnight to the first event.
    private static let morning = Policies.start.milliseconds - midnight.milliseconds

    @Test(arguments: [(5.0, 30), (4.0, 60), (2.0, 240)])
    func `a score of recency falls a millisecond after its threshold`(
        least: Double, days: Int64
    ) {
        let lost = Self.fall(Self.policy(Measure(.recencyScore), atLeast: least), Self.orders(0))
        #expect(lost == Self.morning + days * Self.day + 1)
    }

    @Test func `so it does as a part of the score`() {
        var policy = Self.policy(Measure(.recencyScore), atLeast: 0)
        policy.terms = [Term(name: "r", measure: 0, weight: 100, curve: .linear(from: 1, to: 5), whenUnknown: 0)]
        policy.tiers[1].entry = .comparison(Comparison(.score, .atLeast, 75))
        #expect(Self.fall(policy, Self.orders(0)) == Self.morning + 60 * Self.day + 1)
    }

    @Test(arguments: [(1.0, 20), (0.5, 40), (0.25, 80)]) func `regularity falls once the cadence is broken`(
        least: Double, silence: Int64
    ) {
        // Every ten days: unbroken for twenty, then in proportion.
        let lost = Self.fall(Self.policy(Measure(.regularity), atLeast: least), Self.orders(0, 10, 20))
        #expect(lost == Self.morning + (20 + silence) * Self.day + 1)
    }

    @Test func `loyalty is halved when a buyer has lapsed`() {
        let lost = Self.fall(Self.policy(Measure(.loyalty), atLeast: 0.2), Self.orders(0, 100))
        #expect(lost == Self.morning + 280 * Self.day + 1)
    }

    @Test func `engagement fades at midnights`() {
        let views = (0..<4).map { index in
            ShopEvent.browse(Policies.hours(Double(index)), "b-\(index)") { $0.type = .pageViewed }
        }
        // 4 · 2^(−15/14) is 1.903, a day later 1.811.
        #expect(Self.fall(Self.policy(Measure(.engagement), atLeast: 1.9), views) == 16 * Self.day)
        var policy = Self.policy(Measure(.engagement), atLeast: 0)
        policy.terms = [Term(name: "e", measure: 0, weight: 100, curve: .linear(from: 0, to: 4), whenUnknown: 0)]
        policy.tiers[1].entry = .comparison(Comparison(.score, .atLeast, 47.5))
        #expect(Self.fall(policy, views) == 16 * Self.day)
    }

    @Test func `growth ends when there is nothing left to compare with`() {
        let events = [
            ShopEvent.order(Policies.days(0), "1") { $0.total = 10_000 },
            .order(Policies.days(100), "2") { $0.total = 15_000 },
        ]
        for measure in [Measure(.spendGrowth), Measure(.orderGrowth)] {
            let least = measure.quantity == .spendGrowth ? 0.25 : 0
            #expect(Self.fall(Self.policy(measure, atLeast: least), events) == 180 * Self.day)
        }
    }

    @Test func `a sentiment is forgotten with the answer`() {
        let events = [
            ShopEvent.feedback(Policies.days(0), "1") { ($0.type, $0.sentiment) = (.review, .negative) },
            .feedback(Policies.days(5), "2") { ($0.type, $0.sentiment) = (.review, .positive) },
            .feedback(Policies.days(5), "3") { ($0.type, $0.sentiment) = (.review, .positive) },
        ]
        let measure = Measure(.sentimentMean, windowDays: 30)
        #expect(Self.fall(Self.policy(measure, atLeast: 0.3), events) == 35 * Self.day)
    }

    @Test(arguments: [Measure.Quantity.expectedOrders, .lifetimeValue], [PurchaseModel.defaultBGNBD, .defaultMBGNBD])
    func `what is expected falls to the millisecond`(_ quantity: Measure.Quantity, _ model: PurchaseModel) {
        var policy = Self.policy(Measure(quantity), atLeast: 0)
        policy.churn.scoring.purchases = model
        // As of 70 days after the first midnight; each order is of 100 dollars.
        let evidence = ChurnEvidence(
            history: PurchaseHistory(repeats: 1, ageAtLast: 10, age: 70), ewmaAtLast: 1, monetary: 200)
        var forecaster = ChurnForecaster(policy.churn, policy.value)
        let forecast = forecaster.forecast(evidence, risk: 0, meanAmount: 100)
        let least = (quantity == .expectedOrders ? forecast.expectedOrders : forecast.lifetimeValue) ?? 0
        policy.tiers[1].entry = .comparison(Comparison(.measure(0), .atLeast, least))
        let lost = Self.fall(policy, Self.orders(0, 10))
        #expect(lost.map { abs($0 - 70 * Self.day) <= 2 } == true)
    }

    // MARK: - Browsing

    @Test func `browsing that moves the preferences is looked at at once`() {
        let events = [
            ShopEvent.order(Policies.days(0), "1") { $0.categories = ["a"] },
            .browse(Policies.days(1), "2") { $0.category = "b" },
        ]
        var run = ProfileRun(Self.policy(Measure(.topCategoryShare), atLeast: 0.9))
        for event in events { run.apply([event]) }
        let report = run.engine.report(on: Array("ann".utf8), at: Policies.days(1))
        #expect(report?.tier == 0 && report?.tierSince == Policies.days(1) && report?.measures == [0.8])
    }

    @Test(arguments: [BrowseType.pageViewed, .cartRemoved]) func `so is the first that makes engagement known`(
        type: BrowseType
    ) {
        var policy = Self.policy(Measure(.engagement), atLeast: 0)
        policy.terms = [Term(name: "e", measure: 0, weight: 100, curve: .linear(from: 0, to: 10), whenUnknown: 1)]
        policy.tiers[1].entry = .comparison(Comparison(.score, .atLeast, 50))
        var run = ProfileRun(policy)
        run.apply(Self.orders(0))
        let before = run.engine.report(on: Array("ann".utf8), at: Policies.start)
        #expect(before?.tier == 1)
        run.apply([.browse(Policies.days(1), "b") { $0.type = type }])
        let report = run.engine.report(on: Array("ann".utf8), at: Policies.days(1))
        #expect(report?.tier == 0 && report?.tierSince == Policies.days(1))
    }

    @Test func `browsing is counted in the engagement however much of it there is`() {
        // Up through every event, down through every midnight, against the plain sum.
        var policy = Self.policy(Measure(.engagement), atLeast: 0)
        policy.terms = [Term(name: "e", measure: 0, weight: 100, curve: .saturating(halfAt: 10), whenUnknown: 0)]
        policy.tiers[1].entry = .comparison(Comparison(.score, .atLeast, 60))
        var run = ProfileRun(policy)
        var first: Int?
        for index in 0..<40 {
            run.apply([.browse(Policies.hours(Double(index) / 10), "b-\(index)") { $0.type = .pageViewed }])
            let tier = run.engine.report(on: Array("ann".utf8), at: Policies.hours(Double(index) / 10))?.tier
            if tier == 1, first == nil { first = index }
        }
        // 15 of them make 60 points.
        #expect(first == 14)
    }
}
