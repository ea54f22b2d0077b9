import Scoring

extension DecisionAudit {
    mutating func audit(_ change: TierChangeRecord) throws(DecisionRecordError) {
        audit(change.terms, score: change.score)
        var readings = RecordedReadings(policy, score: change.score)
        for term in change.terms { readings.add(term.measure, term.value) }
        readings.add(change.criteria)
        readings.add(change.progress?.unmet ?? [])
        guard let to = index(ofTier: change.to), let from = index(ofOptional: change.from) else { return }
        let judged = judged(change, from: from, to: to)
        audit(change.criteria, of: judged, readings)
        if let progress = change.progress { addMet(progress, &readings) }
        guard let bounds = bounds(of: change.pin) else { return }
        let outcome = outcome(of: change, from: from, to: to, judgedBy: judged, within: bounds, readings)
        add("tier", change.to, outcome.found, outcome.verdict)
        audit(change.progress, above: to, readings)
        try auditTerm(change, to: to)
        auditAdvice(change, from: from, to: to)
        for name in readings.contradictions { add(name, "two values", "one", false) }
    }

    /// Benefits and actions. Before records told benefits, a change told the actions of the tier it led to, whatever it was.
    private mutating func auditAdvice(_ change: TierChangeRecord, from: Int?, to: Int) {
        let tier = policy.tiers[to]
        guard let benefits = change.benefits, let direction = TierChange.Direction(rawValue: change.direction) else {
            return add(actions: change.actions, tier.actions)
        }
        add("benefits", Self.list(benefits), Self.list(tier.benefits), benefits == tier.benefits)
        add(actions: change.actions, policy.actions(of: direction, from: from, to: to))
    }

    /// Between which tiers a pin held the customer; nil for a name that the policy does not have.
    private mutating func bounds(of pin: PinRecord?) -> ClosedRange<Int>? {
        let all = 0...policy.tiers.count - 1
        guard let pin else { return all }
        guard let floor = index(ofOptional: pin.floor), let ceiling = index(ofOptional: pin.ceiling) else { return nil }
        let (lowest, highest) = (floor ?? all.lowerBound, ceiling ?? all.upperBound)
        add(
            "pin", pin.words, lowest <= highest ? "set by hand" : "no tier is within it",
            lowest <= highest ? .untold : .differs)
        return lowest...max(lowest, highest)
    }

    /// The outer nil is for a name that the policy does not have.
    private mutating func index(ofOptional name: String?) -> Int?? {
        guard let name else { return .some(nil) }
        return index(ofTier: name).map { .some($0) }
    }

    mutating func index(ofTier name: String) -> Int? {
        let index = policy.tiers.firstIndex { $0.name == name }
        if index == nil { add("tier", name, "the policy has no such tier", false) }
        return index
    }

    /// Each term's points from its value, and their sum.
    private mutating func audit(_ terms: [TierChangeRecord.TermRecord], score: Double) {
        var sum = 0.0
        for (index, term) in policy.terms.enumerated() {
            let measure = policy.measures[term.measure].name
            guard index < terms.count, terms[index].name == term.name, terms[index].measure == measure else {
                let said = index < terms.count ? "\(terms[index].name) (\(terms[index].measure))" : "nothing"
                add("term \(index + 1)", said, "\(term.name) (\(measure))", false)
                continue
            }
            let said = terms[index]
            let share = said.value.map { term.curve.value(at: $0) } ?? term.whenUnknown
            sum += term.weight * share
            let value = said.value.map { "\(measure) \($0.brief)" } ?? "\(measure) unknown"
            let isEqual = Self.isNear(said.points, term.weight * share) && Self.isNear(said.weight, term.weight)
            let (points, weight) =
                isEqual ? (said.points.brief, said.weight.brief) : (said.points.plain, said.weight.plain)
            add(
                term.name, "\(points) of \(weight)",
                "\((term.weight * share).brief) of \(term.weight.brief) for \(value)", isEqual)
        }
        for extra in terms.dropFirst(policy.terms.count) { add("term", extra.name, "nothing", false) }
        add("score", score, min(max(sum, 0), 100))
    }

    /// Whose requirement a change lists, and whether with the margin of those who hold the tier.
    private func judged(_ change: TierChangeRecord, from: Int?, to: Int) -> Condition? {
        let isLoss = change.direction == "downgrade"
        let entry = policy.tiers[isLoss ? from ?? to : to].entry
        let eased = entry?.eased(by: policy.downgrade.margin)
        if isLoss || change.reasons == ["term_renewed"] { return eased }
        // What gives the tier decided a correction, or what its holders keep: which of both it was, the record says.
        guard change.direction == "correction" || change.reasons == ["late_event"], let eased else { return entry }
        let isKept = zip(change.criteria, eased.comparisons).allSatisfy { $0.says($1, policy) }
        return isKept ? eased : entry
    }

    mutating func audit(_ criteria: [CriterionRecord], of condition: Condition?, _ readings: RecordedReadings) {
        let comparisons = condition?.comparisons ?? []
        if criteria.count != comparisons.count {
            add("criteria", "\(criteria.count)", "\(comparisons.count)", false)
        }
        for (criterion, comparison) in zip(criteria, comparisons) { add(criterion, comparison) }
    }

    private mutating func add(_ criterion: CriterionRecord, _ comparison: Comparison) {
        let name = comparison.subjectName(policy)
        let isMet = comparison.isMet(by: criterion.value ?? .nan)
        let relation = comparison.relation == .atLeast ? "at least" : "below"
        let asked = criterion.relation.replacing("_", with: " ")
        add(
            "needs \(name)",
            "\(asked) \(criterion.threshold.brief): \(criterion.value?.brief ?? "unknown") \(criterion.met ? "is" : "is not")",
            "\(relation) \(comparison.threshold.brief): \(isMet ? "is" : "is not")",
            criterion.says(comparison, policy) && criterion.met == isMet)
    }

    mutating func addMet(_ progress: ProgressRecord, _ readings: inout RecordedReadings) {
        guard let next = policy.tiers.first(where: { $0.name == progress.nextTier })?.entry else { return }
        readings.addMet(of: next, except: progress.unmet)
    }

    mutating func audit(_ progress: ProgressRecord?, above tier: Int, _ readings: RecordedReadings) {
        guard tier + 1 < policy.tiers.count, let entry = policy.tiers[tier + 1].entry else {
            return add("next tier", progress?.nextTier ?? "none", "none", progress == nil)
        }
        let name = policy.tiers[tier + 1].name
        guard let progress, progress.nextTier == name else {
            return add("next tier", progress?.nextTier ?? "none", name, false)
        }
        let unmet = entry.comparisons.filter { comparison in
            readings.value(of: comparison.subject).map { !comparison.isMet(by: $0) }
                ?? progress.unmet.contains { $0.says(comparison, policy) }
        }
        let isSame =
            unmet.count == progress.unmet.count
            && zip(progress.unmet, unmet).allSatisfy { $0.says($1, policy) && !$0.met }
        add(
            "lacking for \(name)", Self.list(progress.unmet.map { "\($0.subject) \($0.threshold.brief)" }),
            Self.list(unmet.map { "\($0.subjectName(policy)) \($0.threshold.brief)" }), isSame)
        if let fraction = readings.progress(entry) { add("progress to \(name)", progress.fraction, fraction) }
    }

    private mutating func auditTerm(_ change: TierChangeRecord, to: Int) throws(DecisionRecordError) {
        let start = try Self.time(change.effectiveAt)
        let end = policy.termEnd(ofTier: to, from: start)?.rfc3339
        // What only a pin gives has no term; whether it is only the pin the record does not say.
        let isPinned = change.pin != nil && change.validUntil == nil
        // These go on with a term that was given before.
        let goesOn =
            isPinned
            || !Set(change.reasons).isDisjoint(with: [
                "late_event", "order_withdrawn", "merged", "policy_changed", "pinned", "pin_ended",
            ])
        let verdict: Verdict = change.validUntil == end ? .agrees : goesOn ? .untold : .differs
        add("valid until", change.validUntil ?? "no term", end ?? "no term", verdict)
    }
}
