/// Caps the dead letters of a shard: so many a second, the rest is only counted. Runs on event-independent time handed in.
struct DeadLetterBudget {
    private let perSecond: Int
    private var left: Int
    private var second: Int64 = .min

    init(perSecond: Int) {
        self.perSecond = perSecond
        left = perSecond
    }

    /// Whether one more may be sent at `now` (steady seconds).
    mutating func take(at now: Double) -> Bool {
        let current = Int64(now)
        if current != second {
            second = current
            left = perSecond
        }
        guard left > 0 else { return false }
        left -= 1
        return true
    }
}
