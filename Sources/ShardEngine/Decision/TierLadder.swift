import Scoring

/// A policy's tiers in the form that is quick to test: most tiers ask for a score alone.
struct TierLadder: ~Copyable {
    // Not private, for the same reason as `CompiledConditions.Node`.
    struct Rung {
        /// The score to be raised and to stay, where the tier asks for nothing else; NaN otherwise.
        var entryScore: Double
        var retentionScore: Double
        var entry: CompiledConditions.Root
        var retention: CompiledConditions.Root

        @inline(__always) var asksForScoreAlone: Bool { !entryScore.isNaN }
    }

    private let rungs: FlatArray<Rung>
    private let conditions: CompiledConditions
    init(_ policy: Policy) {
        var maker = CompiledConditions.Maker()
        rungs = FlatArray(policy.tiers.map { Self.rung($0, margin: policy.downgrade.margin, &maker) })
        conditions = CompiledConditions(maker)
    }

    private static func rung(_ tier: Tier, margin: Double, _ maker: inout CompiledConditions.Maker) -> Rung {
        var rung = Rung(
            entryScore: .nan, retentionScore: 0, entry: maker.add(tier.entry),
            retention: maker.add(tier.entry?.eased(by: margin)))
        if case .comparison(let comparison) = tier.entry, comparison.subject == .score, comparison.relation == .atLeast
        {
            rung.entryScore = comparison.threshold
            rung.retentionScore = comparison.eased(by: margin).threshold
        }
        return rung
    }

    /// The highest tier whose entry condition holds.
    func qualified(_ readings: Readings) -> Int {
        for index in stride(from: rungs.count - 1, to: 0, by: -1) {
            let rung = rungs[index]
            if rung.asksForScoreAlone ? readings.score >= rung.entryScore : conditions.isMet(rung.entry, readings) {
                return index
            }
        }
        return 0
    }

    /// The highest tier up to `tier` that those who hold it would keep.
    func retained(upTo tier: Int, _ readings: Readings) -> Int {
        for index in stride(from: tier, to: 0, by: -1) {
            let rung = rungs[index]
            let isRetained =
                rung.asksForScoreAlone
                ? readings.score >= rung.retentionScore : conditions.isMet(rung.retention, readings)
            if isRetained { return index }
        }
        return 0
    }

    /// The comparisons that gave `tier`, or that lost it.
    @inline(__always) func forEachComparison(of tier: Int, forRetention: Bool, _ body: (Comparison) -> Void) {
        let root = forRetention ? rungs[tier].retention : rungs[tier].entry
        for index in root.comparisons { body(conditions.comparison(index)) }
    }

    /// How near the requirement of `tier` is to being met, 0…1.
    func progress(towards tier: Int, _ readings: Readings) -> Double {
        conditions.progress(rungs[tier].entry, readings)
    }

    /// The rungs that can change where a customer stands: those held as long as they can be lost, and those above.
    struct Watch {
        var held: Int
        /// Empty when nothing can move.
        var rungs: Range<Int>
    }

    /// What to watch for a standing between its changes.
    func watch(_ standing: Standing, _ rules: borrowing StandingRules) -> Watch {
        // At the end of a term it is looked at anyway; later only while it is falling.
        let isAtStake = rules.downgrade.timing == .atOnce || standing.graceEndsAt != .max
        let lowest = isAtStake ? 1 : standing.tier + 1
        return Watch(held: standing.tier, rungs: lowest..<max(lowest, rungs.count))
    }

    /// The comparisons that matter on a rung: to keep it or to rise to it.
    @inline(__always) private func relevant(_ index: Int, _ watch: Watch) -> Range<Int> {
        (index <= watch.held ? rungs[index].retention : rungs[index].entry).comparisons
    }

    /// The score that matters on a rung which asks for a score alone.
    @inline(__always) private func plainThreshold(_ index: Int, _ watch: Watch) -> Double? {
        let rung = rungs[index]
        guard rung.asksForScoreAlone else { return nil }
        return index <= watch.held ? rung.retentionScore : rung.entryScore
    }

    /// Whether what leaves the windows can change the standing. If not, no wake-up is needed for it.
    func minds(
        _ effects: borrowing ExpiryEffects, _ reach: ExpiryReach, _ watch: Watch, _ readings: Readings
    ) -> Bool {
        for index in watch.rungs {
            if let threshold = plainThreshold(index, watch) {
                if Self.crosses(threshold, reach, readings.score) { return true }
                continue
            }
            for position in relevant(index, watch) {
                let comparison = conditions.comparison(position)
                switch comparison.subject {
                case .score: if Self.crosses(comparison.threshold, reach, readings.score) { return true }
                case .measure(let measure): if effects.moves(measure: measure) { return true }
                }
            }
        }
        return false
    }

    private static func crosses(_ threshold: Double, _ reach: ExpiryReach, _ score: Double) -> Bool {
        score >= threshold ? score - reach.fall < threshold : score + reach.rise >= threshold
    }

    /// The least distance of the score, at its worst under `reach`, from a threshold that matters.
    func distance(_ watch: Watch, _ reach: ExpiryReach, _ score: Double) -> Double {
        var least = Double.infinity
        for index in watch.rungs {
            if let threshold = plainThreshold(index, watch) {
                least = min(least, Self.distance(threshold, reach, score))
                continue
            }
            for position in relevant(index, watch) {
                let comparison = conditions.comparison(position)
                guard case .score = comparison.subject else { continue }
                least = min(least, Self.distance(comparison.threshold, reach, score))
            }
        }
        return max(least, 0)
    }

    private static func distance(_ threshold: Double, _ reach: ExpiryReach, _ score: Double) -> Double {
        score >= threshold ? score - reach.fall - threshold : threshold - score - reach.rise
    }

    /// Milliseconds before any comparison that matters can turn out otherwise, `reserve` points of
    /// the score's distance from its thresholds kept back for events.
    ///
    /// `reach` is what expiries may do unwatched until then; nothing, where each of them is a wake-up.
    func earliestCrossing(
        _ watch: Watch, _ reach: ExpiryReach, reserve: Double, _ speed: SpeedLimit, _ readings: Readings
    ) -> Double {
        var earliest = speed.holdsFor
        for index in watch.rungs {
            if let threshold = plainThreshold(index, watch) {
                earliest = min(earliest, Self.earliest(threshold, speed, reach, reserve, readings.score))
                continue
            }
            for position in relevant(index, watch) {
                earliest = min(
                    earliest, Self.earliest(conditions.comparison(position), speed, reach, reserve, readings))
            }
        }
        return earliest
    }

    private static func earliest(
        _ comparison: Comparison, _ speed: SpeedLimit, _ reach: ExpiryReach, _ reserve: Double,
        _ readings: Readings
    ) -> Double {
        guard case .measure(let index) = comparison.subject else {
            return earliest(comparison.threshold, speed, reach, reserve, readings.score)
        }
        let value = readings.values[index]
        return value.isNaN ? .infinity : readings.motions[index].earliestCrossing(of: comparison.threshold, from: value)
    }

    private static func earliest(
        _ threshold: Double, _ speed: SpeedLimit, _ reach: ExpiryReach, _ reserve: Double, _ score: Double
    ) -> Double {
        let worst =
            score >= threshold
            ? max(threshold, score - reserve - reach.fall)
            : min(threshold.nextDown, score + reserve + reach.rise)
        return speed.earliestCrossing(of: threshold, from: worst)
    }
}
