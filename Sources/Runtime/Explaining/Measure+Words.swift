import Scoring

extension Measure {
    /// In plain English: `orders in 365 days`, `spend over the whole time`.
    func words(_ policy: Policy) -> String {
        let base = quantity.words(policy)
        guard quantity.takesWindow else { return base }
        return switch window {
        case .days(let days): "\(base) in \(days.counted("day"))"
        case .period: "\(base) in the qualification period"
        case .lifetime: "\(base) over the whole time"
        }
    }

    /// What is asked of it: `at least 3 orders in 365 days`, `spend in 365 days of at least 3000 CNY`.
    func words(_ relation: Comparison.Relation, _ threshold: Double, _ policy: Policy) -> String {
        let amount = threshold.plain
        if let given = quantity.given { return relation == .atLeast ? given : "not \(given)" }
        if quantity.domain.isWhole, threshold == 1 { return (relation == .atLeast ? "any " : "no ") + words(policy) }
        if quantity.isCounted {
            return (relation == .atLeast ? "at least \(amount) " : "fewer than \(amount) ") + words(policy)
        }
        let unit = quantity.isMoney ? " \(policy.currency.text)" : ""
        return words(policy) + (relation == .atLeast ? " of at least " : " below ") + amount + unit
    }
}

extension Measure.Quantity {
    fileprivate func words(_ policy: Policy) -> String {
        switch self {
        case .contribution: "contribution (spend less known costs)"
        case .margin: "contribution margin ratio (of orders that told their cost)"
        case .points: "points of the last \((policy.points?.expiresAfterDays ?? 0).counted("day"))"
        case .spendEWMA: "spend that fades by half every \(policy.spendHalfLife.words)"
        case .daysSinceLastOrder: "days since the last order"
        case .tenureDays: "days since the first event"
        case .browse(let type): type.map(Self.words) ?? "browse events"
        case .dwellSeconds: "seconds spent looking"
        case .sessions: "visits"
        case .csatLatest: "latest satisfaction (per cent)"
        case .csatMean: "mean satisfaction (per cent)"
        case .npsLatest: "latest recommendation answer (0 to 10)"
        case .npsMean: "mean recommendation answer (0 to 10)"
        case .complaintsOpen: "open complaints"
        case .pAlive: "probability of still being a customer"
        case .attributeNumber(let name): "the attribute \(name)"
        case .engagement: "faded browsing of the last 30 days (a view counts 1, a cart 3)"
        case .sentimentMean: "mean of what was good (1) and bad (-1)"
        case .spendGrowth: "growth of spend, 90 days over the 90 before (0.25 is a quarter more)"
        case .orderGrowth: "growth of orders, 90 days over the 90 before (0.25 is a quarter more)"
        case .repeatRate: "share of days with an order after the first (0 to 1)"
        case .regularity: "regularity of purchases (0 to 1)"
        case .loyalty: "loyalty (0 to 1)"
        case .recencyScore: "RFM score of recency (1 to 5)"
        case .frequencyScore: "RFM score of frequency (1 to 5)"
        case .monetaryScore: "RFM score of spend (1 to 5)"
        case .discountedShare: "share of orders with a discount or coupon (0 to 1)"
        case .categoryBreadth: "categories bought from"
        case .topCategoryShare: "share of the foremost category (0 to 1)"
        case .referrals: "referrals"
        case .referralsConverted: "referrals that became customers"
        case .expectedOrders: "days with an order expected in the next \(policy.churn.horizonDays.plain) days"
        case .lifetimeValue: "value of the next \((policy.value?.months ?? 0).counted("month"))"
        case .p0: "probability of no order in the next \(policy.churn.horizonDays.plain) days"
        default: baseName.replacing("_", with: " ")
        }
    }

    /// What commands give: `the tag "vip"`; nil for what is computed.
    fileprivate var given: String? {
        switch self {
        case .tag(let tag): "the tag \"\(tag)\""
        case .attribute(let name, let text): "the attribute \(name) being \"\(text)\""
        default: nil
        }
    }

    private static func words(_ type: BrowseType) -> String {
        switch type {
        case .pageViewed: "page views"
        case .productViewed: "product views"
        case .categoryViewed: "category views"
        case .searched: "searches"
        case .linkClicked: "clicks on links"
        case .cartAdded: "additions to the cart"
        case .cartRemoved: "removals from the cart"
        case .checkoutStarted: "check-outs begun"
        case .wishlistAdded: "additions to the wish list"
        case .emailOpened: "e-mails opened"
        case .emailClicked: "clicks in e-mails"
        default: "push messages opened"
        }
    }

    /// Read as "so many of them".
    var isCounted: Bool {
        switch self {
        case .orders, .points, .browse, .sessions, .complaints, .complaintsOpen, .daysSinceLastOrder, .tenureDays,
            .dwellSeconds, .referrals, .referralsConverted, .categoryBreadth:
            true
        default: false
        }
    }

    /// In the policy's currency.
    var isMoney: Bool {
        switch self {
        case .spend, .averageOrderValue, .spendEWMA, .contribution, .lifetimeValue: true
        default: false
        }
    }

    /// What the measure can be: whole numbers where `isWhole`, and unknown where there may be no evidence.
    var domain: (range: ClosedRange<Double>, isWhole: Bool, canBeUnknown: Bool) {
        switch self {
        case .tag, .attribute: (0...1, true, false)
        case .orders, .points, .browse, .sessions, .complaints, .complaintsOpen, .referrals, .referralsConverted:
            (0...(.infinity), true, false)
        case .spend, .spendEWMA, .dwellSeconds, .tenureDays: (0...(.infinity), false, false)
        case .averageOrderValue, .daysSinceLastOrder, .engagement, .expectedOrders, .lifetimeValue:
            (0...(.infinity), false, true)
        case .spendGrowth, .orderGrowth: (-1...(.infinity), false, true)
        case .sentimentMean: (-1...1, false, true)
        case .recencyScore, .frequencyScore, .monetaryScore: (1...5, true, true)
        case .categoryBreadth: (1...8, true, true)
        case .repeatRate, .regularity, .loyalty, .discountedShare, .topCategoryShare: (0...1, false, true)
        case .margin: (-Double.infinity...1, false, true)
        case .csatLatest, .csatMean: (0...100, false, true)
        case .npsLatest, .npsMean: (0...10, false, true)
        case .pAlive, .p0: (0...1, false, true)
        default: (-Double.infinity...Double.infinity, false, true)
        }
    }
}

extension Condition {
    /// `a score of at least 40, and at least 3 orders in 365 days`
    func words(_ policy: Policy) -> String { words(policy, isInside: false) }

    private func words(_ policy: Policy, isInside: Bool) -> String {
        let text: String
        switch self {
        case .comparison(let comparison): return comparison.words(policy)
        case .not(let part): return "not (\(part.words(policy, isInside: false)))"
        case .all(let parts):
            if parts.count == 1 { return parts[0].words(policy, isInside: isInside) }
            text = parts.map { $0.words(policy, isInside: true) }.joined(separator: ", and ")
        case .any(let parts):
            if parts.count == 1 { return parts[0].words(policy, isInside: isInside) }
            text = "either " + parts.map { $0.words(policy, isInside: true) }.joined(separator: ", or ")
        }
        return isInside ? "(\(text))" : text
    }
}

extension Comparison {
    func words(_ policy: Policy) -> String {
        switch subject {
        case .score:
            relation == .atLeast ? "a score of at least \(threshold.plain)" : "a score below \(threshold.plain)"
        case .measure(let index): policy.measures[index].words(relation, threshold, policy)
        }
    }

    /// `score` or the measure's name.
    func subjectName(_ policy: Policy) -> String {
        switch subject {
        case .score: "score"
        case .measure(let index): policy.measures[index].name
        }
    }
}
