import Scoring

/// A valid policy on one screen, with what its author should know of it.
package struct PolicySummary {
    private let policy: Policy
    private let path: String
    package let findings: [PolicyFinding]

    /// `path` is where it was read.
    package init(_ policy: Policy, path: String) {
        self.policy = policy
        self.path = path
        findings = PolicyReview(policy).findings
    }

    package var hasWarnings: Bool { findings.contains { $0.severity == .warning } }

    /// For people; without a line feed at the end.
    package var text: String {
        var columns = TextColumns()
        columns.add("hash", policy.hash)
        columns.add("orders", orders)
        columns.add("score", policy.terms.map { "\($0.name) \($0.weight.plain)" }.joined(separator: ", "))
        columns.add("measures", policy.measures.map(\.name).joined(separator: ", "))
        let history = policy.history
        columns.add(
            "keeps", "orders \(history.orderDays)d, browse \(history.browseDays)d, feedback \(history.feedbackDays)d")
        columns.add("", "")
        for (index, tier) in policy.tiers.enumerated() {
            columns.add(
                index == 0 ? "tiers" : "",
                titled(tier.name, tier.label) + (tier.entry.map { ": " + $0.words(policy) } ?? ""))
        }
        columns.add("falling", falling)
        if let term { columns.add("term", term) }
        columns.add("notices", notices)
        columns.add("", "")
        for (index, level) in policy.churn.levels.enumerated() {
            let from = index == 0 ? "" : ": risk of at least \(level.from.plain)"
            columns.add(index == 0 ? "churn" : "", titled(level.name, level.label) + from)
        }
        columns.add("model", model)
        if let profiles = policy.profiles {
            columns.add("profiles", "at most one in \(profiles.throttle.words) a customer")
        }
        if let points = policy.points {
            let inactivity = points.expiresWhenInactiveDays.map {
                "; \(policy.tiers[0].name)'s until \($0)d without an order"
            }
            columns.add(
                "points",
                "\((Double(points.perUnit) / 1_000).plain) a unit, for \(points.expiresAfterDays)d" + (inactivity ?? "")
            )
        }
        if !policy.tags.isEmpty { columns.add("tags", policy.tags.map(\.name).joined(separator: ", ")) }
        let lines = ["✓ \(policy.name) v\(policy.version)  \(path)"] + columns.lines()
        return (lines + findings.map(Self.line)).joined(separator: "\n")
    }

    private static func line(_ finding: PolicyFinding) -> String {
        (finding.severity == .warning ? "! warning: " : "· note: ") + "\(finding.path): \(finding.message)"
    }

    private var orders: String {
        let others = policy.exchangeRates.keys.map(\.text).sorted()
        let rates = others.isEmpty ? "" : ", and \(others.joined(separator: ", ")) at fixed rates"
        return
            "count once \(policy.countFrom.name), in \(policy.currency.text)\(rates); days of \(policy.calendar.zone)"
    }

    private var falling: String {
        let rule = policy.downgrade
        let timing = rule.timing == .atOnce ? "looked at whenever it changes" : "looked at when the term ends"
        let mode = rule.mode == .oneStep ? "one tier at a time" : "to the highest tier kept"
        return "\(timing), margin \(rule.margin.percent), grace \(rule.grace.words), \(mode)"
    }

    private var term: String? {
        let period = policy.qualification.map { "qualification by \($0.kind.rawValue.replacing("_", with: " "))" }
        let parts = [policy.validity.map { "a tier is given for \($0.words)" }, period].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    private var notices: String {
        let upgrade = policy.notices.upgrade.map { "near an upgrade (within \($0.within.percent))" }
        let expiry = policy.notices.expiry.map { "\($0.before.words) before a tier is lost" }
        let parts = [upgrade, expiry].compactMap { $0 }
        return parts.isEmpty ? "none" : parts.joined(separator: ", ")
    }

    private var model: String {
        let rule = policy.churn
        return
            "\(rule.model.kind.rawValue), score \(rule.scoring.score.name), \(rule.horizonDays.plain) days ahead, parameters "
            + (rule.isCalibrated ? "of its own" : "of another shop")
            + (policy.value == nil ? "; no value of customers" : "; value over \(policy.value?.months ?? 0) months")
    }

    /// One line of JSON.
    package var json: JSONText {
        var json = JSONText()
        json.object { json in
            json.field("file", path)
            json.field("policy", policy.name)
            json.field("version", policy.version)
            json.field("hash", policy.hash)
            json.array("terms") { list in
                for term in policy.terms {
                    list.object { object in
                        object.field("name", term.name)
                        object.field("measure", policy.measures[term.measure].name)
                        object.field("weight", term.weight)
                    }
                }
            }
            json.array("tiers") { list in for tier in policy.tiers { write(tier, &list) } }
            json.array("findings") { list in
                for finding in findings {
                    list.object { object in
                        object.field("severity", finding.severity.rawValue)
                        object.field("path", finding.path)
                        object.field("message", finding.message)
                    }
                }
            }
        }
        json.endLine()
        return json
    }

    private func write(_ tier: Tier, _ list: inout JSONText) {
        list.object { object in
            object.field("name", tier.name)
            object.array("labels") { labels in
                for entry in tier.label.entries {
                    labels.object { label in
                        label.field("language", entry.language)
                        label.field("text", entry.text)
                    }
                }
            }
            object.field("enter", tier.entry?.words(policy))
        }
    }
}
