/// Forecasts by the models of one policy.
///
/// What depends on the number of repeats and the age alone is worked out once for each number of repeats, when the first such
/// customer comes; from then on a forecast costs a tenth. The numbers do not depend on who came before.
package struct ChurnForecaster: Sendable {
    private let rule: ChurnRule
    private let value: ValueRule?
    private let lifetimeValue: LifetimeValue?
    /// By the number of repeats, nil before the first who has it; who has more is worked out each time.
    private var rows: ContiguousArray<Row?>

    private static let tabledRepeats = 128

    package init(_ rule: ChurnRule, _ value: ValueRule?) {
        self.rule = rule
        self.value = value
        lifetimeValue = value?.lifetimeValue(rule.model)
        rows = ContiguousArray(repeating: nil, count: Self.tabledRepeats)
    }

    /// - Parameter meanAmount: mean total of the repeat purchase days, major units; any number without one.
    package mutating func forecast(_ evidence: ChurnEvidence, risk: Double, meanAmount: Double) -> ChurnForecast {
        let (model, history) = (rule.model, evidence.history)
        let row = row(repeats: history.repeats)
        var forecast = ChurnForecast(pAlive: model.pAlive(history))
        if let value, let lifetimeValue {
            let ifAlive =
                row?.series?.purchasesIfAlive(age: history.age)
                ?? lifetimeValue.purchasesIfAlive(history, within: rule.horizonDays)
            let amount = value.amounts.expectedAmount(purchases: history.repeats, meanAmount: meanAmount)
            forecast.expectedOrders = forecast.pAlive * ifAlive.within
            forecast.expectedValue = forecast.expectedOrders * amount
            forecast.valueAtRisk = risk * ifAlive.within * amount
            forecast.lifetimeValue = forecast.pAlive * ifAlive.discounted * amount
        } else {
            forecast.expectedOrders =
                forecast.pAlive * model.expectedPurchasesIfAlive(history, horizon: rule.horizonDays)
        }
        let (waits, reach) = (row?.waits ?? Waits(model, repeats: history.repeats), model.alpha + history.age)
        forecast.nextOrderDays = Waits.days(waits.half, reach)
        forecast.nextOrderEarliestDays = Waits.days(waits.tenth, reach)
        forecast.nextOrderLatestDays = Waits.days(waits.nineTenths, reach)
        return forecast
    }

    private mutating func row(repeats: Double) -> Row? {
        guard repeats >= 0, repeats < Double(Self.tabledRepeats), repeats == Double(Int(repeats)) else { return nil }
        if let row = rows[Int(repeats)] { return row }
        let row = Row(rule, lifetimeValue, repeats: repeats)
        rows[Int(repeats)] = row
        return row
    }
}

/// What all customers with one number of repeats have in common.
private struct Row: Sendable {
    let waits: Waits
    /// Nil without amounts, and where it would not be exact.
    let series: ExpectationSeries?

    init(_ rule: ChurnRule, _ value: LifetimeValue?, repeats: Double) {
        waits = Waits(rule.model, repeats: repeats)
        series = value.flatMap { ExpectationSeries($0, repeats: repeats, within: rule.horizonDays) }
    }
}

/// Quantiles of the wait for the next purchase, per day of α+T.
private struct Waits: Sendable {
    let half: Double
    let tenth: Double
    let nineTenths: Double

    init(_ model: PurchaseModel, repeats: Double) {
        half = model.waitIfAlive(repeats: repeats, quantile: 0.5)
        tenth = model.waitIfAlive(repeats: repeats, quantile: 0.1)
        nineTenths = model.waitIfAlive(repeats: repeats, quantile: 0.9)
    }

    /// Nil where no wait is long enough.
    static func days(_ wait: Double, _ reach: Double) -> Double? {
        let days = wait * reach
        return days.isFinite ? days : nil
    }
}
