import Scoring

/// How far the score can be moved by what leaves the windows, taken all together and at the worst.
///
/// Most customers' standing cannot be changed by an expiry at all: whoever holds the lowest tier, for one. Knowing that
/// spares them the wake-up at every midnight on which a day of browsing grows too old.
struct ExpiryReach {
    /// Points by which the score may fall and rise; 0 or more.
    var fall = 0.0
    var rise = 0.0
}

/// What expiry can do to each term, worked out once per policy.
struct ExpiryEffects: ~Copyable {
    enum Effect {
        case none
        /// The measure only falls, towards 0: the term ends between its worth at 0 and here.
        case fallsToZero(worthAtZero: Double)
        /// The term may end anywhere between these.
        case anywhere(least: Double, most: Double)
    }

    private let effects: FlatArray<Effect>
    /// Whether expiry can move each measure at all, and whether it then only falls towards 0.
    private let measures: FlatArray<Bool>

    init(_ policy: Policy) {
        effects = FlatArray(policy.terms.map { Self.effect(of: $0, policy.measures[$0.measure]) })
        measures = FlatArray(policy.measures.map(\.isMovedByMidnights))
    }

    private static func effect(of term: Term, _ measure: Measure) -> Effect {
        switch measure.quantity {
        case .orders, .spend, .points, .browse, .dwellSeconds, .sessions, .complaints:
            guard measure.isWindowed else { return .none }
            guard term.curve.isMonotone, measure.quantity != .spend else { return anywhere(term) }
            return .fallsToZero(worthAtZero: term.weight * term.curve.value(at: 0))
        case .engagement:
            guard term.curve.isMonotone else { return anywhere(term) }
            return .fallsToZero(worthAtZero: term.weight * term.curve.value(at: 0))
        case .averageOrderValue, .csatMean, .csatLatest, .npsMean, .npsLatest, .complaintsOpen, .sentimentMean,
            .spendGrowth, .orderGrowth:
            return anywhere(term)
        case .contribution, .margin: return measure.isWindowed ? anywhere(term) : .none
        case .spendEWMA, .daysSinceLastOrder, .tenureDays, .pAlive, .p0, .churnRisk, .repeatRate, .regularity, .loyalty,
            .recencyScore, .frequencyScore, .monetaryScore, .discountedShare, .categoryBreadth, .topCategoryShare,
            .referrals, .referralsConverted, .expectedOrders, .lifetimeValue, .tag, .attribute,
            .attributeNumber:
            return .none
        }
    }

    private static func anywhere(_ term: Term) -> Effect {
        let range = term.curve.range
        let ends = [term.weight * range.lowerBound, term.weight * range.upperBound, term.weight * term.whenUnknown]
        return .anywhere(least: ends.min() ?? 0, most: ends.max() ?? 0)
    }

    func reach(_ readings: Readings) -> ExpiryReach {
        var reach = ExpiryReach()
        for index in 0..<effects.count {
            switch effects[index] {
            case .none: continue
            case .fallsToZero(let worthAtZero):
                let change = worthAtZero - readings.points[index]
                if change < 0 { reach.fall -= change } else { reach.rise += change }
            case .anywhere(let least, let most):
                reach.fall += max(0, readings.points[index] - least)
                reach.rise += max(0, most - readings.points[index])
            }
        }
        return reach
    }

    /// Whether expiry can move this measure.
    func moves(measure: Int) -> Bool { measures[measure] }
}
