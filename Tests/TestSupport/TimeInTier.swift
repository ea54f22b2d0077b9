import Scoring

extension [EngineRun.TierMove] {
    /// The downgrades among one customer's moves, each with the time for which the tier had been held.
    ///
    /// A correction goes on from what it corrects, and a renewal with what it renews, so that the time in the tier is not
    /// counted anew.
    package var downgrades: [(move: EngineRun.TierMove, held: TimeSpan)] {
        var downgrades: [(move: EngineRun.TierMove, held: TimeSpan)] = []
        var since = EventTime.earliest
        var isLost = false
        for move in self {
            if move.direction == .downgrade { downgrades.append((move, move.at - since)) }
            let goesOn =
                move.reason == .orderWithdrawn || move.reason == .termRenewed || move.reason == .lateEvent && isLost
            if !goesOn { since = move.at }
            isLost = move.direction == .downgrade
        }
        return downgrades
    }
}
