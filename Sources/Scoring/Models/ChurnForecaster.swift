import RealModule
import Synchronization

/// Forecasts by the models of one policy, for any number of threads.
///
/// What depends on the number of repeats and the age alone is worked out once for each number of repeats, when the first such
/// customer comes; from then on a forecast costs a tenth. The numbers do not depend on who came before.
package final class ChurnForecaster: Sendable {
    private let rule: ChurnRule
    private let value: ValueRule?
    private let lifetimeValue: LifetimeValue?
    /// By the number of repeats; who has more is worked out each time.
    private let rows: ContiguousArray<Row>

    private static let tabledRepeats = 128

    package init(_ rule: ChurnRule, _ value: ValueRule?) {
        self.rule = rule
        self.value = value
        lifetimeValue = value?.lifetimeValue(rule.model)
        rows = ContiguousArray((0..<Self.tabledRepeats).map { _ in Row() })
    }

    /// - Parameter meanAmount: mean total of the repeat purchase days, major units; any number without one.
    package func forecast(_ evidence: ChurnEvidence, risk: Double, meanAmount: Double) -> ChurnForecast {
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

    private func row(repeats: Double) -> RowContents? {
        guard repeats >= 0, repeats < Double(Self.tabledRepeats), repeats == repeats.rounded(.towardZero) else {
            return nil
        }
        let row = rows[Int(repeats)]
        // Of two threads that work out the same, one is heard.
        return row.contents.load() ?? row.contents.storeIfNil(RowContents(rule, lifetimeValue, repeats: repeats))
    }
}

/// What a customer with some number of repeats has, once there has been one.
private final class Row: Sendable {
    let contents = AtomicLazyReference<RowContents>()
}

private final class RowContents: Sendable {
    let waits: Waits
    /// Nil without amounts, and where it would not be exact.
    let series: ExpectationSeries?

    init(_ rule: ChurnRule, _ value: LifetimeValue?, repeats: Double) {
        waits = Waits(rule.model, repeats: repeats)
        series = value.flatMap { ExpectationSeries($0, repeats: repeats, within: rule.horizonDays) }
    }
}

/// Quantiles of the wait for the next purchase, per day of α+T.
private struct Waits {
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
