/// What a churn score looks at, as of one instant.
package struct ChurnEvidence: Hashable, Sendable {
    package var history: PurchaseHistory
    /// E as of the latest purchase day: Σ 2^(−days before it / half-life) over the purchase days, so at least 1.
    ///
    /// As of that day and not of now, so that the risk at an instant is the same number whenever it is foreseen.
    package var ewmaAtLast: Double
    /// All that was spent so far, major units; only the logistic score reads it.
    package var monetary: Double
    /// Log-odds added by `ChurnAdjustment`, 0 without one; constant in silence.
    package var adjustment: Double

    package init(history: PurchaseHistory, ewmaAtLast: Double, monetary: Double = 0, adjustment: Double = 0) {
        self.history = history
        self.ewmaAtLast = ewmaAtLast
        self.monetary = monetary
        self.adjustment = adjustment
    }

    /// Days since the latest purchase.
    package var recency: Double { history.age - history.ageAtLast }

    /// The same customer after silence until `age` days.
    package func aged(to age: Double) -> ChurnEvidence {
        var later = self
        later.history.age = age
        return later
    }
}
