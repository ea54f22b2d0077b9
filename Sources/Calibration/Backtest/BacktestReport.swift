import Scoring

/// How scores and policies would have done: fitted until one day, judged by the days after it.
///
/// Everything in it is a function of the files and the policies: the same input gives the same report.
package struct BacktestReport: Sendable {
    /// Fitted to what was known at the end of `until`.
    package var fit: HistoryFit
    package var until: DayIndex
    package var holdoutDays: Int
    package var currency: CurrencyCode
    package var minorPerMajor: Double
    /// Customers who had bought until then; those of them who bought nothing in the holdout; what the others spent.
    package var customers: Int
    package var churned: Int
    package var revenue: Int64
    package var churnScores: [ChurnScoreResult]
    package var valueScores: [ValueScoreResult]
    /// Of the revenue itself: as far as any score can bend.
    package var perfectGains: [GainsPoint]
    /// In the order given.
    package var policies: [PolicyResult]
    /// From the first policy to each of the others.
    package var moves: [PolicyMoves]

    /// - Parameters:
    ///   - purchases: of the whole history.
    ///   - settings: until when to fit; its horizon is the holdout.
    ///   - tiers: one per policy, of the whole history.
    ///   - surveys: one per policy, at the end of `settings.until`.
    ///   - end: until when the policies ran.
    package init(
        _ purchases: [CustomerPurchases], _ settings: HistoryFit.Settings, currency: CurrencyCode, tiers: [TierLog],
        surveys: [PolicySurvey], end: EventTime
    ) throws(CalibrationError) {
        fit = try HistoryFit(purchases, settings)
        until = settings.until
        holdoutDays = settings.horizonDays
        self.currency = currency
        minorPerMajor = settings.minorPerMajor
        let known = purchases.asOf(
            until, ewmaHalfLifeDays: settings.ewmaHalfLifeDays, minorPerMajor: settings.minorPerMajor)
        let outcomes = known.map {
            HoldoutOutcome(purchases[$0.customer].after(settings.until, days: settings.horizonDays))
        }
        customers = known.count
        churned = outcomes.count(where: \.hasChurned)
        revenue = outcomes.reduce(0) { $0 + $1.revenue }
        guard revenue > 0, churned > 0 else {
            throw .emptyHoldout(from: until.date, days: holdoutDays)
        }
        churnScores = ChurnScoreResult.all(known, outcomes, fit)
        valueScores = ValueScoreResult.all(known, outcomes, fit)
        perfectGains = Ranking.gains(outcomes.map { Double($0.revenue) }, amounts: outcomes.map(\.revenue))
        let spenders = known.enumerated().map { (id: purchases[$1.customer].id, revenue: outcomes[$0].revenue) }
        let (buyers, lastDay) = (known.map { purchases[$0.customer] }, tiers.first?.policy.calendar.day(of: end))
        policies = zip(tiers, surveys).map { log, survey in
            let churn = PolicyChurnResult(
                survey, buyers, at: settings.until, last: lastDay ?? settings.until)
            return PolicyResult(log, churn, spenders, at: settings.until, end: end)
        }
        moves = tiers.dropFirst().map { PolicyMoves(from: tiers[0], to: $0, spenders, at: settings.until) }
    }
}

/// What a customer did in the holdout.
struct HoldoutOutcome: Hashable, Sendable {
    var hasChurned: Bool
    /// Minor units.
    var revenue: Int64

    init(_ days: ArraySlice<CustomerPurchases.Day>) {
        hasChurned = days.isEmpty
        revenue = days.reduce(0) { $0 + $1.amount }
    }
}
