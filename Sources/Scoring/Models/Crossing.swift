/// Finds when something that only rises with silence first reaches a threshold.
struct Crossing {
    /// The age beyond which nobody waits, days.
    var limit: Double
    /// The answer is at most this far above the crossing, days.
    var resolution: Double

    /// The first age of at least `age` at which `excess` is not negative; nil if that is beyond the limit.
    ///
    /// Bracketed secant steps; ends when the bracket is narrower than the resolution. `notBefore` days nothing can cross.
    func first(
        from age: Double, notBefore: Double, excessNow: Double, _ excess: (Double) -> Double
    ) -> Double? {
        var (low, lowExcess) = (age, excessNow)
        if lowExcess >= 0 { return low }
        var high = low + max(notBefore, resolution)
        guard high <= limit else { return nil }
        var highExcess = excess(high)
        while highExcess < 0 {
            guard high < limit else { return nil }
            (low, lowExcess) = (high, highExcess)
            high = min(limit, low + 2 * (high - age))
            highExcess = excess(high)
        }
        return narrow(low: low, lowExcess, high: high, highExcess, excess)
    }

    private func narrow(
        low startLow: Double, _ startLowExcess: Double, high startHigh: Double, _ startHighExcess: Double,
        _ excess: (Double) -> Double
    ) -> Double {
        var (low, lowExcess) = (startLow, startLowExcess)
        var (high, highExcess) = (startHigh, startHighExcess)
        // Every third pass halves the bracket; 200 passes are far beyond any need.
        for pass in 0..<200 where high - low > resolution {
            let secant = high - highExcess * (high - low) / (highExcess - lowExcess)
            let middle = pass % 3 == 2 ? (low + high) / 2 : min(max(secant, low), high)
            let step = min(max(middle, low + resolution / 2), high - resolution / 2)
            let value = excess(step)
            if value < 0 {
                (low, lowExcess) = (step, value)
            } else {
                (high, highExcess) = (step, value)
            }
        }
        return high
    }
}
