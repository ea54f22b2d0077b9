import RealModule

extension PurchaseModel {
    /// E[X(H)]: purchase days expected in the next `horizon` days.
    package func expectedPurchases(_ history: PurchaseHistory, horizon: Double) -> Double {
        pAlive(history) * expectedPurchasesIfAlive(history, horizon: horizon)
    }

    /// The same for a customer who has not dropped out by now.
    package func expectedPurchasesIfAlive(_ history: PurchaseHistory, horizon: Double) -> Double {
        guard horizon > 0 else { return 0 }
        return ExpectedPurchases(self, history, horizon: horizon).value
    }

    /// The same at the first `count` of sixteen horizons, all > 0, in little more time than at the longest of them. Those
    /// behind them must not be longer; their values are 0.
    package func expectedPurchasesIfAlive(
        _ history: PurchaseHistory, horizons: SIMD16<Double>, count: Int
    ) -> SIMD16<Double> {
        ExpectedPurchases(self, history, horizon: 0).values(horizons, count: count)
    }

    /// Days until the next purchase that are not exceeded with probability `quantile`; nil if the customer is so likely
    /// to have left that no wait is long enough.
    ///
    /// Solves 1 − p0(t) = quantile, p0 being the probability of no purchase within t: t = (α+T)·((1 − quantile/P)^(−1/(r+x)) − 1).
    package func daysUntilPurchase(_ history: PurchaseHistory, quantile: Double) -> Double? {
        waitIfAlive(history, quantile: quantile / pAlive(history))
    }

    /// The same for a customer who has not dropped out by now: the half is (α+T)(2^(1/(r+x)) − 1).
    package func daysUntilPurchaseIfAlive(_ history: PurchaseHistory, quantile: Double) -> Double? {
        waitIfAlive(history, quantile: quantile)
    }

    private func waitIfAlive(_ history: PurchaseHistory, quantile: Double) -> Double? {
        guard quantile < 1 else { return nil }
        let days = (alpha + history.age) * waitIfAlive(repeats: history.repeats, quantile: quantile)
        return days.isFinite ? days : nil
    }

    /// That wait per day of α+T; `quantile` is less than 1.
    func waitIfAlive(repeats: Double, quantile: Double) -> Double {
        Double.expMinusOne(-Double.log(onePlus: -quantile) / (r + repeats))
    }

    /// A bound on how fast expected purchases fall in silence, as a part of themselves per day from `history.age` on; it holds
    /// for discounted ones too.
    ///
    /// They are P · E[g(Γ/(α+T))], Γ of the shape r+x and g(u) = Σ wₖ (1 − e^(−p·u·tₖ))/p, wₖ ≥ 0: what discounts that fall with
    /// time leave. g rises, is concave and 0 at 0, so u·g′ ≤ g, and the mean falls by at most 1/(α+T) of itself. P falls by
    /// (1−P)(r+x)/(α+T) of itself.
    package func steepestFallOfExpectation(_ history: PurchaseHistory) -> Double {
        (r + history.repeats + 1) / (alpha + history.age)
    }

    /// ln(p0/(1 − p0)), finite for every history with a finite hazard, also where p0 rounds to 0 or 1.
    package func logOddsOfNoPurchase(_ history: PurchaseHistory, horizon: Double) -> Double {
        let hazard = hazard(history, horizon: horizon)
        let logBuys = Double.log(-Double.expMinusOne(-hazard))
        guard let left = logOddsOfHavingLeft(history) else { return -hazard - logBuys }
        let logAlive = -LogOdds.softplus(left)
        // p0 = (1 − P) + P·q and 1 − p0 = P·(1 − q).
        return LogOdds.sum(-LogOdds.softplus(-left), logAlive - hazard) - (logAlive + logBuys)
    }

    /// A bound on how fast those log-odds rise, per day from `history.age` on.
    ///
    /// The rise is (r+x)/(α+T) · [(1−P)/p0 + q/p0 · u/(1−q)] with u = H/(α+T+H), q = (1−u)^(r+x). Both 1−P and q are at
    /// most p0. With time u falls: where r+x ≥ 1, u/(1−q) falls with it, else it stays below 1/(r+x) (Bernoulli).
    package func steepestRiseOfLogOdds(_ history: PurchaseHistory, horizon: Double) -> Double {
        let shape = r + history.repeats
        let reach = alpha + history.age
        let buys = -Double.expMinusOne(-hazard(history, horizon: horizon))
        let silent = shape > 1 ? shape * horizon / ((reach + horizon) * buys) : 1
        return (shape + silent) / reach
    }

    /// Chances to drop out that a customer alive has passed before the first repeat purchase.
    fileprivate var stayingsBeforeRepeats: Double {
        switch kind {
        case .bgNBD: 0
        case .mbgNBD: 1
        }
    }
}

extension ExpectedPurchases {
    fileprivate init(_ model: PurchaseModel, _ history: PurchaseHistory, horizon: Double) {
        self.init(
            shape: model.r + history.repeats, a: model.a,
            b: model.b + history.repeats + model.stayingsBeforeRepeats, reach: model.alpha + history.age,
            horizon: horizon)
    }
}
