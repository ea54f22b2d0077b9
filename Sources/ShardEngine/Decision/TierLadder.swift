import Scoring

/// A policy's tiers in the form that is quick to test: most tiers ask for a score alone.
///
///             qualified above ──► upgrade at once
///     holding ─────────────────────────────────────────────┐
///        ▲     retention lost                              │ grace and dwell over
///        └── recovered ── falling (grace, minimum dwell) ◄─┴──► downgrade (one rung, or to what is retained)
struct TierLadder {
    private struct Rung {
        /// The score to be raised and to stay, where the tier asks for nothing else.
        var entryScore: Double?
        var retentionScore: Double
        var entry: Condition?
        var retention: Condition?
        var entryComparisons: [Comparison]
        var retentionComparisons: [Comparison]
    }

    private let rungs: ContiguousArray<Rung>
    let rule: DowngradeRule

    init(_ policy: Policy) {
        rule = policy.downgrade
        rungs = ContiguousArray(policy.tiers.map { Self.rung($0, margin: policy.downgrade.margin) })
    }

    private static func rung(_ tier: Tier, margin: Double) -> Rung {
        let retention = tier.entry?.eased(by: margin)
        var rung = Rung(
            entryScore: nil, retentionScore: 0, entry: tier.entry, retention: retention,
            entryComparisons: tier.entry?.comparisons ?? [], retentionComparisons: retention?.comparisons ?? [])
        if case .comparison(let comparison) = tier.entry, comparison.subject == .score, comparison.relation == .atLeast {
            rung.entryScore = comparison.threshold
            rung.retentionScore = comparison.eased(by: margin).threshold
        }
        return rung
    }

    /// The highest tier whose entry condition holds.
    func qualified(_ evaluator: borrowing MeasureEvaluator) -> Int {
        for index in stride(from: rungs.count - 1, to: 0, by: -1) {
            if let score = rungs[index].entryScore {
                if evaluator.score >= score { return index }
            } else if rungs[index].entry.map({ isMet($0, evaluator) }) ?? true {
                return index
            }
        }
        return 0
    }

    /// The highest tier up to `tier` that those who hold it would keep.
    func retained(upTo tier: Int, _ evaluator: borrowing MeasureEvaluator) -> Int {
        for index in stride(from: tier, to: 0, by: -1) {
            if rungs[index].entryScore != nil {
                if evaluator.score >= rungs[index].retentionScore { return index }
            } else if rungs[index].retention.map({ isMet($0, evaluator) }) ?? true {
                return index
            }
        }
        return 0
    }

    private func isMet(_ condition: Condition, _ evaluator: borrowing MeasureEvaluator) -> Bool {
        switch condition {
        case .comparison(let comparison): comparison.isMet(by: evaluator.value(of: comparison.subject))
        case .all(let parts): !parts.contains { !isMet($0, evaluator) }
        case .any(let parts): parts.contains { isMet($0, evaluator) }
        case .not(let part): !isMet(part, evaluator)
        }
    }

    /// The comparisons that gave `tier`, or that lost it.
    func comparisons(of tier: Int, forRetention: Bool) -> [Comparison] {
        forRetention ? rungs[tier].retentionComparisons : rungs[tier].entryComparisons
    }

    /// The score that `tier` asks for, where it asks for one.
    func entryScore(of tier: Int) -> Double? {
        rungs[tier].entryComparisons.first { $0.subject == .score && $0.relation == .atLeast }?.threshold
    }

    /// Milliseconds before any comparison that matters to a holder of `tier` can turn out otherwise.
    func earliestCrossing(from tier: Int, _ evaluator: borrowing MeasureEvaluator) -> Double {
        let score = evaluator.scoreSpeedLimit()
        var earliest = score.holdsFor
        for index in 1..<max(rungs.count, 1) {
            let holdsIt = index <= tier
            if let entryScore = rungs[index].entryScore {
                let threshold = holdsIt ? rungs[index].retentionScore : entryScore
                earliest = min(earliest, score.earliestCrossing(of: threshold, from: evaluator.score))
            } else {
                let comparisons = holdsIt ? rungs[index].retentionComparisons : rungs[index].entryComparisons
                earliest = min(earliest, Self.earliest(comparisons, score, evaluator))
            }
        }
        return earliest
    }

    private static func earliest(
        _ comparisons: [Comparison], _ score: SpeedLimit, _ evaluator: borrowing MeasureEvaluator
    ) -> Double {
        var earliest = Double.infinity
        for comparison in comparisons {
            switch comparison.subject {
            case .score:
                earliest = min(earliest, score.earliestCrossing(of: comparison.threshold, from: evaluator.score))
            case .measure(let index):
                let value = evaluator.values[index]
                guard !value.isNaN else { continue }
                let crossing = evaluator.motions[index].earliestCrossing(of: comparison.threshold, from: value)
                earliest = min(earliest, crossing)
            }
        }
        return earliest
    }
}
