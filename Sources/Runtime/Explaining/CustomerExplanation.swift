import Scoring

/// Where a customer stands, how it came to that, and what would change it next.
package struct CustomerExplanation {
    package let document: CustomerDocument
    package let timeline: CustomerTimeline
    /// What comes if nothing happens.
    package let silence: CustomerTimeline
    /// What was read of which partitions, where the history is that of topics.
    package var inputs: [InputStretch] = []
    private let policy: Policy

    init(
        _ document: CustomerDocument, _ policy: Policy, _ timeline: CustomerTimeline, _ silence: CustomerTimeline
    ) {
        self.document = document
        self.policy = policy
        self.timeline = timeline
        self.silence = silence
    }

    /// For people; without a line feed at the end.
    package var text: String {
        let utc = policy.calendar.zone == "UTC" ? "" : " (\(ZoneCalendar.utc.minute(document.asOf)) UTC)"
        let head =
            "\(document.customerId) at \(minute(document.asOf))\(utc), policy \(policy.name) v\(policy.version), "
            + "times in \(policy.calendar.zone)"
        let sections = [
            ("Standing", standing), ("Score \(document.score.brief)", score), ("Measures", measures),
            ("Churn risk", churn),
            ("What happened", timeline.entries.isEmpty ? ["  Nothing."] : timeline.lines(policy.calendar)),
            ("What an upgrade takes", upgrade), ("What silence brings", ahead),
        ]
        let bodies = (sections + (inputs.isEmpty ? [] : [("Read from", origin)]))
            .map { ([$0.0] + $0.1).joined(separator: "\n") }
        return ([head] + (gap.map { [$0] } ?? []) + bodies).joined(separator: "\n\n")
    }

    /// Said at the top, for nothing below may be taken for the whole truth.
    private var gap: String? {
        inputs.gap.map {
            "\($0), and nothing below knows of it. What the daemon itself holds is at /v1/customers/{id} and in "
                + "`tierd snapshot export`."
        }
    }

    private var origin: [String] {
        var columns = TextColumns()
        for input in inputs {
            let (from, to) = (input.stretch.from, input.stretch.to)
            columns.add("\(input.stretch.partition)", from < to ? "offsets \(from) to \(to - 1)" : "empty")
        }
        return columns.lines()
    }

    /// One line of JSON.
    package func json() throws -> JSONText {
        let document = try document.json()
        var json = JSONText()
        json.object { json in
            json.field("customer", json: document)
            json.array("timeline") { list in for entry in timeline.entries { list.element(json: entry.json) } }
            json.array("silence") { list in for entry in silence.entries { list.element(json: entry.json) } }
            if !inputs.isEmpty { write(inputs, &json) }
        }
        json.endLine()
        return json
    }

    private func write(_ inputs: [InputStretch], _ json: inout JSONText) {
        json.field("complete", !inputs.contains(where: \.isTrimmed))
        json.array("inputs") { list in
            for input in inputs {
                list.object { json in
                    json.field("topic", input.stretch.partition.topic)
                    json.field("partition", Int(input.stretch.partition.partition))
                    json.field("from", Int(input.stretch.from))
                    json.field("to", Int(input.stretch.to))
                }
            }
        }
    }

    private var standing: [String] {
        let standing = document.standing
        let label = policy.tiers.first { $0.name == standing.tier }?.label ?? Label()
        var columns = TextColumns()
        columns.add("tier", "\(titled(standing.tier, label)) since \(minute(standing.since))")
        columns.add("valid until", standing.validUntil.map(minute) ?? "no term")
        columns.add("grace", standing.graceEndsAt.map { "falls at \(minute($0)) unless it recovers" } ?? "none running")
        columns.add("first event", minute(document.firstSeen))
        columns.add("last order", document.lastOrderAt.map(minute) ?? "none")
        if !document.tags.isEmpty { columns.add("tags", document.tags.joined(separator: ", ")) }
        return columns.lines()
    }

    private var score: [String] {
        var columns = TextColumns()
        for term in document.terms {
            let value = term.value?.brief ?? "unknown"
            columns.add(term.name, "\(term.points.brief) of \(term.weight.brief)", "\(term.measure) \(value)")
        }
        return columns.lines()
    }

    private var measures: [String] {
        var columns = TextColumns()
        for measure in policy.measures {
            let value = document.measures[measure.name].flatMap { $0 }
            columns.add(measure.name, value?.brief ?? "unknown", measure.words(policy))
        }
        return columns.lines()
    }

    private var churn: [String] {
        guard let churn = document.churn else { return ["  Unknown before the first order."] }
        let label = policy.churn.levels.first { $0.name == churn.level }?.label ?? Label()
        let (drivers, next) = (churn.drivers, churn.nextOrder)
        var columns = TextColumns()
        columns.add("level", titled(churn.level, label))
        columns.add(
            "risk",
            "\(churn.risk.percent) of no order in \(churn.horizonDays.plain) days, confidence \(churn.confidence)")
        columns.add("P(alive)", churn.pAlive.percent)
        let parts =
            "habit \(drivers.habit.brief), silence \(drivers.silence.brief), adjustment \(drivers.adjustment.brief)"
        columns.add("log-odds", parts)
        columns.add(
            "next order",
            "\(next.expectedAt.map(day) ?? "never"), between \(next.earliest.map(day) ?? "never") and \(next.latest.map(day) ?? "never"), if not lost"
        )
        columns.add("expected", expected(churn))
        return columns.lines()
    }

    private func expected(_ churn: CustomerDocument.Churn) -> String {
        let orders = "\(churn.expectedOrders.brief) order days in \(churn.horizonDays.plain) days"
        let money = [("worth", churn.expectedValue), ("at risk", churn.valueAtRisk), ("lifetime", churn.lifetimeValue)]
        return
            ([orders]
            + money.compactMap { name, value in value.map { "\(name) \($0.brief) \(policy.currency.text)" } })
            .joined(separator: ", ")
    }

    private var upgrade: [String] {
        guard let held = policy.tiers.firstIndex(where: { $0.name == document.standing.tier }),
            held + 1 < policy.tiers.count
        else { return ["  Nothing: it is the highest tier."] }
        let next = policy.tiers[held + 1]
        var columns = TextColumns()
        for reason in document.reasons where reason.tier == next.name {
            let relation = reason.relation == "at_least" ? "at least" : "below"
            columns.add(
                reason.subject, "\(reason.value?.brief ?? "unknown"), asked \(relation) \(reason.threshold.brief)",
                reason.met ? "✓" : lacking(reason))
        }
        return ["  \(titled(next.name, next.label)): \(next.entry?.words(policy) ?? "")"]
            + columns.lines(indent: "    ")
    }

    private func lacking(_ reason: CustomerDocument.ReasonLine) -> String {
        guard let value = reason.value, reason.relation == "at_least" else { return "✗" }
        return "✗ lacks \((reason.threshold - value).brief)"
    }

    private var ahead: [String] {
        var lines: [String] = []
        if let deadline = document.nextDeadline {
            let kind = document.nextDeadlineKind.replacing("_", with: " ")
            lines.append("  The engine looks again at \(minute(deadline)): \(kind). What it then says, and after:")
        } else {
            lines.append("  The engine has nothing to look at again.")
        }
        let days = Int(CustomerReplay.foresight.days)
        return lines + (silence.entries.isEmpty ? ["  Nothing in \(days) days."] : silence.lines(policy.calendar))
    }

    private func minute(_ time: String) -> String { policy.calendar.minute(time) }
    private func day(_ time: String) -> String { String(minute(time).prefix(10)) }
}
