import Scoring

/// Cuts the churn risk into levels, with a margin against flapping, and foresees the next rise. Not copyable, as `StandingRules`.
struct ChurnScale: ~Copyable {
    let rule: ChurnRule

    init(_ rule: ChurnRule) { self.rule = rule }

    /// A second before which silence cannot raise the level above `level`; nil if there is no level above.
    func noRiseBefore(above level: Int, _ evidence: ChurnEvidence, at time: EventTime) -> UInt32? {
        guard level + 1 < rule.levels.count else { return nil }
        let days = rule.scoring.daysBefore(rule.levels[level + 1].from, evidence)
        let seconds = Double(time.milliseconds / 1000) + days * 86_400
        return seconds < Double(UInt32.max) ? UInt32(max(seconds, 0)) : nil
    }

    /// The first whole second at which silence alone raises the level above `level`; nil if it never does.
    ///
    /// It does not depend on when it is asked: an instant foreseen twice is the same instant.
    func nextRise(above level: Int, _ evidence: ChurnEvidence, birth: EventTime) -> UInt32? {
        guard level + 1 < rule.levels.count else { return nil }
        let threshold = rule.levels[level + 1].from
        let age = rule.scoring.ageReaching(
            threshold, evidence, limit: Self.foresightDays, resolution: Self.resolutionDays)
        guard let age else { return nil }
        let milliseconds = Double(birth.milliseconds) + age * TimeSpan.millisecondsPerDay
        guard let second = UInt32(exactly: (milliseconds / 1000).rounded(.up)) else { return nil }
        // The solver ends within its resolution above the crossing, perhaps in the next second already.
        let before = Double(Int64(second) * 1000 - 1000 - birth.milliseconds) / TimeSpan.millisecondsPerDay
        guard before > evidence.history.age else { return second }
        return rule.scoring.risk(evidence.aged(to: before)) >= threshold ? second - 1 : second
    }

    /// Nobody waits for a threshold that is a century away.
    private static let foresightDays = 36_525.0
    /// A quarter of a second.
    private static let resolutionDays = 0.25 / 86_400
}
