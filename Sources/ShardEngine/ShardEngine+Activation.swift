import Scoring

/// Changing the policy between two batches.
///
///     activate ──► everyone is unsettled ──► retier: portion after portion ──► everyone is settled
///                       │  ▲
///                       ▼  │ an event or a deadline settles its customer at once
///                    live batches
///
/// The activation itself passes over the records once, in memory order, and decides nothing. Decisions come in portions, so
/// that live events never wait for all of them.
extension ShardEngine {
    /// Makes `policy` decide from now on. `time`, for an idle shard, moves the clock first.
    ///
    /// No capture may be running: the pass would have to copy every customer first.
    package mutating func activate(_ policy: Policy, _ activation: Activation, at time: EventTime? = nil) {
        precondition(!isCapturing, "a capture is ended before the policy changes")
        if let time { advance(to: time) }
        let translation = PolicyTranslation(from: rules.policy, to: policy)
        adopt(Rules(policy))
        digest = StableHash.mix(digest ^ 0x2d35_8dcc_aa6c_78a5, StableHash.of(policy.hash))
        guard let clock, store.count > 0 else { return }
        let isUnderWay = retiering != nil
        for slot in 0..<UInt32(store.count) {
            translation.apply(
                to: store.slab[slot], &store, isAlreadyMarked: isUnderWay, at: clock.milliseconds, rules.standing)
        }
        retiering = Retiering(
            mode: activation.mode, end: UInt32(store.count), since: clock,
            keptUntil: min(clock + activation.keepsTierFor, .outOfRange))
    }

    /// Looks at no more than `limit` customers who may still be unsettled, and settles them: those who rise first.
    /// `wallClock` is the journalled reading, as of a batch. Returns how many it has looked at.
    @discardableResult
    package mutating func retier(atMost limit: Int, wallClock: EventTime, into outputs: inout OutputBuffer) -> Int {
        guard let clock else { return 0 }
        present = wallClock
        defer { present = nil }
        var looked = 0
        while looked < limit, let slot = retiering?.takeNext() {
            looked += 1
            let record = store.slab[slot]
            guard record.pointee.isUnsettled, record.pointee.hasEntered else { continue }
            if retiering?.pass == .upgrades, !rises(record, at: clock) { continue }
            // A wave of deadlines may not have come to this customer yet.
            while record.pointee.deadline <= clock.milliseconds { fire(slot, into: &outputs) }
            if record.pointee.isUnsettled { retier(slot, at: clock, into: &outputs) }
        }
        if retiering?.remaining == 0 { retiering = nil }
        return looked
    }

    private mutating func rises(_ record: CustomerStore.Record, at time: EventTime) -> Bool {
        evaluator.evaluate(record, store, at: time)
        return rules.ladder.qualified(evaluator.readings) > Int(record.pointee.tier)
    }

    /// Settles one customer under the new policy for the first time. In silence nothing of that is heard, nor the notice
    /// of a grace period which begins with it and is shorter than the time to tell.
    mutating func retier(_ slot: UInt32, at time: EventTime, into outputs: inout OutputBuffer) {
        guard let sweep = retiering else { return }
        aboutToChange(slot)
        let record = store.slab[slot]
        let (said, before) = (outputs.outputs.count, record.pointee)
        var occasion = Occasion(slot: slot, time: time, cause: .activation, pinChange: endVanishedPin(record))
        occasion.ordersChanged = true
        if record.pointee.isTierGone { leaveGoneTier(occasion, record, into: &outputs) }
        adaptTerm(record, at: time)
        if sweep.mode == .grandfathered { keepTier(record, until: sweep.keptUntil, at: time) }
        settle(occasion, into: &outputs)
        if sweep.mode == .silent {
            outputs.outputs.removeSubrange(said...)
            // What nobody hears of is not counted, so that the next change continues the sequence.
            record.pointee.forgetSaying(before)
        } else {
            Self.blamePolicy(outputs: &outputs, from: said)
        }
    }

    /// Says that a customer stands on the tier below the one that is gone. `from` has no name any more.
    private mutating func leaveGoneTier(
        _ occasion: Occasion, _ record: CustomerStore.Record, into outputs: inout OutputBuffer
    ) {
        evaluator.evaluate(record, store, at: occasion.time)
        var standing = store.standing(of: record)
        standing.replaceTier(at: occasion.time.milliseconds, rules.standing)
        store.setStanding(standing, of: record)
        let move = Standing.Move(from: nil, to: standing.current.tier, direction: .downgrade, reason: .policyChanged)
        say(move, standing, occasion, record, into: &outputs)
    }

    /// A term that was given is kept. Where tiers had none and have one now, it begins with the change; where they have none
    /// any more, it is over.
    private mutating func adaptTerm(_ record: CustomerStore.Record, at time: EventTime) {
        var standing = store.standing(of: record)
        if !rules.standing.hasTerms || standing.tier == 0 {
            standing.validUntil = .max
        } else if standing.validUntil == .max {
            standing.validUntil = rules.standing.validUntil(standing.tier, from: time.milliseconds)
        }
        store.setStanding(standing, of: record)
    }

    /// A fall that the switch would bring is put off; it is cancelled, as any other, if the customer recovers. A term goes on
    /// at least as long.
    private mutating func keepTier(_ record: CustomerStore.Record, until end: EventTime, at time: EventTime) {
        evaluator.evaluate(record, store, at: time)
        var standing = store.standing(of: record)
        // To the next second: terms are kept in whole ones.
        if standing.validUntil != .max {
            standing.validUntil = max(standing.validUntil, (end.milliseconds + 999) / 1000 * 1000)
        }
        if rules.ladder.retained(upTo: standing.tier, evaluator.readings) < standing.tier {
            let pending = standing.graceEndsAt == .max ? 0 : standing.graceEndsAt
            standing.graceEndsAt = max(pending, end.milliseconds)
        }
        store.setStanding(standing, of: record)
    }

    /// The requirement was met or lost because it is another one now.
    private static func blamePolicy(outputs: inout OutputBuffer, from first: Int) {
        for index in first..<outputs.outputs.count {
            guard case .tierChange(var change) = outputs.outputs[index] else { continue }
            if change.reason == .requirementMet || change.reason == .requirementLost { change.reason = .policyChanged }
            outputs.outputs[index] = .tierChange(change)
        }
    }
}

extension CustomerRecord {
    /// Numbers, notices and portraits as they were before something that nobody hears of.
    fileprivate mutating func forgetSaying(_ before: CustomerRecord) {
        tierSequence = before.tierSequence
        churnSequence = before.churnSequence
        upgradeNoticeAt = before.upgradeNoticeAt
        expiryNoticeAt = before.expiryNoticeAt
        portraitAt = before.portraitAt
    }
}
