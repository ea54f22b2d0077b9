import Scoring

extension Policy {
    var tierFacts: [PolicyFact] {
        [.text("tiers", tiers.map(\.name).joined(separator: ", "), "the ladder has other rungs, or another order")]
            + tiers.flatMap { tier -> [PolicyFact] in
                let path = "tiers.\(tier.name)"
                return (tier.entry.map { facts($0, "\(path).enter", isNegated: false) } ?? [])
                    + rungFacts(path, tier.label, tier.actions)
                    + listFacts("\(path).benefits", tier.benefits, "members are entitled to something else")
            }
    }

    func facts(_ condition: Condition, _ path: String, isNegated: Bool) -> [PolicyFact] {
        switch condition {
        case .comparison(let comparison): [fact(comparison, path, isNegated: isNegated)]
        case .all(let parts): facts(parts, "\(path).all", isNegated: isNegated)
        case .any(let parts): facts(parts, "\(path).any", isNegated: isNegated)
        case .not(let part): facts(part, "\(path).not", isNegated: !isNegated)
        }
    }

    private func facts(_ parts: [Condition], _ path: String, isNegated: Bool) -> [PolicyFact] {
        parts.enumerated().flatMap { facts($1, "\(path)[\($0)]", isNegated: isNegated) }
    }

    private func fact(_ comparison: Comparison, _ path: String, isNegated: Bool) -> PolicyFact {
        let risesHarder = (comparison.relation == .atLeast) != isNegated
        let name = comparison.subjectName(self)
        let place = comparison.subject == .score ? "\(path).score" : "\(path).\(name).\(comparison.relation.rawValue)"
        return PolicyFact.number(
            place, comparison.threshold,
            rise: risesHarder ? "harder to reach and to keep" : "easier to reach and to keep",
            fall: risesHarder ? "easier to reach and to keep" : "harder to reach and to keep"
        ).with(added: "a comparison more decides", removed: "a comparison less decides")
    }

    func rungFacts(_ path: String, _ label: Label, _ actions: [String]) -> [PolicyFact] {
        let labels = label.entries.map {
            PolicyFact.text("\(path).label.\($0.language)", $0.text, "people read another name")
        }
        let order = label.entries.map(\.language).joined(separator: ", ")
        return labels
            + (label.entries.count > 1 ? [.text("\(path).label", order, "the languages' order in outputs")] : [])
            + actionFacts("\(path).actions", actions)
    }

    func actionFacts(_ path: String, _ actions: [String]) -> [PolicyFact] {
        listFacts(path, actions, "other actions are recommended")
    }

    /// Nothing for an empty list, as files leave it out.
    private func listFacts(_ path: String, _ texts: [String], _ change: String) -> [PolicyFact] {
        texts.isEmpty ? [] : [.text(path, texts.joined(separator: ", "), change)]
    }

    var changeActionFacts: [PolicyFact] {
        ChangeActions.Kind.allCases.flatMap { actionFacts("change_actions.\($0.rawValue)", changeActions[$0]) }
    }

    var downgradeFacts: [PolicyFact] {
        let rule = downgrade
        return [
            .percent(
                "downgrade.margin", rule.margin, rise: "tiers are easier to keep", fall: "tiers are harder to keep"),
            .span(
                "downgrade.minimum_dwell", rule.minimumDwell, rise: "tiers are safe for longer",
                fall: "tiers are lost earlier"),
            .span("downgrade.grace", rule.grace, rise: "customers fall later", fall: "customers fall earlier"),
            .text(
                "downgrade.mode", rule.mode.rawValue,
                rule.mode == .oneStep
                    ? "customers fall one tier at a time" : "customers fall to the highest tier still kept"),
            .text(
                "downgrade.when", rule.timing.rawValue,
                rule.timing == .atOnce ? "tiers can be lost at any time" : "tiers are safe until their term ends"),
            .text(
                "downgrade.refunds", rule.withdrawsOnRefund ? "withdraw" : "as_any_loss",
                rule.withdrawsOnRefund ? "refunds take tiers back at once" : "refunds are a loss as any other"),
        ]
    }

    var standingFacts: [PolicyFact] {
        var facts: [PolicyFact] = []
        if let qualification {
            facts.append(
                .text("qualification.period", qualification.kind.rawValue, "what counts begins anew at other dates")
                    .with(added: "measures may count over a period", removed: "no measure counts over a period"))
            facts.append(
                .text(
                    "qualification.first_month", "\(qualification.firstMonth)", "what counts begins anew at other dates"
                ))
        }
        if let validity {
            facts.append(
                .number(
                    "validity.months", Double(validity.months), rise: "tiers are given for longer",
                    fall: "tiers end earlier"
                )
                .with(added: "tiers get a term", removed: "tiers have no term"))
            facts.append(.text("validity.until", validity.rounding.rawValue, "terms end at other dates"))
        }
        return facts
    }

    var noticeFacts: [PolicyFact] {
        var facts: [PolicyFact] = []
        func coolDown(_ path: String, _ span: TimeSpan) -> PolicyFact {
            .span(
                "\(path).cool_down", span, rise: "customers are told less often", fall: "customers are told more often")
        }
        if let rule = notices.upgrade {
            facts.append(
                .percent(
                    "notices.approaching_upgrade.within", rule.within, rise: "customers are told earlier",
                    fall: "customers are told later"
                ).with(added: "near upgrades are told", removed: "near upgrades are not told"))
            facts.append(coolDown("notices.approaching_upgrade", rule.coolDown))
        }
        if let rule = notices.expiry {
            facts.append(
                .span(
                    "notices.approaching_expiry.before", rule.before, rise: "customers are told earlier",
                    fall: "customers are told later"
                ).with(
                    added: "the loss of a tier is told beforehand", removed: "the loss of a tier is not told beforehand"
                ))
            facts.append(coolDown("notices.approaching_expiry", rule.coolDown))
        }
        return facts
    }
}
