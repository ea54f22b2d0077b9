import Scoring

extension ShardEngine {
    /// Sets the deadline to the earliest instant at which the standing can change by itself.
    mutating func schedule(_ slot: UInt32, _ record: CustomerStore.Record, at time: EventTime) {
        let standing = store.standing(of: record)
        let watch = rules.ladder.watch(standing, rules.standing)
        let reach = rules.expiryEffects.reach(evaluator.readings)
        let mindsExpiry = rules.ladder.minds(rules.expiryEffects, reach, watch, evaluator.readings)
        var next = Wake(mindsExpiry ? evaluator.nextExpiry : .max, .windowExpiry)
        next.heed(standing.graceEndsAt, .graceEnd)
        next.heed(
            record.pointee.churnCrossing == .max ? .max : Int64(record.pointee.churnCrossing) * 1000, .churnCrossing)
        // The end of a term is decided as of the instant before, whatever else happens with it.
        if standing.validUntil > time.milliseconds, standing.validUntil <= next.time {
            next = Wake(standing.validUntil, .termEnd)
        }
        if let rule = rules.policy.notices.expiry, let due = expiryNoticeDue(rule, record) {
            next.heed(due > time.milliseconds ? due : unheardNoticeDue(due, at: time), .notice)
        }
        if record.pointee.owesPortrait { next.heed(portraitDue(record), .portrait) }
        if record.pointee.isPinned { next.heed(pinEnd(of: record), .pinEnd) }
        record.pointee.mindsExpiry = mindsExpiry
        // Whoever is woken for every expiry cannot be moved by one in the meantime.
        let unwatched = mindsExpiry ? ExpiryReach() : reach
        next.heed(decayDeadline(record, standing, watch, at: time, unwatched, before: next.time), .decay)
        record.pointee.deadlineKind = next.time == .max ? .none : next.kind
        if record.pointee.deadline == .max {
            wheel.reschedule(slot, record, at: next.time)
        } else {
            wheel.schedule(slot, record, at: next.time)
        }
    }

    /// The earliest instant so far, and what for.
    private struct Wake {
        var time: Int64
        var kind: DeadlineKind

        init(_ time: Int64, _ kind: DeadlineKind) {
            self.time = time
            self.kind = kind
        }

        mutating func heed(_ other: Int64, _ otherKind: DeadlineKind) {
            if other < time { (time, kind) = (other, otherKind) }
        }
    }

    /// When a measure that moves by itself can first change the decision.
    ///
    /// Speed limits give an instant before which nothing can happen. Far away, that instant is the deadline: most
    /// customers act again before it comes, and half of the distance is kept for what they do until then. Near by, the
    /// steps (Newton's, from the safe side) are taken at once until the crossing is met to the millisecond.
    private mutating func decayDeadline(
        _ record: CustomerStore.Record, _ standing: Standing, _ watch: TierLadder.Watch, at time: EventTime,
        _ reach: ExpiryReach, before other: Int64
    ) -> Int64 {
        let reserve = rules.setBrowseBudget(record, watch, reach, evaluator.readings)
        let step = rules.ladder.earliestCrossing(
            watch, reach, reserve: reserve, evaluator.scoreSpeedLimit(), evaluator.readings)
        guard step < Self.foresight else { return .max }
        if step >= Self.nearBy { return time.milliseconds + Int64(step) }
        record.pointee.browseBudget = 0
        return nearDeadline(record, standing, watch, at: time, reach, before: other)
    }

    private mutating func nearDeadline(
        _ record: CustomerStore.Record, _ standing: Standing, _ watch: TierLadder.Watch, at time: EventTime,
        _ startReach: ExpiryReach, before other: Int64
    ) -> Int64 {
        var reach = startReach
        var now = time.milliseconds
        for _ in 0..<Self.stepsAtOnce {
            let step = rules.ladder.earliestCrossing(
                watch, reach, reserve: 0, evaluator.scoreSpeedLimit(), evaluator.readings)
            guard step < Self.foresight else { return .max }
            let next = now + max(Int64(step), 1)
            guard next < other else { return .max }
            guard step < Self.nearBy else { return next }
            evaluator.evaluate(record, store, at: EventTime(milliseconds: next))
            if rules.wouldChange(standing, watch, evaluator.readings) { return next }
            now = next
            if record.pointee.mindsExpiry { continue }
            reach = rules.expiryEffects.reach(evaluator.readings)
            // Come so near that an expiry matters as well, the next wake-up may be its: settle there.
            if rules.ladder.minds(rules.expiryEffects, reach, watch, evaluator.readings) { return next }
        }
        return now
    }

    private static var stepsAtOnce: Int { 64 }
    /// Milliseconds: one hour.
    private static var nearBy: Double { 3_600_000 }
    /// Milliseconds: a century; what is further away is never.
    private static var foresight: Double { 3.2e12 }
}
