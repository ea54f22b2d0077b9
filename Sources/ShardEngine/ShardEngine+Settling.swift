import Scoring

/// Everything that one settling of a customer needs to know.
struct Occasion {
    var slot: UInt32
    var time: EventTime
    var cause: Cause
    /// Event time of the event that arrived late; nil for events in time and for deadlines.
    var lateEvent: EventTime?
    /// The buffer that the cause's event id points into; nil for deadlines.
    var text: UnsafeRawBufferPointer?
}

extension ShardEngine {
    /// Decides anew where the customer stands at `time`, says so in the outputs, and sets the next deadline.
    mutating func settle(
        _ slot: UInt32, at time: EventTime, cause: Cause, lateBy lateEvent: EventTime?, ordersChanged: Bool,
        text: UnsafeRawBufferPointer?, into outputs: inout OutputBuffer
    ) {
        let record = store.slab[slot]
        let occasion = Occasion(slot: slot, time: time, cause: cause, lateEvent: lateEvent, text: text)
        evaluator.evaluate(record, store, at: time)
        let score = evaluator.score
        settleTier(occasion, record, into: &outputs)
        if ordersChanged || Int64(record.pointee.churnCrossing) * 1000 <= time.milliseconds {
            settleChurn(occasion, record, into: &outputs)
        }
        schedule(slot, record, at: time)
        foldDecision(slot, record, at: time, score)
    }

    /// Folds into the digest where the customer stands now and until when.
    @inline(__always) private mutating func foldDecision(
        _ slot: UInt32, _ record: CustomerStore.Record, at time: EventTime, _ score: Double
    ) {
        let standing = UInt64(slot) << 16 | UInt64(record.pointee.tier) << 8 | UInt64(record.pointee.churnLevel)
        let grace = UInt64(bitPattern: record.pointee.graceEndsAt)
        let deadline = UInt64(bitPattern: record.pointee.deadline)
        // The constants keep both factors away from 0, which would forget the other.
        let who = StableHash.mix(
            standing ^ 0xa076_1d64_78bd_642f, UInt64(bitPattern: time.milliseconds) ^ 0xe703_7ed1_a0b4_28db)
        let until = StableHash.mix(grace ^ 0x8ebc_6af0_9c88_c6e3, deadline ^ 0x5899_65cc_7537_4cc3)
        digest = StableHash.mix(digest ^ who ^ 0x1d8e_4e27_c47d_124f, until ^ score.bitPattern ^ 0xeb44_acca_b455_d165)
    }

    private mutating func settleTier(
        _ occasion: Occasion, _ record: CustomerStore.Record, into outputs: inout OutputBuffer
    ) {
        let qualified = rules.ladder.qualified(evaluator.readings)
        if !record.pointee.hasEntered {
            record.pointee.hasEntered = true
            move(record, from: nil, to: qualified, .entry, .firstSeen, occasion, into: &outputs)
            return
        }
        let held = Int(record.pointee.tier)
        if qualified > held {
            let isCorrection = occasion.lateEvent.map { $0.milliseconds < record.pointee.tierSince } ?? false
            move(
                record, from: held, to: qualified, isCorrection ? .correction : .upgrade, .requirementMet, occasion,
                into: &outputs)
            return
        }
        fallIfDue(occasion, record, into: &outputs)
    }

    /// Works the downgrade rule: starts, ends or cancels the grace period, and falls at its end.
    private mutating func fallIfDue(
        _ occasion: Occasion, _ record: CustomerStore.Record, into outputs: inout OutputBuffer
    ) {
        while true {
            let held = Int(record.pointee.tier)
            let retained = rules.ladder.retained(upTo: held, evaluator.readings)
            guard retained < held else {
                record.pointee.graceEndsAt = .max
                return
            }
            let hadGrace = record.pointee.graceEndsAt != .max
            if !hadGrace { record.pointee.graceEndsAt = graceEnd(from: occasion.time, record) }
            guard record.pointee.graceEndsAt <= occasion.time.milliseconds else { return }
            let target = rules.ladder.rule.mode == .oneStep ? held - 1 : retained
            let reason: TierChange.Reason = hadGrace ? .graceEnded : .requirementLost
            move(record, from: held, to: target, .downgrade, reason, occasion, into: &outputs)
        }
    }

    private func graceEnd(from time: EventTime, _ record: CustomerStore.Record) -> Int64 {
        let grace = time + rules.ladder.rule.grace
        let dwell = EventTime(milliseconds: record.pointee.tierSince) + rules.ladder.rule.minimumDwell
        return max(grace, dwell).milliseconds
    }

    mutating func move(
        _ record: CustomerStore.Record, from: Int?, to: Int, _ direction: TierChange.Direction,
        _ reason: TierChange.Reason, _ occasion: Occasion, into outputs: inout OutputBuffer
    ) {
        record.pointee.tier = UInt8(to)
        record.pointee.tierSince = occasion.time.milliseconds
        record.pointee.graceEndsAt = .max
        record.pointee.tierSequence &+= 1
        let losing = direction == .downgrade ? from : nil
        let next = to + 1 < rules.policy.tiers.count ? to + 1 : nil
        let missing = next.flatMap { rules.ladder.entryScore(of: $0) }.map { max(0, $0 - evaluator.score) }
        outputs.outputs.append(
            .tierChange(
                TierChange(
                    customer: outputs.append(text: store.id(of: record)), from: from, to: to, direction: direction,
                    reason: reason, cause: copied(occasion, into: &outputs), effectiveAt: occasion.time,
                    sequence: record.pointee.tierSequence, score: evaluator.score, terms: appendTerms(to: &outputs),
                    criteria: appendCriteria(of: losing ?? to, forRetention: losing != nil, to: &outputs),
                    nextTier: next, missingScore: missing)))
    }

    /// The cause with its event id copied from the input's text to the outputs'.
    private func copied(_ occasion: Occasion, into outputs: inout OutputBuffer) -> Cause {
        guard case .event(let source, let id) = occasion.cause, let text = occasion.text else { return occasion.cause }
        return .event(source, id: outputs.append(text: UnsafeRawBufferPointer(rebasing: text[id.range])))
    }

    private func appendTerms(to outputs: inout OutputBuffer) -> EvidenceSpan {
        let start = outputs.terms.count
        for index in rules.policy.terms.indices {
            let value = evaluator.values[rules.policy.terms[index].measure]
            outputs.terms.append(
                TermEvidence(term: Int32(index), value: value, points: evaluator.points[index]))
        }
        return EvidenceSpan(start..<outputs.terms.count)
    }

    private func appendCriteria(of tier: Int, forRetention: Bool, to outputs: inout OutputBuffer) -> EvidenceSpan {
        let start = outputs.criteria.count
        rules.ladder.forEachComparison(of: tier, forRetention: forRetention) { comparison in
            let value = evaluator.readings.value(of: comparison.subject)
            outputs.criteria.append(
                CriterionEvidence(comparison: comparison, value: value, isMet: comparison.isMet(by: value)))
        }
        return EvidenceSpan(start..<outputs.criteria.count)
    }

    /// Computes the churn risk, moves the level if it must, and foresees the next rise: after an order by a safe bound,
    /// for most customers order again before it, and exactly when that bound has come.
    private mutating func settleChurn(
        _ occasion: Occasion, _ record: CustomerStore.Record, into outputs: inout OutputBuffer
    ) {
        let days = store.purchaseDays(of: record, rules.policy.calendar)
        guard let history = days.history(at: occasion.time, rules.policy.calendar) else {
            record.pointee.churnLevel = CustomerRecord.noChurnLevel
            record.pointee.churnCrossing = .max
            return
        }
        let rule = rules.churnScale.rule
        let risk = rule.model.probabilityOfNoPurchase(history, horizon: rule.horizonDays)
        let held = record.pointee.churnLevel == CustomerRecord.noChurnLevel ? nil : Int(record.pointee.churnLevel)
        let level = rules.churnScale.level(for: risk, held: held)
        if held != level { report(level, from: held, risk, history, occasion, record, into: &outputs) }
        let birth = rules.policy.calendar.start(of: DayIndex(days.first))
        let isWakeUp = Int64(record.pointee.churnCrossing) * 1000 <= occasion.time.milliseconds
        let next =
            isWakeUp
            ? rules.churnScale.nextRise(above: level, history, birth: birth)
            : rules.churnScale.noRiseBefore(above: level, risk, history, at: occasion.time)
        let soonest = UInt32(truncatingIfNeeded: occasion.time.milliseconds / 1000 + 1)
        record.pointee.churnCrossing = next.map { max($0, soonest) } ?? .max
    }

    private mutating func report(
        _ level: Int, from held: Int?, _ risk: Double, _ history: PurchaseHistory, _ occasion: Occasion,
        _ record: CustomerStore.Record, into outputs: inout OutputBuffer
    ) {
        record.pointee.churnLevel = UInt8(level)
        record.pointee.churnSequence &+= 1
        let rule = rules.churnScale.rule
        let silence = Double(occasion.time.milliseconds - store.lastOrderAt(of: record)) / TimeSpan.millisecondsPerDay
        outputs.outputs.append(
            .churnRisk(
                ChurnRiskChange(
                    customer: outputs.append(text: store.id(of: record)), from: held, to: level,
                    cause: copied(occasion, into: &outputs), effectiveAt: occasion.time,
                    sequence: record.pointee.churnSequence, probability: risk,
                    pAlive: rule.model.pAlive(history), history: history, daysSinceLastOrder: max(0, silence))))
    }

    /// Sets the deadline to the earliest instant at which the standing can change by itself.
    private mutating func schedule(_ slot: UInt32, _ record: CustomerStore.Record, at time: EventTime) {
        let reach = rules.expiryEffects.reach(evaluator.readings)
        let mindsExpiry = rules.ladder.minds(
            rules.expiryEffects, reach, holding: Int(record.pointee.tier), evaluator.readings)
        var deadline = mindsExpiry ? evaluator.nextExpiry : Int64.max
        var kind = DeadlineKind.windowExpiry
        if record.pointee.graceEndsAt < deadline { (deadline, kind) = (record.pointee.graceEndsAt, .graceEnd) }
        let crossing = record.pointee.churnCrossing == .max ? Int64.max : Int64(record.pointee.churnCrossing) * 1000
        if crossing < deadline { (deadline, kind) = (crossing, .churnCrossing) }
        record.pointee.mindsExpiry = mindsExpiry
        // Whoever is woken for every expiry cannot be moved by one in the meantime.
        let unwatched = mindsExpiry ? ExpiryReach() : reach
        let decay = decayDeadline(record, at: time, unwatched, before: deadline)
        if decay < deadline { (deadline, kind) = (decay, .decay) }
        record.pointee.deadlineKind = deadline == .max ? .none : kind
        if record.pointee.deadline == .max {
            wheel.reschedule(slot, record, at: deadline)
        } else {
            wheel.schedule(slot, record, at: deadline)
        }
    }

    /// When a measure that moves by itself can first change the decision.
    ///
    /// Speed limits give an instant before which nothing can happen. Far away, that instant is the deadline: most
    /// customers act again before it comes, and half of the distance is kept for what they do until then. Near by, the
    /// steps (Newton's, from the safe side) are taken at once until the crossing is met to the millisecond.
    private mutating func decayDeadline(
        _ record: CustomerStore.Record, at time: EventTime, _ reach: ExpiryReach, before other: Int64
    ) -> Int64 {
        let reserve = rules.setBrowseBudget(record, reach, evaluator.readings)
        let step = rules.ladder.earliestCrossing(
            from: Int(record.pointee.tier), reach, reserve: reserve, evaluator.scoreSpeedLimit(), evaluator.readings)
        guard step < Self.foresight else { return .max }
        if step >= Self.nearBy { return time.milliseconds + Int64(step) }
        record.pointee.browseBudget = 0
        return nearDeadline(record, at: time, reach, before: other)
    }

    private mutating func nearDeadline(
        _ record: CustomerStore.Record, at time: EventTime, _ startReach: ExpiryReach, before other: Int64
    ) -> Int64 {
        var reach = startReach
        var now = time.milliseconds
        let tier = Int(record.pointee.tier)
        for _ in 0..<Self.stepsAtOnce {
            let step = rules.ladder.earliestCrossing(
                from: tier, reach, reserve: 0, evaluator.scoreSpeedLimit(), evaluator.readings)
            guard step < Self.foresight else { return .max }
            let next = now + max(Int64(step), 1)
            guard next < other else { return .max }
            guard step < Self.nearBy else { return next }
            evaluator.evaluate(record, store, at: EventTime(milliseconds: next))
            if rules.wouldChange(record, evaluator.readings) { return next }
            now = next
            if record.pointee.mindsExpiry { continue }
            reach = rules.expiryEffects.reach(evaluator.readings)
            // Come so near that an expiry matters as well, the next wake-up may be its: settle there.
            if rules.ladder.minds(rules.expiryEffects, reach, holding: tier, evaluator.readings) { return next }
        }
        return now
    }

    private static var stepsAtOnce: Int { 64 }
    /// Milliseconds: one hour.
    private static var nearBy: Double { 3_600_000 }
    /// Milliseconds: a century; what is further away is never.
    private static var foresight: Double { 3.2e12 }
}
