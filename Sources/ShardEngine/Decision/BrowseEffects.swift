import Scoring

/// How far each kind of browse event can move the score, so that events which cannot change a standing need no evaluation.
struct BrowseEffects: ~Copyable {
    /// In steps of the budget, rounded up, by `BrowseType.rawValue` and then for opening a session; `unaffordable` where
    /// the score alone does not tell.
    private let costs: FlatArray<UInt32>
    /// Whether dwell times count: then an event can be worth anything.
    private let mindsDwell: Bool
    /// Whether no condition looks at a browse measure itself: otherwise the score alone does not tell.
    let actThroughScore: Bool
    /// Days after which an event of today first leaves a window, or counts less.
    let shortestWindow: Int
    /// Whether the first browse event of all makes something known that was not.
    let mindsFirst: Bool

    /// Steps of a customer's budget per point of the score: the furthest threshold, 100 points away, is within 16 bits.
    private static let stepsPerPoint = 512.0
    private static let unaffordable = UInt32.max

    init(_ policy: Policy, _ plan: MeasurePlan) {
        let subjects = policy.tiers.flatMap { $0.entry?.comparisons ?? [] }.map(\.subject)
        let actThroughScore = !subjects.contains {
            if case .measure(let index) = $0 { policy.measures[index].quantity.history == .browse } else { false }
        }
        var points = [Double](repeating: 0, count: BrowseBucket.sessionsBit + 1)
        var (mindsDwell, mindsFirst) = (false, false)
        for term in policy.terms {
            let steepest = abs(term.weight) * term.curve.steepestSlope(from: 0)
            switch plan.steps[term.measure] {
            case .engagement:
                mindsFirst = true
                for type in BrowseType.allCases { points[Int(type.rawValue)] += Self.engaged(type, steepest) }
            case .browse(let sum, _):
                switch plan.browseSums[sum].part {
                case .count(let bit): points[bit] += steepest
                case .allTypes: for bit in 0..<BrowseBucket.sessionsBit { points[bit] += steepest }
                case .dwell: mindsDwell = true
                }
            default: continue
            }
        }
        if Self.readsLists(policy, subjects, plan) {
            for type in Self.listed { points[Int(type.rawValue)] = .infinity }
        }
        costs = FlatArray(points.map { actThroughScore ? Self.cost($0) : Self.unaffordable })
        (self.mindsDwell, self.mindsFirst) = (mindsDwell, mindsFirst)
        self.actThroughScore = actThroughScore
        shortestWindow = plan.needsEngagement ? 1 : plan.browseWindows.first ?? Measure.maximumWindowDays
    }

    /// What an event adds through the engagement: never nothing, for the first makes it known.
    private static func engaged(_ type: BrowseType, _ steepest: Double) -> Double {
        steepest * BrowsingEvidence.weight(of: type) + 1e-6
    }

    /// Those that add to the portrait's lists, or let all of their weights fade.
    private static let listed: [BrowseType] = [
        .productViewed, .categoryViewed, .linkClicked, .emailOpened, .emailClicked, .pushOpened,
    ]

    /// Whether a score or a tier follows from the portrait's lists.
    private static func readsLists(
        _ policy: Policy, _ subjects: [Comparison.Subject], _ plan: MeasurePlan
    ) -> Bool {
        let compared = subjects.compactMap { if case .measure(let index) = $0 { index } else { nil } }
        return (policy.terms.map(\.measure) + compared).contains {
            if case .drawn(let measure) = plan.steps[$0] { measure.readsLists } else { false }
        }
    }

    private static func cost(_ points: Double) -> UInt32 {
        let steps = (points * stepsPerPoint).rounded(.up)
        return steps < Double(UInt16.max) ? UInt32(steps) : unaffordable
    }

    /// The budget for events that may move the score by `points` in all.
    func budget(points: Double) -> UInt16 {
        // A little less than there is: the sums of rounded terms have no exact end.
        UInt16(min(max((points - 1e-6) * Self.stepsPerPoint, 0), Double(UInt16.max)))
    }

    /// What is left of a budget after an event; nil when it is not enough.
    @inline(__always) func left(of budget: UInt16, after event: BrowseEvent, opensSession: Bool) -> UInt16? {
        if mindsDwell, event.dwellMilliseconds > 0 { return nil }
        let session = opensSession ? UInt64(costs[BrowseBucket.sessionsBit]) : 0
        let cost = UInt64(costs[Int(event.type.rawValue)]) + session
        return cost <= UInt64(budget) ? budget - UInt16(cost) : nil
    }
}
