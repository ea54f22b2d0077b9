import Scoring

/// The three lines of `Policy.profileLines`, in their order.
extension CanonicalPolicyReader {
    mutating func takeProfiles(_ line: inout CanonicalLine) -> Bool {
        guard let throttle = line.integer(Int64.self), let delay = line.integer(Int64.self), let catchUp = line.word()
        else { return false }
        let wait = Int64(catchUp)
        guard wait != nil || catchUp == "none" else { return false }
        let silence = line.integer(Int64.self).map { TimeSpan(milliseconds: $0) }
        profiles = ProfileRule(
            throttle: TimeSpan(milliseconds: throttle), browsingDelay: TimeSpan(milliseconds: delay),
            silence: silence ?? ProfileRule.usualSilence, catchUp: wait.map { TimeSpan(milliseconds: $0) })
        return true
    }

    mutating func takeDimensions(_ line: inout CanonicalLine) -> Bool {
        guard let numbers = Self.numbers(14, &line), profiles != nil else { return false }
        func steps(_ index: Int) -> DimensionThresholds.Steps {
            DimensionThresholds.Steps(medium: numbers[2 * index], high: numbers[2 * index + 1])
        }
        var limits = DimensionThresholds()
        (limits.value, limits.interaction) = (steps(0), steps(1))
        (limits.loyalty, limits.satisfaction) = (steps(2), steps(3))
        limits.frequentPurchaseDays = numbers[8]
        limits.lapsedAfterDays = numbers[9]
        limits.newForDays = numbers[10]
        limits.wonBackAfterDays = numbers[11]
        limits.churnedAfterDays = numbers[12]
        limits.interestViews = numbers[13]
        profiles?.thresholds = limits
        return true
    }

    mutating func takeRFM(_ line: inout CanonicalLine) -> Bool {
        guard let numbers = Self.numbers(12, &line), profiles != nil else { return false }
        profiles?.rfm = RFMRule(
            recency: Array(numbers[..<4]), frequency: Array(numbers[4..<8]), monetary: Array(numbers[8...]))
        return true
    }

    /// Nil unless there are as many as asked for.
    private static func numbers(_ count: Int, _ line: inout CanonicalLine) -> [Double]? {
        var numbers: [Double] = []
        while let number = line.number() { numbers.append(number) }
        return numbers.count == count ? numbers : nil
    }
}
