import RealModule

/// How a profile goes on while its customer stays silent and nothing leaves a window: then levels follow from days that go
/// by, and from P(alive) and a cadence that fall with them.
///
/// Thresholds are solved for, so that nobody has to look again before one is met. Not every one of them changes a level: who
/// asks looks at the levels there.
package struct ProfileOutlook: Sendable {
    private let purchases: PurchaseEvidence
    private let categoriesBought: Double
    private let history: PurchaseHistory?
    private let model: PurchaseModel
    private let rule: ProfileRule
    /// Silences at which the loyalty's score falls to a threshold.
    private let loyaltyFalls: SIMD4<Double>
    /// Days from now until P(alive) is as good as none; infinite for never.
    private let daysAlive: Double

    /// What silence alone can change.
    package struct Levels: Hashable, Sendable {
        package var purchase: PurchaseBehaviour
        package var lifecycle: LifecycleStage
        package var loyalty: Grade
        /// Of RFM, 1…5.
        package var recency: Int
    }

    /// - Parameter history: what the purchase model knows; nil where no P(alive) is told.
    package init(
        _ purchases: PurchaseEvidence, categoriesBought: Double, _ history: PurchaseHistory?, _ model: PurchaseModel,
        _ rule: ProfileRule
    ) {
        self.purchases = purchases
        self.categoriesBought = categoriesBought
        self.history = history
        self.model = model
        self.rule = rule
        let parts = LoyaltyParts(purchases, categoriesBought: categoriesBought)
        let steps = rule.thresholds.loyalty
        let high = parts.silence(falling: DimensionThresholds.Steps.least(steps.high), of: purchases)
        let medium = parts.silence(falling: DimensionThresholds.Steps.least(steps.medium), of: purchases)
        loyaltyFalls = SIMD4(high.before, high.afterLapse, medium.before, medium.afterLapse)
        daysAlive = history.map { model.age(leaving: Dimensions.leastAlive, $0) - $0.age } ?? .infinity
    }

    /// The levels after so much silence.
    package func levels(after silence: TimeSpan) -> Levels {
        let later = purchases.aged(by: silence)
        let pAlive = history.map { history in
            var aged = history
            aged.age = Self.later(history.age, by: silence)
            return model.pAlive(aged)
        }
        let parts = LoyaltyParts(later, categoriesBought: categoriesBought)
        return Levels(
            purchase: Dimensions.purchase(later, rule.thresholds),
            lifecycle: Dimensions.stage(later, pAlive: pAlive, rule.thresholds),
            loyalty: rule.thresholds.loyalty.grade(parts.score(of: later, rule.thresholds)),
            recency: RFM.recency(later, rule.rfm))
    }

    /// How many days from now the next threshold is met that lies more than `days` ahead; nil if there is none. A level that
    /// follows from it changes right behind it.
    package func nextThreshold(beyond days: Double) -> Double? {
        var next = Double.infinity
        func meet(_ ahead: Double) { if ahead > days, ahead < next { next = ahead } }
        let (limits, silence) = (rule.thresholds, purchases.daysSinceLast)
        for recency in rule.rfm.recency { meet(recency - silence) }
        meet(limits.lapsedAfterDays - silence)
        meet(limits.churnedAfterDays - silence)
        meet(limits.newForDays - silence)
        meet(limits.newForDays - purchases.daysSinceFirst)
        if let meanGap = purchases.meanGap { meet(Dimensions.silenceOfDecline(meanGap) - silence) }
        for index in 0..<4 { meet(loyaltyFalls[index] - silence) }
        meet(daysAlive)
        return next.isFinite ? next : nil
    }

    /// So many days and a span more, to the millisecond: the same number that the instants themselves would give.
    package static func later(_ days: Double, by span: TimeSpan) -> Double {
        TimeSpan(milliseconds: Int64((days * TimeSpan.millisecondsPerDay).rounded()) + span.milliseconds).days
    }
}

extension PurchaseEvidence {
    /// The same after so much silence in which nothing has left a window.
    fileprivate func aged(by silence: TimeSpan) -> PurchaseEvidence {
        var later = self
        later.daysSinceFirst = ProfileOutlook.later(daysSinceFirst, by: silence)
        later.daysSinceLast = ProfileOutlook.later(daysSinceLast, by: silence)
        return later
    }
}

extension PurchaseModel {
    /// The age in days at which silence brings P(alive) down to `probability`, which may be past; infinite where it stays 1.
    ///
    /// The log-odds of having left are those at the latest purchase and (r+x)·ln(1 + silence/(α+t_x)).
    fileprivate func age(leaving probability: Double, _ history: PurchaseHistory) -> Double {
        var atLast = history
        atLast.age = history.ageAtLast
        guard let before = logOddsOfHavingLeft(atLast) else { return .infinity }
        let rise = -LogOdds.of(probability) - before
        return history.ageAtLast + (alpha + history.ageAtLast) * Double.expMinusOne(rise / (r + history.repeats))
    }
}
