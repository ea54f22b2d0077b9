import Scoring

/// A policy in plain sentences, made from its compiled form alone: it says what the engine does.
package struct PolicyExplanation {
    let policy: Policy

    package init(_ policy: Policy) { self.policy = policy }

    /// A heading and the sentences below it; those that begin with two spaces belong to the one before.
    package struct Section: Hashable, Sendable {
        package var title: String
        package var lines: [String]
    }

    package var sections: [Section] {
        [
            Section(title: "What counts", lines: counting),
            Section(title: "How points are earned", lines: earning),
            Section(title: "What each tier asks for", lines: tiers),
            Section(title: "When a tier is lost or renewed", lines: losing),
            Section(title: "What is told beforehand", lines: notices),
            Section(title: "What each change recommends", lines: advice),
            Section(title: "Who is about to leave", lines: churn),
            Section(title: "What customers are worth", lines: value),
            Section(title: "What profiles are published", lines: profiles),
            Section(title: "What tags are given", lines: tags),
        ]
    }

    /// For people; without a line feed at the end.
    package var text: String {
        let title = "\(policy.name), version \(policy.version) (\(policy.hash.prefix(12)))"
        let bodies = sections.map { ([$0.title] + $0.lines.map { "  " + $0 }).joined(separator: "\n") }
        return ([title] + bodies).joined(separator: "\n\n")
    }

    package var json: JSONText {
        var json = JSONText()
        json.object { json in
            json.field("policy", policy.name)
            json.field("version", policy.version)
            json.field("hash", policy.hash)
            json.array("sections") { list in
                for section in sections {
                    list.object { object in
                        object.field("title", section.title)
                        object.field("text", section.lines.joined(separator: "\n"))
                    }
                }
            }
        }
        json.endLine()
        return json
    }

    // MARK: - Counting and earning

    private var counting: [String] {
        var lines = [
            "An order counts once it is \(policy.countFrom.name), at its own date; what is refunded counts no more."
        ]
        let rates = policy.exchangeRates.sorted { $0.key.text < $1.key.text }
        if rates.isEmpty {
            lines.append("Amounts are in \(policy.currency.text); orders in other currencies are refused.")
        } else {
            let listed = rates.map { "1 \($0.key.text) = \($0.value.decimal) \(policy.currency.text)" }
            lines.append("Amounts are in \(policy.currency.text): \(listed.joined(separator: ", ")).")
        }
        lines.append("Days are calendar days, today included; they begin at midnight in \(policy.calendar.zone).")
        if let span = policy.quietBeyond {
            lines.append(
                "What took effect more than \(span.words) before it is found out moves customers and is not told.")
        }
        if let period = policy.qualification { lines.append("The qualification period is \(period.words).") }
        return lines
    }

    private var earning: [String] {
        var lines = policy.terms.map { "\($0.name): \(points(of: $0))." }
        let highest = Attainability(policy).highestScore
        lines += [policy.points].compactMap { $0 }.map(loyaltyPoints)
        lines.append("The score is the sum, never below 0 and never above 100.")
        if highest.score < 100 || !highest.isReached {
            lines.append(
                "The highest that the terms allow is \(highest.isReached ? "" : "just under ")\(highest.score.brief).")
        }
        return lines
    }

    private func points(of term: Term) -> String {
        let measure = policy.measures[term.measure]
        let words = measure.words(policy)
        let unit = measure.quantity.isMoney ? " \(policy.currency.text)" : ""
        let most = abs(term.weight).plain
        var text = (term.weight < 0 ? "takes away up to \(most) points" : "up to \(most) points") + " for \(words); "
        switch term.curve {
        case .saturating(let halfAt):
            text += "\(halfAt.plain)\(unit) make half of them, \((3 * halfAt).plain)\(unit) three quarters"
        case .linear(let from, let to):
            text += "none at \(from.plain)\(unit), all at \(to.plain)\(unit), evenly between"
        case .points(let points):
            let stops = points.map { "\(($0.y * abs(term.weight)).brief) at \($0.x.plain)\(unit)" }
            text += stops.joined(separator: ", ") + (points.count > 1 ? ", evenly between" : "")
        }
        if measure.quantity.domain.canBeUnknown {
            text += "; \((term.whenUnknown * abs(term.weight)).brief) while it is unknown"
        }
        return text
    }

    /// Those that customers collect, not those of the score.
    private func loyaltyPoints(_ rule: PointsRule) -> String {
        let rate = (Double(rule.perUnit) / 1_000).plain
        let others = zip(policy.tiers, rule.multipliers).filter { $0.1 != 1_000 }.map {
            "times \((Double($1) / 1_000).plain) in \($0.name)"
        }
        let days = rule.expiresAfterDays.counted("day")
        let inactivity = rule.expiresWhenInactiveDays.map {
            " Those earned at the rate of \(policy.tiers[0].name) expire once no order has come for \($0.counted("day"))."
        }
        return
            "Points that customers collect: \(rate) for each \(policy.currency.text)"
            + others.map { ", \($0)" }.joined() + "; they count for \(days), and refunds take them back."
            + (inactivity ?? "")
    }

    private var tags: [String] {
        guard !policy.tags.isEmpty else { return ["None by rules."] }
        return policy.tags.flatMap { tag in
            ["\(tag.name): as long as there is \(tag.condition.words(policy))."] + actions(tag.actions)
        }
    }

    // MARK: - Tiers

    private var tiers: [String] {
        var lines: [String] = []
        for tier in policy.tiers {
            let title = titled(tier.name, tier.label)
            guard let entry = tier.entry else {
                lines.append("\(title): everybody, from the first event on.")
                lines += entitlements(of: tier)
                continue
            }
            lines.append("\(title): \(entry.words(policy)).")
            let eased = entry.eased(by: policy.downgrade.margin)
            if eased != entry { lines.append("  It is kept with \(eased.words(policy)).") }
            lines += entitlements(of: tier)
        }
        if policy.tiers.count > 1 {
            lines.append("Whoever meets the requirement of a higher tier rises to it at once.")
        }
        return lines
    }

    private func entitlements(of tier: Tier) -> [String] {
        (tier.benefits.isEmpty ? [] : ["  Benefits: \(tier.benefits.joined(separator: ", "))."]) + actions(tier.actions)
    }

    func actions(_ actions: [String]) -> [String] {
        actions.isEmpty ? [] : ["  Actions: \(actions.joined(separator: ", "))."]
    }

    private var losing: [String] {
        let rule = policy.downgrade
        var lines: [String] = []
        if let validity = policy.validity {
            lines.append("A tier above the lowest is given for \(validity.words).")
            lines.append("When the term ends and what keeps the tier is met, it is renewed for another term.")
        }
        lines.append(
            rule.timing == .endOfTerm
                ? "Until the term ends the tier is safe, whatever happens."
                : "What keeps the tier is looked at whenever it changes, also when only time passes.")
        let target = rule.mode == .oneStep ? "to the tier below" : "to the highest tier that is still kept"
        if rule.grace == .zero {
            lines.append("If it is not met the customer falls at once, \(target).")
        } else {
            lines.append(
                "If it is not met the customer has \(rule.grace.words) to meet it again; then falls \(target).")
        }
        if rule.minimumDwell != .zero {
            lines.append("Nobody falls within \(rule.minimumDwell.words) of getting a tier.")
        }
        lines.append(
            rule.withdrawsOnRefund
                ? "If an order is refunded or cancelled and the tier would not have been given without it, it is taken back at once, as a correction."
                : "A refunded or cancelled order is a loss as any other: grace and term hold.")
        lines.append("An event that comes late and would have kept a tier gives it back, as a correction.")
        return lines
    }

    private var profiles: [String] {
        guard let rule = policy.profiles else { return ["None."] }
        return [
            "A customer's whole portrait after a change, at most once in \(rule.throttle.words); what only browsing changed, after \(rule.browsingDelay.words); what silence alone changes, at the midnight behind it and not within \(rule.silence.words)."
        ]
    }

    private var notices: [String] {
        var lines: [String] = []
        if let rule = policy.notices.upgrade {
            lines.append(
                "With an order or feedback: when at most \(rule.within.percent) of the next tier's requirement is missing; at most once in \(rule.coolDown.words)."
            )
        }
        if let rule = policy.notices.expiry {
            lines.append(
                "\(rule.before.words.capitalizedFirst) before a tier is lost as things stand; once per term and at most once in \(rule.coolDown.words)."
            )
        }
        return lines.isEmpty ? ["Nothing."] : lines
    }
}

extension QualificationPeriod {
    var words: String {
        switch kind {
        case .month: "the calendar month"
        case .quarter: "the quarter of a year\(start)"
        case .year: "the year\(start)"
        case .anniversary: "the year from the day of the customer's first event, and each year after"
        }
    }

    private var start: String {
        let names = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November",
            "December",
        ]
        return
            " that begins with \(names.indices.contains(firstMonth - 1) ? names[firstMonth - 1] : "month \(firstMonth)")"
    }
}

extension ExchangeRate {
    /// Exactly: `0.92`.
    fileprivate var decimal: String {
        let (whole, rest) = billionths.quotientAndRemainder(dividingBy: 1_000_000_000)
        guard rest > 0 else { return "\(whole)" }
        var digits = String(rest)
        digits = String(repeating: "0", count: 9 - digits.count) + digits
        while digits.last == "0" { digits.removeLast() }
        return "\(whole).\(digits)"
    }
}
