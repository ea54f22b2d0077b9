/// What is to be expected of a customer from an instant on, by the policy's models.
package struct ChurnForecast: Hashable, Sendable {
    /// The probability that the customer has not dropped out.
    package var pAlive: Double
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

    init(pAlive: Double) {
        self.pAlive = pAlive
        expectedOrders = 0
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
