import Scoring

/// schemas/outputs/tier-change.schema.json
extension OutputWriter {
    /// Returns where the effective time stands.
    func write(
        _ change: TierChange, _ buffer: OutputBuffer, _ freshness: Freshness?, _ bytes: inout ByteWriter
    ) -> TextSpan {
        let time = writeDecision(change, buffer, &bytes)
        write(freshness, &bytes)
        writeClosing(of: change, &bytes)
        return time
    }

    /// All but how fresh it was, and what follows from the policy alone and closes the object.
    func writeDecision(_ change: TierChange, _ buffer: OutputBuffer, _ bytes: inout ByteWriter) -> TextSpan {
        let to = fragments.tiers[change.to]
        writeOpening(
            (change.customer, change.sequence), from: change.from.map { fragments.tiers[$0] }, to: to, buffer, &bytes)
        bytes.append(literal: ",\"direction\":\"")
        bytes.append(literal: change.direction.wireName)
        bytes.append(literal: "\",\"reasons\":[\"")
        bytes.append(literal: change.reason.wireName)
        bytes.append(literal: "\"]")
        let time = writeEffectiveAt(change.effectiveAt, &bytes)
        bytes.append(literal: ",\"score\":")
        bytes.append(number: change.score)
        write(terms: buffer.terms[change.terms.range], &bytes)
        write(criteria: buffer.criteria[change.criteria.range], as: ",\"criteria\":[", &bytes)
        bytes.append(literal: ",")
        write(change.cause, buffer, &bytes)
        write(instant: change.validUntil, as: ",\"valid_until\":", &bytes)
        write(change.progress, buffer, &bytes)
        if let pin = change.pin { write(pin, buffer, &bytes) }
        return time
    }

    private func write(_ pin: PinEvidence, _ buffer: OutputBuffer, _ bytes: inout ByteWriter) {
        bytes.append(literal: ",\"pin\":{\"floor\":")
        write(tier: pin.floor, &bytes)
        bytes.append(literal: ",\"ceiling\":")
        write(tier: pin.ceiling, &bytes)
        write(instant: pin.until, as: ",\"until\":", &bytes)
        bytes.append(literal: ",\"by\":")
        bytes.append(jsonString: pin.by, of: buffer.text)
        bytes.append(literal: ",\"reason\":")
        if let reason = pin.reason {
            bytes.append(jsonString: reason, of: buffer.text)
        } else {
            bytes.append(literal: "null")
        }
        bytes.append(literal: "}")
    }

    private func write(tier: Int?, _ bytes: inout ByteWriter) {
        guard let tier else { return bytes.append(literal: "null") }
        write(fragments.tiers[tier].name, &bytes)
    }

    private func write(terms: ContiguousArray<TermEvidence>.SubSequence, _ bytes: inout ByteWriter) {
        bytes.append(literal: ",\"terms\":[")
        for (index, term) in terms.enumerated() {
            if index > 0 { bytes.append(literal: ",") }
            let frame = fragments.terms[Int(term.term)]
            write(frame.opening, &bytes)
            bytes.append(number: term.value)
            bytes.append(literal: ",\"points\":")
            bytes.append(number: term.points)
            write(frame.closing, &bytes)
        }
        bytes.append(literal: "]")
    }

    func write(
        criteria: ContiguousArray<CriterionEvidence>.SubSequence, as opening: StaticString, _ bytes: inout ByteWriter
    ) {
        bytes.append(literal: opening)
        for (index, criterion) in criteria.enumerated() {
            if index > 0 { bytes.append(literal: ",") }
            write(criterion, &bytes)
        }
        bytes.append(literal: "]")
    }

    private func write(_ criterion: CriterionEvidence, _ bytes: inout ByteWriter) {
        bytes.append(literal: "{\"subject\":")
        switch criterion.comparison.subject {
        case .score: bytes.append(literal: "\"score\"")
        case .measure(let index): write(fragments.measures[index], &bytes)
        }
        switch criterion.comparison.relation {
        case .atLeast: bytes.append(literal: ",\"relation\":\"at_least\",\"threshold\":")
        case .below: bytes.append(literal: ",\"relation\":\"below\",\"threshold\":")
        }
        bytes.append(number: criterion.comparison.threshold)
        bytes.append(literal: ",\"value\":")
        bytes.append(number: criterion.value)
        bytes.append(literal: criterion.isMet ? ",\"met\":true}" : ",\"met\":false}")
    }

    func write(_ progress: Progress?, _ buffer: OutputBuffer, _ bytes: inout ByteWriter) {
        guard let progress else { return bytes.append(literal: ",\"progress\":null") }
        bytes.append(literal: ",\"progress\":{\"next_tier\":")
        write(fragments.tiers[progress.tier].name, &bytes)
        bytes.append(literal: ",\"fraction\":")
        bytes.append(number: progress.fraction)
        write(criteria: buffer.criteria[progress.unmet.range], as: ",\"unmet\":[", &bytes)
        bytes.append(literal: "}")
    }

    /// An instant, or null.
    func write(instant: EventTime?, as opening: StaticString, _ bytes: inout ByteWriter) {
        bytes.append(literal: opening)
        guard let instant else { return bytes.append(literal: "null") }
        bytes.append(literal: "\"")
        bytes.append(time: instant)
        bytes.append(literal: "\"")
    }
}

extension TierChange.Direction {
    /// The name on the wire.
    fileprivate var wireName: StaticString {
        switch self {
        case .entry: "entry"
        case .upgrade: "upgrade"
        case .downgrade: "downgrade"
        case .renewal: "renewal"
        case .correction: "correction"
        case .pin: "pin"
        }
    }
}

extension TierChange.Reason {
    /// The code on the wire.
    fileprivate var wireName: StaticString {
        switch self {
        case .firstSeen: "first_seen"
        case .requirementMet: "requirement_met"
        case .requirementLost: "requirement_lost"
        case .graceEnded: "grace_ended"
        case .termEnded: "term_ended"
        case .termRenewed: "term_renewed"
        case .orderWithdrawn: "order_withdrawn"
        case .lateEvent: "late_event"
        case .pinned: "pinned"
        case .pinEnded: "pin_ended"
        case .merged: "merged"
        case .policyChanged: "policy_changed"
        }
    }
}
