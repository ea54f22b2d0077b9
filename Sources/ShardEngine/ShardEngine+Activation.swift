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
            translation.apply(to: store.slab[slot], store, isAlreadyMarked: isUnderWay)
        }
        retiering = Retiering(
            mode: activation.mode, end: UInt32(store.count), since: clock,
            keptUntil: min(clock + activation.keepsTierFor, .outOfRange))
    }

    /// Looks at no more than `limit` customers who may still be unsettled, and settles them: those who rise first.
    /// Returns how many it has looked at.
    @discardableResult
    package mutating func retier(atMost limit: Int, into outputs: inout OutputBuffer) -> Int {
        guard let clock else { return 0 }
        var looked = 0
        while looked < limit, let slot = retiering?.takeNext() {
            looked += 1
            let record = store.slab[slot]
            guard record.pointee.isUnsettled, record.pointee.hasEntered else { continue }
            if retiering?.pass == .upgrades, !rises(record, at: clock) { continue }
            retier(slot, at: clock, into: &outputs)
        }
        if retiering?.remaining == 0 { retiering = nil }
        return looked
    }

    private mutating func rises(_ record: CustomerStore.Record, at time: EventTime) -> Bool {
        evaluator.evaluate(record, store, at: time)
        return rules.ladder.qualified(evaluator.readings) > Int(record.pointee.tier)
    }

    /// Settles one customer under the new policy for the first time.
    mutating func retier(_ slot: UInt32, at time: EventTime, into outputs: inout OutputBuffer) {
        guard let mode = retiering?.mode, let keptUntil = retiering?.keptUntil else { return }
        aboutToChange(slot)
        let record = store.slab[slot]
        let said = outputs.outputs.count
        let (tierSequence, churnSequence) = (record.pointee.tierSequence, record.pointee.churnSequence)
        if record.pointee.isTierGone { leaveGoneTier(slot, record, at: time, into: &outputs) }
        if mode == .grandfathered { keepTier(record, until: keptUntil, at: time) }
        settle(slot, at: time, cause: .activation, lateBy: nil, ordersChanged: true, text: nil, into: &outputs)
        if mode == .silent {
            // What nobody hears of is not counted, so that the next change continues the sequence.
            outputs.outputs.removeSubrange(said...)
            record.pointee.tierSequence = tierSequence
            record.pointee.churnSequence = churnSequence
        } else {
            Self.blamePolicy(outputs: &outputs, from: said)
        }
    }

    /// Says that a customer stands on the tier below the one that is gone. `from` has no name any more.
    private mutating func leaveGoneTier(
        _ slot: UInt32, _ record: CustomerStore.Record, at time: EventTime, into outputs: inout OutputBuffer
    ) {
        evaluator.evaluate(record, store, at: time)
        let occasion = Occasion(slot: slot, time: time, cause: .activation, lateEvent: nil, text: nil)
        move(
            record, from: nil, to: Int(record.pointee.tier), .downgrade, .policyChanged, occasion, into: &outputs)
    }

    /// A fall that the switch would bring is put off; it is cancelled, as any other, if the customer recovers.
    private mutating func keepTier(_ record: CustomerStore.Record, until end: EventTime, at time: EventTime) {
        evaluator.evaluate(record, store, at: time)
        let held = Int(record.pointee.tier)
        guard rules.ladder.retained(upTo: held, evaluator.readings) < held else { return }
        let pending = record.pointee.graceEndsAt == .max ? 0 : record.pointee.graceEndsAt
        record.pointee.graceEndsAt = max(pending, end.milliseconds)
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
