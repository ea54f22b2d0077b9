import RealModule

/// Logistic regression on log(recency, frequency, monetary, age, EWMA); the risk is 1/(1 + e^−s).
package struct LogisticChurnScore: Hashable, Sendable {
    package var intercept: Double
    /// Weight of ln(1 + days since the latest purchase).
    package var recency: Double
    /// Weight of ln(1 + repeat purchase days).
    package var frequency: Double
    /// Weight of ln(1 + all that was spent, major units).
    package var monetary: Double
    /// Weight of ln(1 + days since the first purchase).
    package var age: Double
    /// Weight of ln(E + 0.01).
    package var ewma: Double

    package init(
        intercept: Double, recency: Double, frequency: Double, monetary: Double, age: Double, ewma: Double
    ) {
        self.intercept = intercept
        self.recency = recency
        self.frequency = frequency
        self.monetary = monetary
        self.age = age
        self.ewma = ewma
    }

    /// Recency grows by the same days as age and from less: its logarithm grows faster.
    package var risesWithSilence: Bool { recency >= 0 && recency + age >= 0 && ewma <= 0 }

    package func logOdds(_ evidence: ChurnEvidence, purchaseEWMA: Double) -> Double {
        var sum = intercept
        sum += recency * Double.log(onePlus: evidence.recency)
        sum += frequency * Double.log(onePlus: evidence.history.repeats)
        // Refunds beyond the history can leave less than nothing.
        sum += monetary * Double.log(onePlus: max(evidence.monetary, 0))
        sum += age * Double.log(onePlus: evidence.history.age)
        return sum + ewma * Double.log(purchaseEWMA + CombinedChurnScore.offset)
    }

    /// Every part slows down with time, so the bound of now holds from now on.
    func steepestRise(_ evidence: ChurnEvidence, fallOfEWMA: Double) -> Double {
        recency / (1 + evidence.recency) + max(age, 0) / (1 + evidence.history.age) - ewma * fallOfEWMA
    }
}
