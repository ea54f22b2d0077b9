import Scoring

extension PolicyCompiler {
    /// Nil without the block `profiles`: thresholds alone publish nothing.
    mutating func compileProfiles(_ root: Cursor) -> ProfileRule? {
        let rfm = compileRFM(root["rfm"])
        let thresholds = compileDimensions(root["dimensions"])
        guard let cursor = root["profiles"] else { return nil }
        let catchUp = cursor["catch_up"]
        return ProfileRule(
            throttle: span(cursor["throttle"]) ?? .minutes(60), browsingDelay: span(cursor["browsing"]) ?? .days(1),
            silence: span(cursor["silence"]) ?? ProfileRule.usualSilence,
            catchUp: catchUp?.text == "none" ? nil : span(catchUp) ?? .days(1), thresholds: thresholds, rfm: rfm)
    }

    private mutating func compileRFM(_ cursor: Cursor?) -> RFMRule {
        var rule = RFMRule()
        rule.recency = compileFifths(cursor?["recency"]) ?? rule.recency
        rule.frequency = compileFifths(cursor?["frequency"]) ?? rule.frequency
        rule.monetary = compileFifths(cursor?["monetary"]) ?? rule.monetary
        return rule
    }

    /// Nil unless there are four. Equal ones would leave a score that nobody can have.
    private mutating func compileFifths(_ cursor: Cursor?) -> [Double]? {
        let cursors = cursor?.elements ?? []
        let numbers = cursors.compactMap(\.number)
        guard numbers.count == 4, cursors.count == 4 else { return nil }
        for index in 1..<4 where numbers[index] <= numbers[index - 1] {
            problems.append(
                cursors[index].mismatch(expected: "more than \(numbers[index - 1].plain), the threshold before"))
        }
        return numbers
    }

    private mutating func compileDimensions(_ cursor: Cursor?) -> DimensionThresholds {
        var thresholds = DimensionThresholds()
        compileSteps(cursor?["value"], &thresholds.value)
        compileSteps(cursor?["interaction"], &thresholds.interaction)
        compileSteps(cursor?["loyalty"], &thresholds.loyalty)
        compileSteps(cursor?["satisfaction"], &thresholds.satisfaction)
        let (purchase, lifecycle) = (cursor?["purchase"], cursor?["lifecycle"])
        thresholds.frequentPurchaseDays = purchase?["frequent_days"]?.number ?? thresholds.frequentPurchaseDays
        thresholds.lapsedAfterDays = span(purchase?["lapsed_after"])?.days ?? thresholds.lapsedAfterDays
        thresholds.newForDays = span(lifecycle?["new_for"])?.days ?? thresholds.newForDays
        thresholds.wonBackAfterDays = span(lifecycle?["won_back_after"])?.days ?? thresholds.wonBackAfterDays
        thresholds.churnedAfterDays = span(lifecycle?["churned_after"])?.days ?? thresholds.churnedAfterDays
        thresholds.interestViews = cursor?["interest_views"]?.number ?? thresholds.interestViews
        return thresholds
    }

    private mutating func compileSteps(_ cursor: Cursor?, _ steps: inout DimensionThresholds.Steps) {
        steps.medium = cursor?["medium"]?.number ?? steps.medium
        steps.high = cursor?["high"]?.number ?? steps.high
        if let cursor, steps.high <= steps.medium {
            problems.append(
                cursor.problem(
                    "medium from \(steps.medium.plain), high from \(steps.high.plain)",
                    expected: "high to begin above medium"))
        }
    }
}

extension Policy {
    /// Nothing without profiles: what publishes nothing decides nothing.
    var profileLines: [String] {
        guard let profiles else { return [] }
        let (limits, rfm) = (profiles.thresholds, profiles.rfm)
        let catchUp = profiles.catchUp.map { String($0.milliseconds) } ?? "none"
        let silence = profiles.silence == ProfileRule.usualSilence ? "" : " \(profiles.silence.milliseconds)"
        let steps = [limits.value, limits.interaction, limits.loyalty, limits.satisfaction]
        let days = [
            limits.frequentPurchaseDays, limits.lapsedAfterDays, limits.newForDays, limits.wonBackAfterDays,
            limits.churnedAfterDays, limits.interestViews,
        ]
        return [
            "profiles \(profiles.throttle.milliseconds) \(profiles.browsingDelay.milliseconds) \(catchUp)\(silence)",
            "dimensions" + steps.map { " \($0.medium) \($0.high)" }.joined() + days.map { " \($0)" }.joined(),
            "rfm" + (rfm.recency + rfm.frequency + rfm.monetary).map { " \($0)" }.joined(),
        ]
    }
}
