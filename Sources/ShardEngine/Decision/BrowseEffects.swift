import Scoring

/// How far one browse event can move the score, so that events which cannot change a standing need no evaluation.
struct BrowseEffects: ~Copyable {
    struct Effect {
        var term: Int
        var measure: Int
        var part: MeasurePlan.BrowseSum.Part
        /// Points per event at the steepest.
        var steepest: Double
    }

    private let effects: FlatArray<Effect>
    /// Whether dwell times count: then an event can be worth anything.
    let mindsDwell: Bool
    /// Whether no condition looks at a browse measure itself: otherwise the score alone does not tell.
    let actThroughScore: Bool
    /// Days after which an event of today first leaves a window.
    let shortestWindow: Int

    init(_ policy: Policy, _ plan: MeasurePlan) {
        var effects: ContiguousArray<Effect> = []
        for (index, term) in policy.terms.enumerated() {
            guard case .browse(let sum, _) = plan.steps[term.measure] else { continue }
            effects.append(
                Effect(
                    term: index, measure: term.measure, part: plan.browseSums[sum].part,
                    steepest: abs(term.weight) * term.curve.steepestSlope(from: 0)))
        }
        self.effects = FlatArray(effects)
        mindsDwell = effects.contains { if case .dwell = $0.part { true } else { false } }
        let subjects = policy.tiers.flatMap { $0.entry?.comparisons ?? [] }.map(\.subject)
        actThroughScore = !subjects.contains {
            if case .measure(let index) = $0 { policy.measures[index].quantity.history == .browse } else { false }
        }
        shortestWindow = plan.browseWindows.first ?? Measure.maximumWindowDays
    }

    /// The most points by which one browse event without dwell moves the score.
    ///
    /// `fromHere`: the counts do not fall for as long as the answer is used, so that the slopes behind them are past.
    func mostPoints(fromHere: Bool, _ policy: Policy, _ readings: Readings) -> Double {
        var byType = InlineArray<16, Double>(repeating: 0)
        var always = 0.0
        for index in 0..<effects.count {
            let effect = effects[index]
            var points = effect.steepest
            if fromHere {
                let term = policy.terms[effect.term]
                points = abs(term.weight) * term.curve.steepestSlope(from: readings.values[effect.measure])
            }
            switch effect.part {
            case .count(let bit) where bit < BrowseBucket.sessionsBit: byType[bit] += points
            case .count, .allTypes: always += points
            case .dwell: continue
            }
        }
        var most = 0.0
        for bit in 0..<BrowseBucket.sessionsBit { most = max(most, byType[bit]) }
        return always + most
    }
}
