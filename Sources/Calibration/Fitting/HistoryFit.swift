import RealModule
import Scoring

/// Everything that a history says about a policy's parameters, as of the end of one day.
package struct HistoryFit: Sendable {
    package var settings: Settings
    package var customers: Int
    package var repeatBuyers: Int
    package var bgNBD: PurchaseFit
    package var mbgNBD: PurchaseFit
    package var orderValue: OrderValueFit
    /// Of the combined score with the default weights, on BG/NBD or MBG/NBD as the settings say.
    package var churnConstant: Double
    /// Fitted to what happened in the last `horizonDays`; nil where too few customers are older than that, or a snapshot
    /// does not tell what was known then.
    package var logistic: LogisticFit?
    package var rfm: RFMRule
    /// Of the spend EWMA, major units: what the best 20, 5 and 1 % of the customers have at least.
    package var spendQuantiles: [SpendQuantile]

    /// The share of customers above, and the value that parts them.
    package struct SpendQuantile: Hashable, Sendable {
        package var topShare: Double
        package var value: Double
    }

    package struct Settings: Hashable, Sendable {
        /// The last day that is looked at.
        package var until: DayIndex
        package var horizonDays: Int
        package var kind: PurchaseModel.Kind
        package var ewmaHalfLifeDays: Double
        package var spendHalfLifeDays: Double
        package var minorPerMajor: Double

        package init(
            until: DayIndex, horizonDays: Int, kind: PurchaseModel.Kind, ewmaHalfLifeDays: Double = 60,
            spendHalfLifeDays: Double, minorPerMajor: Double
        ) {
            self.until = until
            self.horizonDays = horizonDays
            self.kind = kind
            self.ewmaHalfLifeDays = ewmaHalfLifeDays
            self.spendHalfLifeDays = spendHalfLifeDays
            self.minorPerMajor = minorPerMajor
        }
    }

    private static let topShares = [0.2, 0.05, 0.01]

    package init(_ purchases: [CustomerPurchases], _ settings: Settings) throws(CalibrationError) {
        let summedUp = purchases.count { !$0.isTold(on: settings.until) }
        guard summedUp == 0 else { throw .summedUp(day: settings.until.date, customers: summedUp) }
        let known = purchases.asOf(
            settings.until, ewmaHalfLifeDays: settings.ewmaHalfLifeDays, minorPerMajor: settings.minorPerMajor)
        guard !known.isEmpty else { throw .noPurchases }
        self.settings = settings
        customers = known.count
        repeatBuyers = known.count { $0.frequency > 1 }
        let histories = known.map(\.history)
        bgNBD = try PurchaseFit(.bgNBD, histories)
        mbgNBD = try PurchaseFit(.mbgNBD, histories)
        orderValue = try OrderValueFit(
            known.map { OrderValueFit.Sample(purchases: $0.history.repeats, meanAmount: $0.meanRepeatAmount) })
        let model = ChurnModel(
            purchases: settings.kind == .bgNBD ? bgNBD.model : mbgNBD.model,
            horizonDays: Double(settings.horizonDays), ewmaHalfLifeDays: settings.ewmaHalfLifeDays, score: .p0)
        churnConstant = ChurnConstant.find(CombinedChurnScore(constant: 0), model, known.map(\.evidence))
        logistic = Self.fitLogistic(purchases, settings)
        rfm = Self.thresholds(known)
        let spend = known.map { $0.spendEWMA(halfLifeDays: settings.spendHalfLifeDays) / settings.minorPerMajor }
            .sorted()
        spendQuantiles = Self.topShares.map { share in
            SpendQuantile(topShare: share, value: Quantiles.value(at: 1 - share, ofSorted: spend))
        }
    }

    /// The purchase model that the policy names.
    package var purchases: PurchaseFit { settings.kind == .bgNBD ? bgNBD : mbgNBD }

    /// The default score: p0 and recent purchases.
    package var combined: ChurnModel {
        model(.combined(CombinedChurnScore(constant: churnConstant)))
    }

    package func model(_ score: ChurnModel.Score) -> ChurnModel {
        ChurnModel(
            purchases: purchases.model, horizonDays: Double(settings.horizonDays),
            ewmaHalfLifeDays: settings.ewmaHalfLifeDays, score: score)
    }

    /// Looks one horizon back, and learns from what has happened since.
    private static func fitLogistic(_ purchases: [CustomerPurchases], _ settings: Settings) -> LogisticFit? {
        let start = settings.until + -settings.horizonDays
        guard purchases.allSatisfy({ $0.isTold(on: start) }) else { return nil }
        let known = purchases.asOf(
            start, ewmaHalfLifeDays: settings.ewmaHalfLifeDays, minorPerMajor: settings.minorPerMajor)
        let churned = known.map { purchases[$0.customer].after(start, days: settings.horizonDays).isEmpty }
        let churners = churned.count { $0 }
        // Ten of each kind per weight is the usual least.
        guard min(churners, churned.count - churners) >= 60 else { return nil }
        return LogisticFit(known.map(\.evidence), churned: churned, ewmaHalfLifeDays: settings.ewmaHalfLifeDays)
    }

    private static func thresholds(_ known: [CustomerAsOf]) -> RFMRule {
        RFMRule(
            recency: Quantiles.fifths(known.map(\.evidence.recency)),
            frequency: Quantiles.fifths(known.map { Double($0.frequency) }),
            monetary: Quantiles.fifths(known.map(\.evidence.monetary)))
    }
}

extension HistoryFit.Settings {
    /// What a policy says about a fit.
    package init(_ policy: Policy, until: DayIndex, horizonDays: Int) {
        self.init(
            until: until, horizonDays: horizonDays, kind: policy.churn.model.kind,
            ewmaHalfLifeDays: policy.churn.scoring.ewmaHalfLifeDays, spendHalfLifeDays: policy.spendHalfLife.days,
            minorPerMajor: Double.pow(10, Double(policy.currency.exponent)))
    }
}
