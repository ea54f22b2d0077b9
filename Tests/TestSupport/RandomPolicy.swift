import Scoring

/// Policies drawn at random, valid but with no mercy: every measure, curve, rule and zone comes up.
package enum RandomPolicy {
    /// `portraits`: also measures that tell what has become known of a customer by now. What is taken back stays known, and
    /// how old orders lie apart is not known for ever, so that these depend on more than what counts in the end.
    package static func draw(_ random: inout SeededRandom, portraits: Bool = false) -> Policy {
        let history = History(
            orderDays: 31 + random.below(200), browseDays: 5 + random.below(60), feedbackDays: 10 + random.below(150))
        let qualification = QualificationPeriod(
            random.pick(periods(within: history.orderDays)), firstMonth: 1 + random.below(12))
        let validity =
            random.chance(0.5)
            ? Validity(months: 1 + random.below(4), rounding: random.pick(Validity.Rounding.allCases)) : nil
        var measures: [Measure] = []
        for _ in 0..<(2 + random.below(5)) {
            let measure = measure(&random, history, portraits: portraits)
            // There is one balance of points.
            let isSecond = measure.quantity == .points && measures.contains { $0.quantity == .points }
            if !measures.contains(measure), !isSecond { measures.append(measure) }
        }
        let tiers = tiers(&random, measures)
        let needs = Set(measures.compactMap(\.quantity.need))
        return Policy(
            name: "random", version: 1, hash: "", calendar: calendar(&random), currency: Currencies.usd,
            exchangeRates: [Currencies.jpy: ExchangeRate(billionths: 6_700_000)],
            countFrom: random.pick([.completed, .completed, .paid, .placed]), history: history,
            spendHalfLife: .days(5 + random.below(90)), measures: measures,
            terms: (0..<(1 + random.below(5))).map { term(&random, $0, measures) },
            tiers: tiers, downgrade: downgrade(&random, hasTerms: validity != nil),
            qualification: qualification, validity: validity, churn: churn(&random),
            value: needs.contains(.value) ? ValueRule(amounts: .cdnow) : nil,
            profiles: portraits && needs.contains(.profiles) ? ProfileRule(catchUp: nil) : nil,
            points: points(&random, measures, tiers: tiers.count))
    }

    private static func periods(within days: Int) -> [QualificationPeriod.Kind] {
        QualificationPeriod.Kind.allCases.filter { QualificationPeriod($0).maximumDays <= days }
    }

    private static let calendars: [ZoneCalendar] =
        [.utc] + ["Europe/Berlin", "America/New_York"].compactMap { Zones.calendar($0, from: 2020, to: 2032) }

    private static func calendar(_ random: inout SeededRandom) -> ZoneCalendar { random.pick(calendars) }

    /// Those of `portraits`.
    private static let known: [Measure.Quantity] = [
        .regularity, .loyalty, .discountedShare, .categoryBreadth, .topCategoryShare, .referrals, .referralsConverted,
    ]
    private static let plain = Measure.Quantity.all.filter { !known.contains($0) }

    private static func measure(
        _ random: inout SeededRandom, _ history: History, portraits: Bool
    ) -> Measure {
        let drawn = random.pick(portraits && random.chance(0.5) ? known : plain)
        // What is compared must be kept.
        let quantity = drawn.history == .orders && drawn.ownDays ?? 0 > history.orderDays ? .orders : drawn
        if quantity == .points { return Measure(.points, .days(1 + random.below(history.orderDays))) }
        guard quantity.takesWindow else { return Measure(quantity) }
        if quantity.takesLifetime, random.chance(0.2) { return Measure(quantity) }
        if quantity.takesPeriod, random.chance(0.3) { return Measure(quantity, .period) }
        let longest =
            switch quantity.history {
            case .browse: history.browseDays
            case .feedback: history.feedbackDays
            default: history.orderDays
            }
        return Measure(quantity, windowDays: random.chance(0.2) ? longest : 1 + random.below(longest))
    }

    /// Where the interesting values of a measure lie.
    private static func scale(_ measure: Measure) -> Double {
        switch measure.quantity {
        case .orders, .sessions, .complaints, .complaintsOpen: 4
        case .spend, .spendEWMA, .averageOrderValue, .points: 150
        case .contribution: 80
        case .margin: 0.5
        case .tag, .attribute, .attributeNumber: 1
        case .daysSinceLastOrder, .tenureDays: 60
        case .browse: 8
        case .dwellSeconds: 200
        case .csatLatest, .csatMean: 70
        case .npsLatest, .npsMean: 7
        case .pAlive, .p0, .churnRisk: 0.7
        case .engagement: 4
        case .sentimentMean, .spendGrowth, .orderGrowth, .discountedShare: 0.4
        case .repeatRate, .regularity, .loyalty: 0.6
        case .recencyScore, .frequencyScore, .monetaryScore: 3.5
        case .categoryBreadth, .topCategoryShare: 1
        case .referrals, .referralsConverted, .expectedOrders: 1.5
        case .lifetimeValue: 60
        }
    }

    private static func points(_ random: inout SeededRandom, _ measures: [Measure], tiers: Int) -> PointsRule? {
        guard let days = measures.first(where: { $0.quantity == .points })?.windowDays else { return nil }
        return PointsRule(
            perUnit: random.pick([500, 1_000, 1_333]),
            multipliers: (0..<tiers).map { _ in random.pick([0, 1_000, 1_000, 1_250, 1_700]) }, expiresAfterDays: days,
            expiresWhenInactiveDays: random.chance(0.5) ? 1 + random.below(days) : nil)
    }

    private static func term(_ random: inout SeededRandom, _ number: Int, _ measures: [Measure]) -> Term {
        let measure = random.below(measures.count)
        return Term(
            name: "term-\(number)", measure: measure,
            weight: random.chance(0.2) ? -random.double(5...40) : random.double(10...80),
            curve: curve(&random, scale(measures[measure])), whenUnknown: random.chance(0.5) ? 0 : random.unit())
    }

    private static func curve(_ random: inout SeededRandom, _ scale: Double) -> Curve {
        switch random.below(4) {
        case 0: return .saturating(halfAt: scale * random.double(0.3...1.5))
        case 1: return .linear(from: 0, to: scale * random.double(0.5...2))
        case 2: return .linear(from: scale * random.double(0.5...2), to: scale * random.double(0...0.4))
        default:
            var x = scale * random.double(-0.1...0.3)
            return .points(
                (0..<(1 + random.below(4))).map { _ in
                    x += scale * random.double(0.1...0.6)
                    return Curve.Point(x: x, y: random.double(-0.2...1.2))
                })
        }
    }

    private static func tiers(_ random: inout SeededRandom, _ measures: [Measure]) -> [Tier] {
        let count = 1 + random.below(4)
        var threshold = random.double(2...30)
        return (0..<count).map { index in
            guard index > 0 else { return Tier(name: "tier-0", entry: nil) }
            threshold += random.double(2...25)
            let plain = Condition.comparison(Comparison(.score, .atLeast, threshold))
            return Tier(name: "tier-\(index)", entry: random.chance(0.6) ? plain : condition(&random, measures, 2))
        }
    }

    private static func condition(_ random: inout SeededRandom, _ measures: [Measure], _ depth: Int) -> Condition {
        switch depth == 0 ? 0 : random.below(5) {
        case 1: return .all((0..<2).map { _ in condition(&random, measures, depth - 1) })
        case 2: return .any((0..<2).map { _ in condition(&random, measures, depth - 1) })
        case 3: return .not(condition(&random, measures, depth - 1))
        default:
            let relation: Comparison.Relation = random.chance(0.7) ? .atLeast : .below
            if random.chance(0.3) { return .comparison(Comparison(.score, relation, random.double(5...70))) }
            let measure = random.below(measures.count)
            return .comparison(
                Comparison(.measure(measure), relation, scale(measures[measure]) * random.double(0.2...1.4)))
        }
    }

    private static func downgrade(_ random: inout SeededRandom, hasTerms: Bool) -> DowngradeRule {
        DowngradeRule(
            margin: random.pick([0, 0.1, 0.2, 0.5]),
            minimumDwell: random.pick([.zero, .days(3), .days(30), TimeSpan(milliseconds: 123_456_789)]),
            grace: random.pick([.zero, .zero, .days(7), .days(28), TimeSpan(milliseconds: 1)]),
            mode: random.chance(0.5) ? .immediate : .oneStep,
            timing: hasTerms && random.chance(0.6) ? .endOfTerm : .atOnce, withdrawsOnRefund: random.chance(0.7))
    }

    private static func score(_ random: inout SeededRandom) -> ChurnModel.Score {
        switch random.below(3) {
        case 0: .p0
        case 1: .combined(CombinedChurnScore(constant: random.double(-2...1)))
        default:
            .logistic(
                LogisticChurnScore(
                    intercept: random.double(-2...0), recency: random.double(0...1), frequency: -random.double(0...1),
                    monetary: -random.double(0...0.2), age: random.double(0...0.3), ewma: -random.double(0...1)))
        }
    }

    private static func churn(_ random: inout SeededRandom) -> ChurnRule {
        var from = 0.0
        let levels = (0..<(1 + random.below(4))).map { index in
            if index > 0 { from += (1 - from) * random.double(0.1...0.6) }
            return ChurnRule.Level(name: "level-\(index)", from: from)
        }
        return ChurnRule(
            scoring: ChurnModel(
                purchases: random.chance(0.5) ? .defaultBGNBD : .defaultMBGNBD, horizonDays: random.double(10...200),
                ewmaHalfLifeDays: random.double(5...120), score: score(&random)),
            levels: levels, margin: random.pick([0, 0.02, 0.1]), isCalibrated: true)
    }
}

extension Policy {
    /// The same, but that every tier earns alike: which tier is held when an order arrives depends on what came before.
    package var earningAlike: Policy {
        var policy = self
        policy.points?.multipliers = tiers.map { _ in 1_250 }
        return policy
    }

    /// The same, but that tiers ask for points alone, of which those of the lowest tier end with a silence.
    package func decidedByPoints(_ random: inout SeededRandom) -> Policy {
        var policy = self
        let days = 10 + random.below(history.orderDays - 9)
        let rule = PointsRule(
            perUnit: 1_000, multipliers: tiers.indices.map { 1_000 + 250 * Int64($0 * random.below(2)) },
            expiresAfterDays: days, expiresWhenInactiveDays: 1 + random.below(min(days, 45)))
        (policy.points, policy.measures, policy.terms) = (rule, [rule.measure], [])
        for index in tiers.indices.dropFirst() {
            policy.tiers[index].entry = .comparison(Comparison(.measure(0), .atLeast, Double(120 * index)))
        }
        return policy
    }
}
