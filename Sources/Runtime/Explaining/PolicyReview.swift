import Scoring

/// Looks a compiled policy through for what is allowed and yet hardly meant.
package struct PolicyReview {
    let policy: Policy
    let attainability: Attainability

    package init(_ policy: Policy) {
        self.policy = policy
        attainability = Attainability(policy)
    }

    /// In the order of the policy file.
    package var findings: [PolicyFinding] {
        weights + tiers + falling + points + tags + terms + notices + advice + churn + histories + labels
    }

    private var weights: [PolicyFinding] {
        let sum = policy.terms.reduce(0) { $0 + max($1.weight, 0) }
        var findings: [PolicyFinding] = []
        if abs(sum - 100) > 1e-9 * 100 {
            findings.append(
                .warning("score.terms", "the positive weights sum to \(sum.brief), not to 100, the scale of the score"))
        }
        for term in policy.terms where term.weight == 0 || term.curve.range == 0...0 && term.whenUnknown == 0 {
            findings.append(.warning("score.terms.\(term.name)", "it never adds a point"))
        }
        return findings
    }

    private var tiers: [PolicyFinding] {
        policy.tiers.indices.dropFirst().compactMap { index in
            let tier = policy.tiers[index]
            guard let entry = tier.entry else { return nil }
            if !attainability.canHold(entry) { return unreachable(tier, entry) }
            if !attainability.canHold(.not(entry)) {
                return .warning(
                    "tiers.\(tier.name).enter",
                    "everybody meets it from the first event on: nobody is ever in \(policy.tiers[index - 1].name)")
            }
            let higher = policy.tiers[(index + 1)...].compactMap(\.entry).map { Condition.not($0) }
            guard !higher.isEmpty, !attainability.canHold(.all([entry] + higher)) else { return nil }
            return .warning(
                "tiers.\(tier.name).enter",
                "whoever meets it meets a higher tier's as well: nobody rises to \(tier.name)")
        }
    }

    private func unreachable(_ tier: Tier, _ entry: Condition) -> PolicyFinding {
        let highest = attainability.highestScore
        let scores = entry.comparisons.filter { $0.subject == .score && $0.relation == .atLeast }.map(\.threshold)
        var message = "nobody can reach it"
        if let least = scores.max(), least > highest.score || least == highest.score && !highest.isReached {
            message += ": it asks for a score of \(least.plain), and the terms add up to "
            message += highest.isReached ? "\(highest.score.brief) at most" : "less than \(highest.score.brief)"
        } else {
            message += ": what it asks for contradicts itself"
        }
        return .warning("tiers.\(tier.name).enter", message)
    }

    private var falling: [PolicyFinding] {
        let rule = policy.downgrade
        var findings: [PolicyFinding] = []
        if rule.timing == .atOnce, rule.margin == 0, rule.grace == .zero, rule.minimumDwell == .zero,
            policy.tiers.count > 1
        {
            findings.append(
                .warning(
                    "downgrade",
                    "without margin, grace and minimum_dwell customers at a threshold go up and down all the time"))
        }
        if let validity = policy.validity, rule.timing == .endOfTerm, rule.minimumDwell != .zero,
            rule.minimumDwell <= .days(28 * validity.months)
        {
            findings.append(
                .warning("downgrade.minimum_dwell", "it has no effect: a term of \(validity.words) is longer anyway"))
        }
        return findings
    }

    private var terms: [PolicyFinding] {
        var findings: [PolicyFinding] = []
        let usesPeriod = policy.measures.contains { $0.window == .period }
        if policy.qualification != nil, !usesPeriod {
            findings.append(.warning("qualification", "it has no effect: no measure counts over it (`_period`)"))
        }
        if usesPeriod, policy.downgrade.timing == .atOnce, policy.tiers.count > 1 {
            let message =
                "with each new period what counts over it begins at 0, and tiers are lost at once: say with `validity` how long a tier lasts"
            findings.append(.warning("qualification", message))
        }
        return findings
    }

    private var labels: [PolicyFinding] {
        let rungs =
            policy.tiers.map { ("tiers.\($0.name)", $0.label) }
            + policy.churn.levels.map { ("churn.levels.\($0.name)", $0.label) }
        var languages: [String] = []
        for entry in rungs.flatMap(\.1.entries) where !languages.contains(entry.language) {
            languages.append(entry.language)
        }
        return rungs.compactMap { path, label in
            let missing = languages.filter { language in !label.entries.contains { $0.language == language } }
            guard !missing.isEmpty else { return nil }
            return .warning("\(path).label", "it lacks what others have: \(missing.joined(separator: ", "))")
        }
    }
}

extension PolicyReview {
    private var notices: [PolicyFinding] {
        let (rule, falling) = (policy.notices.expiry, policy.downgrade)
        guard let rule else {
            guard policy.validity != nil else { return [] }
            return [
                .note(
                    "notices.approaching_expiry",
                    "it is not there: nobody is told before a term ends that the tier will be lost")
            ]
        }
        if policy.validity == nil, falling.grace == .zero, falling.minimumDwell == .zero {
            return [
                .warning(
                    "notices.approaching_expiry",
                    "it is never sent: a tier without term and grace is lost without a date before")
            ]
        }
        if let validity = policy.validity, rule.before >= .days(28 * validity.months) {
            return [
                .warning(
                    "notices.approaching_expiry.before",
                    "\(rule.before.words) before the end of a term of \(validity.words) is its beginning")
            ]
        }
        return []
    }

    private var churn: [PolicyFinding] {
        let rule = policy.churn
        var findings: [PolicyFinding] = []
        if !rule.isCalibrated {
            let message =
                "they are another shop's, so that each output says low confidence: fit your own (score \(rule.scoring.score.name))"
            findings.append(.note("churn.parameters", message))
        }
        let highest = rule.scoring.highestRisk
        for (index, level) in rule.levels.enumerated().dropFirst() {
            if level.from >= highest {
                let limit = highest == 1 ? "a risk is always below 1" : "no risk is above \(highest.brief)"
                findings.append(.warning("churn.levels.\(level.name).from", "nobody reaches it: \(limit)"))
            } else if level.from - rule.margin <= 0 {
                findings.append(
                    .warning(
                        "churn.levels.\(level.name).from",
                        "once reached it is never left: that takes a risk below \(level.from.plain) less the margin"))
            } else if level.from - rule.levels[index - 1].from < rule.margin {
                findings.append(
                    .warning(
                        "churn.margin",
                        "at \(rule.margin.plain) it is wider than the level \(rule.levels[index - 1].name), which is passed by on the way down"
                    ))
            }
        }
        return findings + adjustment
    }

    private var adjustment: [PolicyFinding] {
        let rule = policy.churn.adjustment
        var findings: [PolicyFinding] = []
        if rule.browseDrop != 0, policy.history.browseDays < 60 {
            let message =
                "it compares 60 days of browsing, and \(policy.history.browseDays) are kept: set history.browse to 60d"
            findings.append(.warning("churn.adjustment.browse_drop", message))
        }
        if rule != .none, rule.limit == 0 {
            findings.append(.warning("churn.adjustment.limit", "at 0 the adjustment has no effect"))
        }
        return findings
    }

    private var histories: [PolicyFinding] {
        let kept: [(InputKind, String, days: Int, needed: Int)] = [
            (.orders, "orders", policy.history.orderDays, ordersNeeded),
            (.browse, "browse", policy.history.browseDays, max(longest(.browse), browseDaysOfChurn)),
            (.feedback, "feedback", policy.history.feedbackDays, max(longest(.feedback), 365)),
        ]
        return kept.filter { $0.days > $0.needed }.map { entry in
            .warning(
                "history.\(entry.1)",
                "\(entry.days) days are kept and \(entry.needed) are looked at: the rest only takes memory")
        }
    }

    /// The longest window, as far back as the day on which a term that ends today was given.
    private var ordersNeeded: Int {
        min(max(longest(.orders), 365) + (policy.validity?.maximumDays ?? 0), Measure.maximumWindowDays)
    }

    private var browseDaysOfChurn: Int { policy.churn.adjustment.browseDrop != 0 ? 60 : 30 }

    private func longest(_ input: InputKind) -> Int {
        let days = policy.measures.filter { $0.quantity.history == input }.map { measure in
            switch measure.window {
            case .days(let days): days
            case .period: policy.qualification?.maximumDays ?? 0
            case .lifetime: 0
            }
        }
        return days.max() ?? 0
    }
}

extension ChurnModel {
    /// What the risk comes near to in endless silence, 0…1.
    fileprivate var highestRisk: Double {
        switch score {
        case .p0: return 1
        case .combined(let score):
            guard score.p0 == 0 else { return 1 }
            return LogOdds.probability(score.logOdds(p0: 0, purchaseEWMA: 0))
        case .logistic: return 1
        }
    }
}

extension Validity {
    /// `12 months, up to the end of the month`
    var words: String {
        let end: String
        switch rounding {
        case .none: end = ""
        case .month: end = ", up to the end of the month"
        case .quarter: end = ", up to the end of the quarter"
        case .year: end = ", up to the end of the year"
        }
        return months.counted("month") + end
    }
}
