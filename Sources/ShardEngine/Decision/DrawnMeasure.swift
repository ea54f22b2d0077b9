import Scoring

/// Measures that a customer's whole purchase history or portrait gives, as profiles show them.
enum DrawnMeasure {
    case repeatRate
    case regularity
    case loyalty
    case recencyScore
    case frequencyScore
    case monetaryScore
    case discountedShare
    case categoryBreadth
    case topCategoryShare
    case referrals
    case referralsConverted
    case expectedOrders
    case lifetimeValue

    /// Nil for a measure that is got otherwise.
    init?(_ quantity: Measure.Quantity) {
        switch quantity {
        case .repeatRate: self = .repeatRate
        case .regularity: self = .regularity
        case .loyalty: self = .loyalty
        case .recencyScore: self = .recencyScore
        case .frequencyScore: self = .frequencyScore
        case .monetaryScore: self = .monetaryScore
        case .discountedShare: self = .discountedShare
        case .categoryBreadth: self = .categoryBreadth
        case .topCategoryShare: self = .topCategoryShare
        case .referrals: self = .referrals
        case .referralsConverted: self = .referralsConverted
        case .expectedOrders: self = .expectedOrders
        case .lifetimeValue: self = .lifetimeValue
        default: return nil
        }
    }

    /// Whether it follows from the portrait's lists, to which browsing adds.
    var readsLists: Bool { self == .loyalty || self == .categoryBreadth || self == .topCategoryShare }
}

/// What the drawn measures of one evaluation are read from: only as much of it as the policy asks for.
///
/// The portrait knows no past: looking back, what it tells is what it tells now.
struct DrawnEvidence {
    private var evidence = ProfileEvidence(tenureDays: 0)
    private var churn: ChurnEvidence?
    private var forecast: ChurnForecast?

    /// Reads what `rules` ask for as of `time`, which falls on `day`. `days` and `purchases` are there if a forecast is asked
    /// for and there has been an order.
    mutating func draw(
        _ record: CustomerStore.Record, _ store: borrowing CustomerStore, at time: EventTime, on day: DayIndex,
        days: PurchaseDays?, _ purchases: ChurnEvidence?, _ rules: Rules
    ) {
        let drawing = rules.plan.drawing
        self = DrawnEvidence()
        if drawing.needsTally {
            var tally = PurchaseTally(day, rules.policy.calendar)
            tally.add(store.folded(of: record), rules.policy.calendar)
            tally.add(store.orders(of: record), upTo: time, rules.policy.calendar)
            evidence.purchases = tally.evidence(at: time, minorPerMajor: rules.minorPerMajor)
        }
        // What an earlier policy kept is not kept any more.
        if drawing.needsPortrait, rules.portraits != nil, let portrait = store.portrait(ifAnyOf: record) {
            portrait.read(into: &evidence, minorPerMajor: rules.minorPerMajor)
        }
        if drawing.needsForecast, let days, let purchases {
            churn = purchases
            forecast = rules.forecaster.forecast(
                purchases, risk: 0, meanAmount: days.meanRepeatAmount / rules.minorPerMajor)
        }
    }

    /// The value, NaN for unknown, and how it moves in silence.
    func reading(of measure: DrawnMeasure, _ rules: Rules) -> (value: Double, motion: Motion) {
        guard let value = value(of: measure, rules) else { return (.nan, .still) }
        return (value, motion(of: measure, at: value, rules))
    }

    private func value(of measure: DrawnMeasure, _ rules: Rules) -> Double? {
        let purchases = evidence.purchases
        switch measure {
        case .repeatRate: return purchases.map { ($0.purchaseDays - 1) / $0.purchaseDays }
        case .regularity: return purchases?.regularity
        case .loyalty: return Dimensions.loyaltyScore(evidence, rules.dimensions)
        case .recencyScore: return RFM(purchases, rules.rfm).scores.map { Double($0.recency) }
        case .frequencyScore: return RFM(purchases, rules.rfm).scores.map { Double($0.frequency) }
        case .monetaryScore: return RFM(purchases, rules.rfm).scores.map { Double($0.monetary) }
        case .discountedShare: return evidence.habits.discountedShare
        case .categoryBreadth:
            let breadth = evidence.preferences.categoriesBought
            return breadth > 0 ? breadth : nil
        case .topCategoryShare: return evidence.preferences.topShare
        case .referrals: return evidence.referrals.made
        case .referralsConverted: return evidence.referrals.converted
        case .expectedOrders: return forecast?.expectedOrders
        case .lifetimeValue: return forecast?.lifetimeValue
        }
    }

    private func motion(of measure: DrawnMeasure, at value: Double, _ rules: Rules) -> Motion {
        switch measure {
        case .regularity: return evidence.purchases.map { .bounded($0.regularityLimit) } ?? .still
        case .loyalty:
            return evidence.purchases.map { .bounded(Dimensions.loyaltyLimit($0, rules.dimensions)) } ?? .still
        case .recencyScore:
            return evidence.purchases.map { .bounded(rules.rfm.recencyLimit(daysSinceLast: $0.daysSinceLast)) }
                ?? .still
        case .expectedOrders, .lifetimeValue:
            guard let churn else { return .still }
            let perDay = value * rules.policy.churn.model.steepestFallOfExpectation(churn.history)
            return .fallingAtMost(rate: perDay / TimeSpan.millisecondsPerDay)
        case .repeatRate, .frequencyScore, .monetaryScore, .discountedShare, .categoryBreadth, .topCategoryShare,
            .referrals, .referralsConverted:
            return .still
        }
    }
}
