import RealModule

/// What a customer is worth from now on: expected purchases times the expected amount of each, discounted.
package struct LifetimeValue: Hashable, Sendable {
    package var purchases: PurchaseModel
    package var amounts: OrderValueModel
    /// Length of one step in the unit of `purchases`; 30.4375 days is a month.
    package var step: Double
    package var steps: Int
    /// What one unit loses in a step: 0.01 = a hundredth. A step's purchases are discounted as if made at its end.
    package var discountPerStep: Double

    package init(
        purchases: PurchaseModel, amounts: OrderValueModel, step: Double, steps: Int, discountPerStep: Double
    ) {
        self.purchases = purchases
        self.amounts = amounts
        self.step = step
        self.steps = steps
        self.discountPerStep = discountPerStep
    }

    /// Σₖ (E[X(k·step)] − E[X((k−1)·step)]) / (1 + discount)ᵏ · E[m], in the unit of `amounts`.
    ///
    /// - Parameter meanAmount: mean total of the repeat purchase days; any number without one.
    package func value(_ history: PurchaseHistory, meanAmount: Double) -> Double {
        discountedPurchases(history) * amounts.expectedAmount(purchases: history.repeats, meanAmount: meanAmount)
    }

    /// What is lost if the customer stays away: `risk` times the value of a customer who has not dropped out.
    ///
    /// Not `risk · value`: that is small again for those who have as good as left.
    package func valueAtRisk(_ history: PurchaseHistory, meanAmount: Double, risk: Double) -> Double {
        risk * discountedPurchasesIfAlive(history)
            * amounts.expectedAmount(purchases: history.repeats, meanAmount: meanAmount)
    }

    private func discountedPurchases(_ history: PurchaseHistory) -> Double {
        purchases.pAlive(history) * discountedPurchasesIfAlive(history)
    }

    private func discountedPurchasesIfAlive(_ history: PurchaseHistory) -> Double {
        purchasesIfAlive(history, within: step).discounted
    }

    /// What is expected of a customer who has not dropped out: the purchases of all steps, each discounted, and those
    /// within `horizon` > 0, in the unit of `purchases`. Both together cost little more than one of them.
    package func purchasesIfAlive(
        _ history: PurchaseHistory, within horizon: Double
    ) -> (discounted: Double, within: Double) {
        let steps = max(steps, 1)
        var (sum, before, worth, within) = (0.0, 0.0, 1.0, 0.0)
        // The horizon comes behind the steps.
        for first in stride(from: 0, through: steps, by: 16) {
            let count = min(16, steps + 1 - first)
            var ends = SIMD16<Double>(repeating: horizon)
            for lane in 0..<count { ends[lane] = first + lane < steps ? Double(first + lane + 1) * step : horizon }
            let purchased = purchases.expectedPurchasesIfAlive(history, horizons: ends, count: count)
            for lane in 0..<count where first + lane < steps {
                worth /= 1 + discountPerStep
                sum += (purchased[lane] - before) * worth
                before = purchased[lane]
            }
            within = purchased[count - 1]
        }
        return (sum, within)
    }
}
