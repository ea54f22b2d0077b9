/// The levels of the dimensions that have some, as functions of the evidence. Preferences are lists and stand in
/// `Profile`.
package struct Dimensions: Hashable, Sendable {
    package var value: Grade
    package var purchase: PurchaseBehaviour
    package var interaction: Grade
    package var feedback: FeedbackTone
    package var lifecycle: LifecycleStage
    package var psychology: ShoppingPsychology
    package var loyalty: Grade
    package var satisfaction: Grade
    package var recommendation: Recommendation
    /// 0…1; nil before the first order.
    package var loyaltyScore: Double?
    /// What that is scored by; nil before the first order.
    package var loyaltyParts: LoyaltyParts?

    /// - Parameters:
    ///   - pAlive: of the policy's purchase model; nil before the first order.
    ///   - lifetimeValue: major units; nil where no amounts have been fitted.
    package init(
        _ evidence: ProfileEvidence, pAlive: Double?, lifetimeValue: Double?, _ thresholds: DimensionThresholds
    ) {
        value = thresholds.value.grade(evidence.purchases.map { max($0.spendInYear, lifetimeValue ?? 0) })
        purchase = Self.purchase(evidence, thresholds)
        interaction = thresholds.interaction.grade(evidence.browsing?.engagement)
        feedback = Self.tone(evidence.feedback)
        lifecycle = Self.stage(evidence, pAlive: pAlive, thresholds)
        psychology = ShoppingPsychology(evidence)
        let parts = evidence.purchases.map {
            LoyaltyParts($0, categoriesBought: evidence.preferences.categoriesBought)
        }
        loyaltyParts = parts
        loyaltyScore = evidence.purchases.flatMap { parts?.score(of: $0, thresholds) }
        loyalty = thresholds.loyalty.grade(loyaltyScore)
        satisfaction = Self.satisfaction(evidence.feedback, thresholds)
        recommendation = Self.recommendation(evidence)
    }

    private static func purchase(
        _ evidence: ProfileEvidence, _ thresholds: DimensionThresholds
    ) -> PurchaseBehaviour {
        guard let purchases = evidence.purchases else { return evidence.browsing == nil ? .unknown : .never }
        return purchase(purchases, thresholds)
    }

    static func purchase(_ purchases: PurchaseEvidence, _ thresholds: DimensionThresholds) -> PurchaseBehaviour {
        if purchases.daysSinceLast > thresholds.lapsedAfterDays { return .lapsed }
        if purchases.purchaseDays == 1 { return .oneTime }
        return purchases.purchaseDaysInYear >= thresholds.frequentPurchaseDays ? .frequent : .occasional
    }

    /// By the balance of good and bad over all that was said; a quarter of it must tip the scales.
    private static func tone(_ feedback: FeedbackEvidence?) -> FeedbackTone {
        guard let feedback else { return .unknown }
        let all = feedback.positive + feedback.neutral + feedback.negative
        guard all > 0 else { return .unknown }
        let balance = (feedback.positive - feedback.negative) / all
        return balance >= 0.25 ? .positive : balance <= -0.25 ? .negative : .neutral
    }

    /// P(alive) below this is as good as gone, for those who had begun to come back.
    static let leastAlive = 0.1

    private static func stage(
        _ evidence: ProfileEvidence, pAlive: Double?, _ thresholds: DimensionThresholds
    ) -> LifecycleStage {
        guard let purchases = evidence.purchases else { return evidence.browsing == nil ? .unknown : .prospect }
        return stage(purchases, pAlive: pAlive, thresholds)
    }

    static func stage(
        _ purchases: PurchaseEvidence, pAlive: Double?, _ thresholds: DimensionThresholds
    ) -> LifecycleStage {
        let hasLeft = purchases.purchaseDays > 1 && pAlive ?? 1 < leastAlive
        if purchases.daysSinceLast > thresholds.churnedAfterDays || hasLeft { return .churned }
        if purchases.daysSinceFirst <= thresholds.newForDays, purchases.purchaseDays < 3 { return .new }
        if let gap = purchases.lastGap, gap > thresholds.wonBackAfterDays,
            purchases.daysSinceLast <= thresholds.newForDays
        {
            return .wonBack
        }
        if isDeclining(purchases, thresholds) { return .declining }
        let grows = purchases.recentSpend > 0 && purchases.recentSpend >= 1.25 * purchases.earlierSpend
        return grows ? .growing : .mature
    }

    /// Silent for more than twice the usual time, or spending less than half of what it was.
    private static func isDeclining(_ purchases: PurchaseEvidence, _ thresholds: DimensionThresholds) -> Bool {
        guard let meanGap = purchases.meanGap else { return purchases.daysSinceLast > thresholds.newForDays }
        if purchases.daysSinceLast > silenceOfDecline(meanGap) { return true }
        return purchases.purchaseDays > 2 && purchases.recentSpend < 0.5 * purchases.earlierSpend
    }

    /// Days of silence that are a decline for one with such gaps.
    static func silenceOfDecline(_ meanGap: Double) -> Double { max(2 * meanGap, 30) }

    /// As `loyaltyScore`, nil before the first order.
    package static func loyaltyScore(_ evidence: ProfileEvidence, _ thresholds: DimensionThresholds) -> Double? {
        evidence.purchases.map {
            LoyaltyParts($0, categoriesBought: evidence.preferences.categoriesBought).score(of: $0, thresholds)
        }
    }

    /// How fast that score falls in silence: as the regularity does, which is at most a quarter of what is known, and by half
    /// at the instant after which a buyer has lapsed.
    package static func loyaltyLimit(_ purchases: PurchaseEvidence, _ thresholds: DimensionThresholds) -> SpeedLimit {
        var limit = purchases.regularityLimit.scaled(by: 0.25)
        let unlapsed = thresholds.lapsedAfterDays - purchases.daysSinceLast
        if unlapsed >= 0 { limit.holdsFor = min(limit.holdsFor, unlapsed * TimeSpan.millisecondsPerDay) }
        return limit
    }

    /// Nobody with an open complaint is highly satisfied, and without an answer the complaint is all that is known.
    private static func satisfaction(_ feedback: FeedbackEvidence?, _ thresholds: DimensionThresholds) -> Grade {
        guard let feedback else { return .unknown }
        let complains = feedback.complaintsOpen > 0
        let grade = thresholds.satisfaction.grade(feedback.satisfaction)
        switch grade {
        case .unknown: return complains ? .low : .unknown
        case .high: return complains ? .medium : .high
        case .low, .medium: return grade
        }
    }

    /// The latest answer by the usual bounds of NPS; deeds lift the passive and stand for those who were not asked.
    private static func recommendation(_ evidence: ProfileEvidence) -> Recommendation {
        let referrals = evidence.referrals
        guard let answer = evidence.feedback?.latestNPS else { return referrals.made > 0 ? .promoter : .unknown }
        if answer >= 9 { return .promoter }
        if answer >= 7 { return referrals.converted > 0 ? .promoter : .passive }
        return .detractor
    }
}
