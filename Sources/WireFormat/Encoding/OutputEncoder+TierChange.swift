import Scoring

/// schemas/outputs/tier-change.schema.json
extension OutputEncoder {
    func write(_ change: TierChange, _ buffer: OutputBuffer, _ bytes: inout ContiguousArray<UInt8>) {
        let to = fragments.tiers[change.to]
        writeOpening(
            (change.customer, change.sequence), from: change.from.map { fragments.tiers[$0] }, to: to, buffer, &bytes)
        bytes.append(literal: ",\"direction\":\"")
        bytes.append(contentsOf: change.direction.rawValue.utf8)
        bytes.append(literal: "\",\"reasons\":[\"")
        bytes.append(contentsOf: change.reason.rawValue.utf8)
        bytes.append(literal: "\"]")
        writeEffectiveAt(change.effectiveAt, &bytes)
        bytes.append(literal: ",\"score\":")
        bytes.append(number: change.score)
        write(terms: buffer.terms[change.terms.range], &bytes)
        write(criteria: buffer.criteria[change.criteria.range], &bytes)
        bytes.append(literal: ",")
        write(change.cause, buffer, &bytes)
        writeProgress(change, &bytes)
        writeClosing(to, &bytes)
    }

    private func write(terms: ContiguousArray<TermEvidence>.SubSequence, _ bytes: inout ContiguousArray<UInt8>) {
        bytes.append(literal: ",\"terms\":[")
        for (index, term) in terms.enumerated() {
            if index > 0 { bytes.append(literal: ",") }
            let frame = fragments.terms[Int(term.term)]
            bytes.append(contentsOf: frame.opening)
            bytes.append(number: term.value)
            bytes.append(literal: ",\"points\":")
            bytes.append(number: term.points)
            bytes.append(contentsOf: frame.closing)
        }
        bytes.append(literal: "]")
    }

    private func write(criteria: ContiguousArray<CriterionEvidence>.SubSequence, _ bytes: inout ContiguousArray<UInt8>)
    {
        bytes.append(literal: ",\"criteria\":[")
        for (index, criterion) in criteria.enumerated() {
            if index > 0 { bytes.append(literal: ",") }
            write(criterion, &bytes)
        }
        bytes.append(literal: "]")
    }

    private func write(_ criterion: CriterionEvidence, _ bytes: inout ContiguousArray<UInt8>) {
        bytes.append(literal: "{\"subject\":")
        switch criterion.comparison.subject {
        case .score: bytes.append(literal: "\"score\"")
        case .measure(let index): bytes.append(contentsOf: fragments.measures[index])
        }
        bytes.append(literal: ",\"relation\":\"")
        bytes.append(contentsOf: criterion.comparison.relation.rawValue.utf8)
        bytes.append(literal: "\",\"threshold\":")
        bytes.append(number: criterion.comparison.threshold)
        bytes.append(literal: ",\"value\":")
        bytes.append(number: criterion.value)
        bytes.append(literal: criterion.isMet ? ",\"met\":true}" : ",\"met\":false}")
    }

    private func writeProgress(_ change: TierChange, _ bytes: inout ContiguousArray<UInt8>) {
        guard let next = change.nextTier else { return bytes.append(literal: ",\"progress\":null") }
        bytes.append(literal: ",\"progress\":{\"next_tier\":")
        bytes.append(contentsOf: fragments.tiers[next].name)
        bytes.append(literal: ",\"missing_score\":")
        bytes.append(number: change.missingScore ?? .nan)
        bytes.append(literal: "}")
    }
}
