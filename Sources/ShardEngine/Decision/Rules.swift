import RealModule
import Scoring

/// A policy and everything that follows from it alone, compiled once; one per shard.
///
/// A class, so that the engine stays a small value: a struct of this size would be copied for every event.
final class Rules {
    let policy: Policy
    let plan: MeasurePlan
    let ladder: TierLadder
    let standing: StandingRules
    let expiryEffects: ExpiryEffects
    let browseEffects: BrowseEffects
    let churnScale: ChurnScale
    /// Fills its table as customers come; what it says does not depend on it.
    var forecaster: ChurnForecaster
    let ledger: OrderLedger
    let conversion: Conversion
    let fading: DayFading
    /// Nil where no profiles are published.
    let portraits: PortraitTimes?
    /// Where profiles are not published, by the defaults.
    let dimensions: DimensionThresholds
    let rfm: RFMRule
    let browseFading = DayFading(halfLifeDays: BrowsingEvidence.halfLifeDays)
    let feedbackFading = DayFading(halfLifeDays: FeedbackEvidence.halfLifeDays)
    let tags: CompiledTags
    let minorPerMajor: Double
    /// At which an order earns points, by the tier held; empty where none are earned.
    let pointsRates: FlatArray<PointsRate>
    /// The balance's place among the measures; nil where orders earn no points.
    let pointsMeasure: Int?
    let keepsCosts: Bool
    /// Whether anything besides orders moves the churn risk.
    let adjustsChurn: Bool
    /// `Policy.quietBeyond` in milliseconds; `.max` where everything is told.
    let quietBeyond: Int64

    init(_ policy: Policy) {
        precondition(!policy.tiers.isEmpty && !policy.churn.levels.isEmpty, "a policy has a tier and a level")
        self.policy = policy
        plan = MeasurePlan(policy)
        ladder = TierLadder(policy)
        standing = StandingRules(policy)
        expiryEffects = ExpiryEffects(policy)
        browseEffects = BrowseEffects(policy, plan)
        churnScale = ChurnScale(policy.churn)
        forecaster = ChurnForecaster(policy.churn, policy.value)
        ledger = OrderLedger(policy)
        conversion = Conversion(policy)
        fading = DayFading(halfLifeDays: policy.churn.scoring.ewmaHalfLifeDays)
        tags = CompiledTags(policy)
        dimensions = policy.profiles?.thresholds ?? DimensionThresholds()
        rfm = policy.profiles?.rfm ?? RFMRule()
        quietBeyond = policy.quietBeyond?.milliseconds ?? .max
        portraits = policy.profiles.map { PortraitTimes($0, quietBeyond: policy.quietBeyond) }
        adjustsChurn = policy.churn.adjustment != .none
        minorPerMajor = Double.pow(10, Double(policy.currency.exponent))
        let points = policy.points
        pointsRates = FlatArray(policy.tiers.indices.compactMap { points?.rate(inTier: $0) })
        pointsMeasure = points.flatMap { policy.measures.firstIndex(of: $0.measure) }
        keepsCosts = policy.needsCosts
    }

    /// Ahead of both clocks: a shard that is catching up lags behind the wall, a time-lapse runs ahead of it.
    func isTooFarAhead(_ time: EventTime, of clock: EventTime?, and wallClock: EventTime) -> Bool {
        guard time > wallClock + policy.maxFutureSkew else { return false }
        return clock.map { time > $0 + policy.maxFutureSkew } ?? true
    }

    /// Whether a customer's standing at `readings` is another than `standing`.
    func wouldChange(_ standing: Standing, _ watch: TierLadder.Watch, _ readings: Readings) -> Bool {
        if ladder.qualified(readings) > standing.tier { return true }
        guard watch.rungs.lowerBound <= standing.tier else { return false }
        let isFalling = ladder.retained(upTo: standing.tier, readings) < standing.tier
        return isFalling != (standing.graceEndsAt != .max)
    }

    /// Sets how much browsing needs no evaluation, and returns the points of the score kept back for them.
    /// `reach` is what expiries may do unwatched until the next evaluation.
    func setBrowseBudget(
        _ record: CustomerStore.Record, _ watch: TierLadder.Watch, _ reach: ExpiryReach, _ readings: Readings
    ) -> Double {
        record.pointee.browseBudget = 0
        guard browseEffects.actThroughScore, !browseEffects.mindsFirst || record.pointee.browseBytes > 0 else {
            return 0
        }
        let distance = ladder.distance(watch, reach, readings.score)
        let reserve = min(distance, 100) / 2
        record.pointee.browseBudget = browseEffects.budget(points: reserve)
        return record.pointee.browseBudget > 0 ? reserve : 0
    }
}
