import Scoring

/// One thing that a policy says, under a path made of names, so that two policies can be compared fact by fact.
struct PolicyFact: Hashable {
    /// `tiers.gold.enter.score`
    var path: String
    /// As people read it.
    var text: String
    /// For what can rise and fall.
    var number: Double?
    var meaning = Meaning()

    /// What a change of it means.
    struct Meaning: Hashable {
        var rise = ""
        var fall = ""
        var change = ""
        var added = ""
        var removed = ""

        var ofAdding: String { added.isEmpty ? "not said before" : added }
        var ofRemoving: String { removed.isEmpty ? "not said any more" : removed }
    }

    static func number(_ path: String, _ number: Double, rise: String, fall: String) -> PolicyFact {
        PolicyFact(path: path, text: number.plain, number: number, meaning: Meaning(rise: rise, fall: fall))
    }

    static func percent(_ path: String, _ number: Double, rise: String, fall: String) -> PolicyFact {
        PolicyFact(path: path, text: number.percent, number: number, meaning: Meaning(rise: rise, fall: fall))
    }

    static func span(_ path: String, _ span: TimeSpan, rise: String, fall: String) -> PolicyFact {
        PolicyFact(
            path: path, text: span.words, number: Double(span.milliseconds), meaning: Meaning(rise: rise, fall: fall))
    }

    static func days(_ path: String, _ days: Double, rise: String, fall: String) -> PolicyFact {
        PolicyFact(path: path, text: "\(days.plain) days", number: days, meaning: Meaning(rise: rise, fall: fall))
    }

    static func text(_ path: String, _ text: String, _ change: String) -> PolicyFact {
        PolicyFact(path: path, text: text, meaning: Meaning(change: change))
    }

    func with(added: String, removed: String) -> PolicyFact {
        var fact = self
        fact.meaning.added = added
        fact.meaning.removed = removed
        return fact
    }
}

extension Policy {
    /// Everything that its hash covers and the zone's name, in the order of the policy file.
    var facts: [PolicyFact] {
        [
            .text("policy", name, "another policy by name"),
            .text("version", "\(version)", "outputs name the new version"),
        ] + calendarFacts + moneyFacts + termFacts + tierFacts + downgradeFacts + standingFacts + noticeFacts
            + changeActionFacts + churnFacts + levelFacts + valueFacts + profileFacts + pointsFacts + tagFacts
            + catchUpFacts
    }

    private var catchUpFacts: [PolicyFact] {
        [quietBeyond].compactMap { $0 }.map {
            PolicyFact.span(
                "catch_up.quiet_beyond", $0, rise: "more of the past is told while a shard catches up",
                fall: "less of the past is told while a shard catches up"
            ).with(
                added: "what lies further in the past moves customers and is not told",
                removed: "everything is told, however far in the past")
        }
    }

    private var calendarFacts: [PolicyFact] {
        let offsets = calendar.transitions.map { "\($0.from.milliseconds) \($0.offsetSeconds)\n" }.joined()
        return [
            .text("time_zone", calendar.zone, "only its offsets decide"),
            .text(
                "time_zone.offsets", "digest \(SHA256.hexDigest(of: offsets).prefix(12))",
                "days begin at other instants"),
        ]
    }

    private var moneyFacts: [PolicyFact] {
        let rates = exchangeRates.sorted { $0.key.text < $1.key.text }.map { code, rate in
            PolicyFact.number(
                "exchange_rates.\(code.text)", Double(rate.billionths) / 1e9, rise: "orders in \(code.text) count more",
                fall: "orders in \(code.text) count less"
            ).with(added: "orders in \(code.text) are taken", removed: "orders in \(code.text) are refused")
        }
        func kept(_ input: String, _ days: Int) -> PolicyFact {
            .days(
                "history.\(input)", Double(days), rise: "more history is kept; it fills as events come",
                fall: "less history is kept; events older than it are too late")
        }
        return [.text("currency", currency.text, "every amount is in another currency")] + rates + [
            .text("count_orders_from", "\(countFrom.name)", "orders count from another stage"),
            .span(
                "max_future_skew", maxFutureSkew, rise: "events further in the future are taken",
                fall: "events in the future are refused earlier"),
            kept("orders", history.orderDays), kept("browse", history.browseDays),
            kept("feedback", history.feedbackDays),
            .span(
                "spend_half_life", spendHalfLife, rise: "spend counts for longer", fall: "spend fades faster"),
        ]
    }

    private var termFacts: [PolicyFact] {
        terms.flatMap { term -> [PolicyFact] in
            let path = "score.terms.\(term.name)"
            let isPenalty = term.weight < 0
            let weight = PolicyFact.number(
                "\(path).weight", term.weight, rise: isPenalty ? "takes away fewer points" : "counts more",
                fall: isPenalty ? "takes away more points" : "counts less"
            ).with(added: "a new part of the score", removed: "no part of the score any more")
            return [
                .text("\(path).measure", measures[term.measure].name, "something else is counted"), weight,
            ] + term.curve.facts("\(path).curve") + [
                .number(
                    "\(path).when_unknown", term.whenUnknown, rise: "no evidence earns more",
                    fall: "no evidence earns less")
            ]
        } + [.text("score.terms", terms.map(\.name).joined(separator: ", "), "the order in outputs")]
    }
}

extension Curve {
    fileprivate func facts(_ path: String) -> [PolicyFact] {
        switch self {
        case .saturating(let halfAt):
            [
                .number(
                    "\(path).saturating.half_at", halfAt, rise: "the same earns fewer points",
                    fall: "the same earns more points")
            ]
        case .linear(let from, let to):
            [.text("\(path).linear", "[\(from.plain), \(to.plain)]", "points are earned otherwise")]
        case .points(let points):
            [
                .text(
                    "\(path).points",
                    "[" + points.map { "[\($0.x.plain), \($0.y.plain)]" }.joined(separator: ", ") + "]",
                    "points are earned otherwise")
            ]
        }
    }
}
