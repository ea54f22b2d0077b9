import Scoring
import TestSupport

/// How bad the weather is: probabilities per request, and how often something fails by itself. Drawn once per seed, so
/// that some runs are calm, some suffer one kind of fault alone, and some are storms.
package struct FaultPlan: Hashable, Sendable, CustomStringConvertible {
    /// The request never reaches the broker.
    package var lostRequests = 0.0
    /// The request takes effect and nobody hears of it.
    package var lostReplies = 0.0
    /// The request takes effect after its client has given up.
    package var delayedEffects = 0.0
    /// A round trip takes up to a hundred times as long.
    package var slowAnswers = 0.0
    /// A fetch brings one batch although there are more.
    package var shortFetches = 0.0
    /// A fetch brings nothing although there is something.
    package var emptyFetches = 0.0
    /// Mean number of outages of a partition or coordinator in a minute.
    package var outagesPerMinute = 0.0
    /// Markers take this long, in milliseconds.
    package var slowestMarker = 10.0

    package static let calm = FaultPlan()

    package init() {}

    package static func draw(_ random: inout SeededRandom) -> FaultPlan {
        var plan = FaultPlan()
        let severity = random.pick([0, 0.002, 0.01, 0.05, 0.15])
        guard severity > 0 else { return plan }
        // Each kind is on or off, so that one alone is met as well as all together.
        func draw() -> Double { random.chance(0.5) ? random.double(0...severity) : 0 }
        plan.lostRequests = draw()
        plan.lostReplies = draw()
        plan.delayedEffects = draw()
        plan.slowAnswers = draw()
        plan.shortFetches = random.chance(0.5) ? random.double(0...0.5) : 0
        plan.emptyFetches = random.chance(0.5) ? random.double(0...0.2) : 0
        plan.outagesPerMinute = random.chance(0.5) ? severity * 40 : 0
        plan.slowestMarker = random.pick([10, 200, 3_000])
        return plan
    }

    package var description: String {
        "lost requests \(lostRequests), lost replies \(lostReplies), delayed effects \(delayedEffects), slow \(slowAnswers), "
            + "short fetches \(shortFetches), empty fetches \(emptyFetches), outages per minute \(outagesPerMinute), "
            + "slowest marker \(slowestMarker) ms"
    }
}
