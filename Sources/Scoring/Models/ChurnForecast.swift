/// What is to be expected of a customer from an instant on, by the policy's models.
package struct ChurnForecast: Hashable, Sendable {
    /// Purchase days within the churn horizon.
    package var expectedOrders: Double
    /// What they amount to, major units; nil where no amounts have been fitted.
    package var expectedValue: Double?
    /// What is lost if the customer stays away, major units.
    package var valueAtRisk: Double?
    package var lifetimeValue: Double?
    /// Days until the next purchase of a customer who has not left: the half, and the tenth and nine tenths around it.
    package var nextOrderDays: Double?
    package var nextOrderEarliestDays: Double?
    package var nextOrderLatestDays: Double?

    /// - Parameter meanAmount: mean total of the repeat purchase days, major units; any number without one.
    package init(_ evidence: ChurnEvidence, risk: Double, meanAmount: Double, _ rule: ChurnRule, _ value: ValueRule?) {
        let (model, history) = (rule.model, evidence.history)
        let pAlive = model.pAlive(history)
        if let value {
            let ifAlive = value.lifetimeValue(model).purchasesIfAlive(history, within: rule.horizonDays)
            let amount = value.amounts.expectedAmount(purchases: history.repeats, meanAmount: meanAmount)
            expectedOrders = pAlive * ifAlive.within
            expectedValue = expectedOrders * amount
            valueAtRisk = risk * ifAlive.within * amount
            lifetimeValue = pAlive * ifAlive.discounted * amount
        } else {
            expectedOrders = pAlive * model.expectedPurchasesIfAlive(history, horizon: rule.horizonDays)
        }
        nextOrderDays = model.daysUntilPurchaseIfAlive(history, quantile: 0.5)
        nextOrderEarliestDays = model.daysUntilPurchaseIfAlive(history, quantile: 0.1)
        nextOrderLatestDays = model.daysUntilPurchaseIfAlive(history, quantile: 0.9)
    }
}

/// The churn risk taken apart: log-odds that add up to those of the risk.
package struct ChurnDrivers: Hashable, Sendable {
    /// What the risk was right after the latest purchase: the customer's habit.
    package var habit: Double
    /// What silence since has added.
    package var silence: Double
    /// What feedback and browsing add, as `ChurnAdjustment` bounds it.
    package var adjustment: Double

    package init(_ evidence: ChurnEvidence, _ model: ChurnModel) {
        var plain = evidence
        plain.adjustment = 0
        habit = model.logOdds(plain.aged(to: evidence.history.ageAtLast))
        silence = model.logOdds(plain) - habit
        adjustment = evidence.adjustment
    }
}
