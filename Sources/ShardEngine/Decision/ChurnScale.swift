import Scoring

/// Cuts the churn risk into levels, with a margin against flapping, and foresees the next rise.
struct ChurnScale {
    let rule: ChurnRule

    init(_ rule: ChurnRule) { self.rule = rule }

    /// The level for a risk, given the level held; the risk must fall `margin` below a level's threshold to leave it.
    func level(for risk: Double, held: Int?) -> Int {
        let plain = rule.levels.lastIndex { risk >= $0.from } ?? 0
        guard let held, plain < held else { return plain }
        return risk < rule.levels[held].from - rule.margin ? plain : held
    }

    /// When silence alone raises the level above `level`, whole seconds rounded up; nil if it never does.
    func nextRise(above level: Int, _ history: PurchaseHistory, birth: EventTime) -> UInt32? {
        guard level + 1 < rule.levels.count else { return nil }
        let age = rule.model.ageReaching(
            rule.levels[level + 1].from, history, horizon: rule.horizonDays, limit: Self.foresightDays,
            resolution: Self.resolutionDays)
        guard let age else { return nil }
        let milliseconds = Double(birth.milliseconds) + age * TimeSpan.millisecondsPerDay
        return UInt32(exactly: (milliseconds / 1000).rounded(.up))
    }

    /// Nobody waits for a threshold that is a century away.
    private static let foresightDays = 36_525.0
    /// A quarter of a second.
    private static let resolutionDays = 0.25 / 86_400
}
