import Scoring

extension ShardEngine {
    /// Decides anew where the customer stands at the occasion's time, says so in the outputs, and sets the next deadline.
    mutating func settle(_ occasion: Occasion, into outputs: inout OutputBuffer) {
        let record = store.slab[occasion.slot]
        let time = occasion.time
        let graceBefore = record.pointee.graceEndsAt
        let (hadEntered, changesBefore) = (record.pointee.hasEntered, outputs.changeCount)
        let (sinceBefore, endBefore) = (record.pointee.tierSince, record.pointee.validUntil)
        settleTier(occasion, record, into: &outputs)
        let score = evaluator.score
        if mindsChurn(occasion, record) {
            settleChurn(occasion, record, into: &outputs)
        }
        notify(occasion, record, graceBefore: graceBefore, into: &outputs)
        // What the rules do behind a pin may begin or end a term unheard.
        let isOtherTerm = record.pointee.tierSince != sinceBefore || record.pointee.validUntil != endBefore
        // Whoever has just come by browsing alone is told of once there is more to tell.
        let isChanged =
            occasion.isEvidence || occasion.pinChange != nil || occasion.attributesChanged
            || hadEntered && (outputs.changeCount > changesBefore || isOtherTerm)
        settlePortrait(occasion, record, isChanged: isChanged, into: &outputs)
        schedule(occasion.slot, record, at: time)
        foldDecision(occasion.slot, record, at: time, score)
    }

    /// The instant since when changes are told, milliseconds; `.min` where all are. Ticks are readings of the wall clock
    /// themselves.
    @inline(__always) private var toldSince: Int64 {
        guard rules.quietBeyond != .max, let present = present ?? clock else { return .min }
        return present.milliseconds - rules.quietBeyond
    }

    /// Whether what takes effect at `time` moves the state and is told to nobody.
    @inline(__always) func isUnheard(at time: EventTime) -> Bool { time.milliseconds < toldSince }

    /// When a notice that is due but lies too far in the past is looked at again: once the shard has caught up, it may still
    /// be true. `.max` without one.
    func unheardNoticeDue(_ due: Int64, at time: EventTime) -> Int64 {
        due <= time.milliseconds && isUnheard(at: time) ? toldSince : .max
    }

    /// Folds into the digest where the customer stands now and until when.
    @inline(__always) private mutating func foldDecision(
        _ slot: UInt32, _ record: CustomerStore.Record, at time: EventTime, _ score: Double
    ) {
        let standing =
            UInt64(record.pointee.validUntil) << 48 ^ UInt64(slot) << 16 | UInt64(record.pointee.tier) << 8
            | UInt64(record.pointee.churnLevel)
        let grace = UInt64(bitPattern: record.pointee.graceEndsAt)
        let deadline = UInt64(bitPattern: record.pointee.deadline)
        // The constants keep both factors away from 0, which would forget the other.
        let who = StableHash.mix(
            standing ^ 0xa076_1d64_78bd_642f, UInt64(bitPattern: time.milliseconds) ^ 0xe703_7ed1_a0b4_28db)
        let until = StableHash.mix(grace ^ 0x8ebc_6af0_9c88_c6e3, deadline ^ 0x5899_65cc_7537_4cc3)
        digest = StableHash.mix(digest ^ who ^ 0x1d8e_4e27_c47d_124f, until ^ score.bitPattern ^ 0xeb44_acca_b455_d165)
    }

    /// The cause with its event id copied from the input's text to the outputs'.
    @inline(__always) func copied(_ occasion: Occasion, into outputs: inout OutputBuffer) -> Cause {
        guard case .event(let source, let id) = occasion.cause, let text = occasion.text else { return occasion.cause }
        return .event(source, id: outputs.append(text: UnsafeRawBufferPointer(rebasing: text[id.range])))
    }

    @inline(__always) func appendTerms(to outputs: inout OutputBuffer) -> EvidenceSpan {
        let start = outputs.terms.count
        for index in rules.policy.terms.indices {
            let value = evaluator.values[rules.policy.terms[index].measure]
            outputs.terms.append(
                TermEvidence(term: Int32(index), value: value, points: evaluator.points[index]))
        }
        return EvidenceSpan(start..<outputs.terms.count)
    }

    @inline(__always) func appendCriteria(of tier: Int, forRetention: Bool, to outputs: inout OutputBuffer)
        -> EvidenceSpan
    {
        let start = outputs.criteria.count
        rules.ladder.forEachComparison(of: tier, forRetention: forRetention) { comparison in
            let value = evaluator.readings.value(of: comparison.subject)
            outputs.criteria.append(
                CriterionEvidence(comparison: comparison, value: value, isMet: comparison.isMet(by: value)))
        }
        return EvidenceSpan(start..<outputs.criteria.count)
    }
}

extension OutputBuffer {
    /// Everything that has changed, told or not.
    fileprivate var changeCount: Int { outputs.count + unheard.count }
}
