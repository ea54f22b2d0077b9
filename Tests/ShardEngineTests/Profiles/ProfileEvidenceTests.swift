import Scoring
import ShardEngine
import TestSupport
import Testing

/// What the histories come to in a profile.
@Suite struct ProfileEvidenceTests {
    private func evidence(after events: [ShopEvent], at time: EventTime) throws -> ProfileEvidence {
        var run = ProfileRun(Policies.profiled())
        run.apply(events)
        let found = run.profile(at: time)
        return try #require(found).profile.evidence
    }

    @Test func `purchases are counted by orders and by days`() throws {
        let found = try evidence(
            after: [
                .order(Policies.start, "o-1") { $0.total = 1_000 },
                .order(Policies.hours(1), "o-2") { $0.total = 3_000 },
                .order(Policies.days(10), "o-3") { $0.total = 5_000 },
                .order(Policies.days(30), "o-4") { $0.total = 2_000 },
            ], at: Policies.days(100))
        let purchases = try #require(found.purchases)
        #expect(purchases.orders == 4 && purchases.purchaseDays == 3 && purchases.ordersInYear == 4)
        #expect(purchases.spend == 110 && purchases.spendInYear == 110 && purchases.averageOrderValue == 27.5)
        #expect(purchases.daysSinceFirst == 100 && purchases.daysSinceLast == 70)
        #expect(purchases.meanGap == 15 && purchases.lastGap == 20)
        #expect(abs((purchases.gapDeviation ?? 0) - 50.0.squareRoot()) < 1e-12)
        // Ninety calendar days reach back to day 11.
        #expect(purchases.recentSpend == 20 && purchases.earlierSpend == 90)
    }

    @Test func `even gaps deviate by nothing`() throws {
        let orders = (0..<6).map { ShopEvent.order(Policies.days(Double(7 * $0)), "o-\($0)") }
        let found = try evidence(after: orders, at: Policies.days(36))
        let purchases = try #require(found.purchases)
        #expect(purchases.gapDeviation == 0 && purchases.regularity == 1)
    }

    @Test func `what has left the history still counts in all`() throws {
        let found = try evidence(
            after: [
                .order(Policies.start, "o-1") { $0.total = 1_000 },
                .order(Policies.days(500), "o-2") { $0.total = 3_000 },
                .order(Policies.days(1_000), "o-3") { $0.total = 5_000 },
            ], at: Policies.days(1_001))
        let purchases = try #require(found.purchases)
        #expect(purchases.orders == 3 && purchases.purchaseDays == 3 && purchases.spend == 90)
        #expect(purchases.spendInYear == 50 && purchases.purchaseDaysInYear == 1)
        #expect(purchases.lastGap == 500)
    }

    @Test func `cancelled orders are none`() throws {
        let found = try evidence(
            after: [
                .order(Policies.start, "o-1"), .order(Policies.hours(1), "o-1") { $0.type = .cancelled },
            ], at: Policies.days(1))
        #expect(found.purchases == nil)
    }

    @Test func `browsing is summed over thirty days and faded`() throws {
        func browse(_ day: Double, _ id: String, _ type: BrowseType) -> ShopEvent {
            .browse(Policies.days(day), id) { ($0.type, $0.session) = (type, UInt64(day) + 1) }
        }
        let found = try evidence(
            after: [
                browse(0, "a", .cartAdded), browse(26, "b", .pageViewed), browse(26, "c", .searched),
                browse(40, "d", .emailClicked), browse(40, "e", .productViewed),
            ], at: Policies.days(40))
        let browsing = try #require(found.browsing)
        #expect(browsing.visits == 2 && browsing.views == 2 && browsing.searches == 1 && browsing.clicks == 1)
        #expect(browsing.carts == 0)
        #expect(abs(browsing.engagement - (3 + 3 * 0.5)) < 1e-12, "fourteen days are a half-life")
    }

    @Test func `feedback is judged by sentiment, else by score`() throws {
        func say(_ day: Double, _ id: String, _ change: @escaping (inout ShopEvent.Feedback) -> Void) -> ShopEvent {
            .feedback(Policies.days(day), id, change)
        }
        let found = try evidence(
            after: [
                say(0, "a") { ($0.type, $0.sentiment) = (.complaint, .negative) },
                say(1, "b") { $0.type = .complaintResolved },
                say(2, "c") { $0.type = .complaint },
                say(3, "d") { ($0.type, $0.score) = (.review, 10_000) },
                say(3, "e") { ($0.type, $0.score, $0.sentiment) = (.review, 10_000, .negative) },
                say(3, "f") { ($0.type, $0.score) = (.csat, 5_000) },
                say(4, "g") { ($0.type, $0.score) = (.nps, 3_000) },
                say(5, "h") { ($0.type, $0.score) = (.nps, 9_000) },
                say(6, "i") { ($0.type, $0.sentiment) = (.socialMention, .positive) },
            ], at: Policies.days(6))
        let feedback = try #require(found.feedback)
        #expect(feedback.positive == 2 && feedback.neutral == 2 && feedback.negative == 2)
        #expect(feedback.complaints == 2 && feedback.complaintsOpen == 1 && feedback.reviews == 2)
        #expect(feedback.latestNPS == 9)
        #expect(abs((feedback.satisfaction ?? 0) - 250.0 / 3) < 1e-9)
    }

    @Test func `a feeling counts wherever it is told, a complaint's own with the complaint`() throws {
        let types: [FeedbackType] = [.supportContact, .referral, .nps, .survey, .complaintResolved]
        let events = types.enumerated().map { index, type in
            ShopEvent.feedback(Policies.days(Double(index)), "f-\(index)") {
                ($0.type, $0.sentiment) = (type, .negative)
            }
        }
        let found = try evidence(after: events, at: Policies.days(6))
        #expect(found.feedback?.negative == 5)
        let one = try evidence(
            after: [.feedback(Policies.start, "f") { ($0.type, $0.sentiment) = (.complaint, .negative) }],
            at: Policies.days(1))
        #expect(one.feedback?.negative == 1)
    }

    @Test func `four of five stays high satisfaction, whatever day it is looked at`() throws {
        let answers = (1...3).map { day in
            ShopEvent.feedback(Policies.days(Double(day)), "f-\(day)") { $0.score = 8_000 }
        }
        for day in 4..<60 {
            let found = try evidence(after: answers, at: Policies.days(Double(day)))
            let dimensions = Dimensions(found, pAlive: nil, lifetimeValue: nil, DimensionThresholds())
            #expect(dimensions.satisfaction == .high, "day \(day)")
        }
    }

    @Test func `costs give a contribution and a margin`() throws {
        let found = try evidence(
            after: [
                .order(Policies.start, "o-1") { ($0.total, $0.cost) = (10_000, 4_000) },
                .order(Policies.days(1), "o-2") { $0.total = 10_000 },
            ], at: Policies.days(2))
        #expect(found.habits.contribution == 60 && found.habits.margin == 0.6)
    }

    @Test func `satisfaction fades with a half-life of ninety days`() throws {
        let found = try evidence(
            after: [
                .feedback(Policies.start, "a") { $0.score = 0 }, .feedback(Policies.days(90), "b") { $0.score = 9_000 },
            ], at: Policies.days(89.5))
        #expect(abs((found.feedback?.satisfaction ?? 0) - 60) < 1e-9)
    }
}
