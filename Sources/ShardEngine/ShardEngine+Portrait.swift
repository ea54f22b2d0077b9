import Scoring

/// What the throttle of profiles needs, in milliseconds: trivial, for every event reads it.
struct PortraitTimes {
    let throttle: Int64
    let browsingDelay: Int64
    /// `.max` where profiles never wait for the shard to catch up.
    let catchUp: Int64

    /// What is not told is not shown either: profiles wait at least until changes are told.
    init(_ rule: ProfileRule, quietBeyond: TimeSpan?) {
        throttle = max(rule.throttle.milliseconds, 1_000)
        browsingDelay = rule.browsingDelay.milliseconds
        catchUp = min(rule.catchUp?.milliseconds ?? .max, quietBeyond?.milliseconds ?? .max)
    }
}

/// When profiles come out.
///
///     never told ──event──► due at an instant ──it comes──► published, due when silence next changes it
///                             ▲         ▲                     │                      │
///                             │         └─────────────────────┘                      ▼ nothing left to change
///                             └──────── an event or a change of standing ─────── not due
///
/// Events bring the instant forward. At most one per customer and `throttle` of event time, and the last state always: what is
/// due is a deadline. While the shard is further behind the wall clock than `catch_up`, as in a back-fill, it waits for the
/// instant at which it is not: then every customer has one profile, the reconciling one, instead of a history of them.
extension ShardEngine {
    /// The instant before which no profile comes out, milliseconds. Ticks are readings of the wall clock themselves.
    @inline(__always) private func profilesHeldUntil(_ times: PortraitTimes) -> Int64 {
        guard times.catchUp != .max, let present = present ?? clock else { return .min }
        return present.milliseconds - times.catchUp
    }

    /// The next profile's earliest instant, milliseconds.
    @inline(__always) private func earliestPortrait(_ record: CustomerStore.Record, _ times: PortraitTimes) -> Int64 {
        let throttled = Int64(record.pointee.portraitAt) * 1000 + times.throttle
        return max(record.pointee.portraitAt == 0 ? .min : throttled, profilesHeldUntil(times))
    }

    /// Whole seconds, rounded up: never a second too early.
    @inline(__always) private mutating func owePortrait(_ record: CustomerStore.Record, at time: Int64) {
        let second = UInt32(clamping: time / 1000 + (time % 1000 > 0 ? 1 : 0))
        store.portrait(orBeginOf: record).dueAt = min(max(second, 1), Portrait.neverDue - 1)
        record.pointee.owesPortrait = true
    }

    /// When the next profile is due, milliseconds; `.max` while none is.
    @inline(__always) func portraitDue(_ record: CustomerStore.Record) -> Int64 {
        guard rules.portraits != nil, record.pointee.owesPortrait,
            let portrait = store.portrait(ifAnyOf: record), portrait.dueAt != Portrait.neverDue
        else { return .max }
        return Int64(portrait.dueAt) * 1000
    }

    /// After browsing that may change nothing else: the customer is not settled, so the deadline is seen to here.
    @inline(__always) mutating func portrayBrowsing(
        _ slot: UInt32, _ record: CustomerStore.Record, at now: EventTime
    ) {
        guard let times = rules.portraits else { return }
        let soonest = max(now.milliseconds + times.browsingDelay, earliestPortrait(record, times))
        guard soonest < portraitDue(record) else { return }
        owePortrait(record, at: soonest)
        let due = portraitDue(record)
        guard record.pointee.hasEntered, due < record.pointee.deadline else { return }
        record.pointee.deadlineKind = .portrait
        wheel.schedule(slot, record, at: due)
    }

    /// Publishes the profile if it is due; `isChanged` says whether anything has happened that it must soon tell.
    mutating func settlePortrait(
        _ occasion: Occasion, _ record: CustomerStore.Record, isChanged: Bool, into outputs: inout OutputBuffer
    ) {
        guard let times = rules.portraits else { return }
        let now = occasion.time.milliseconds
        let isNew = record.pointee.portraitAt == 0 && !record.pointee.owesPortrait
        guard isChanged || isNew || portraitDue(record) <= now else {
            if case .activation = occasion.cause { foreseeAnew(record, at: occasion.time) }
            return
        }
        var earliest = earliestPortrait(record, times)
        // What a change of policy moves silently is told later, once, like any other state.
        if case .activation = occasion.cause, retiering?.mode == .silent {
            earliest = max(earliest, now + times.throttle)
        }
        guard earliest <= now else { return owePortrait(record, at: earliest) }
        record.pointee.portraitAt = UInt32(clamping: (now + 999) / 1000)
        let profile = drawProfile(
            record, at: occasion.time, score: evaluator.score, copied(occasion, into: &outputs), into: &outputs)
        outputs.append(profile: profile, of: outputs.append(text: store.id(of: record)))
        let change = nextSilentChange(
            of: record, at: occasion.time,
            SilenceSensitive(outputs.profiles[profile].evidence, outputs.profiles[profile].churn))
        owe(record, at: change)
    }

    /// That there is nothing left to change is noted as well, or a restored shard would look where this one does not.
    private mutating func owe(_ record: CustomerStore.Record, at change: Int64) {
        guard change == .max else { return owePortrait(record, at: change) }
        store.portrait(orBeginOf: record).dueAt = Portrait.neverDue
        record.pointee.owesPortrait = true
    }

    /// Another policy may read what was published otherwise, or see it change at another time. The evaluator stands as of
    /// `now` again.
    private mutating func foreseeAnew(_ record: CustomerStore.Record, at now: EventTime) {
        guard record.pointee.portraitAt > 0 else { return }
        owe(record, at: min(portraitDue(record), silentChange(since: record, notBefore: now)))
        evaluator.evaluate(record, store, at: now)
    }

    /// When silence first changes what was published of a customer, `.max` for never.
    private mutating func silentChange(since record: CustomerStore.Record, notBefore now: EventTime) -> Int64 {
        let publishedAt = EventTime(milliseconds: Int64(record.pointee.portraitAt) * 1000)
        evaluator.evaluate(record, store, at: publishedAt)
        let change = nextSilentChange(
            of: record, at: publishedAt,
            SilenceSensitive(evidence(record, at: publishedAt), profileChurn(record, at: publishedAt)))
        return change == .max ? .max : max(change, now.milliseconds)
    }

    /// Foresees for a customer of whom nobody has: published by a build that did not. What silence has changed since then is
    /// told next.
    mutating func foreseePortrait(_ record: CustomerStore.Record) {
        guard rules.portraits != nil, let clock, record.pointee.slotState == .customer, record.pointee.portraitAt > 0,
            !record.pointee.owesPortrait
        else { return }
        owe(record, at: silentChange(since: record, notBefore: clock))
        let due = portraitDue(record)
        if due < record.pointee.deadline { (record.pointee.deadline, record.pointee.deadlineKind) = (due, .portrait) }
    }

    /// The profile as it would be published at `time`, for which the evaluator stands, in a buffer of its own; nil where
    /// none are. For look-ups: changes nothing.
    mutating func profile(of record: CustomerStore.Record, at asOf: EventTime) -> OutputBuffer? {
        guard rules.portraits != nil else { return nil }
        var outputs = OutputBuffer()
        let profile = drawProfile(record, at: asOf, score: evaluator.score, .deadline(.none), into: &outputs)
        outputs.append(profile: profile, of: outputs.append(text: store.id(of: record)))
        return outputs
    }
}

extension OutputBuffer {
    fileprivate mutating func append(profile place: Int, of customer: TextSpan) {
        outputs.append(
            .profile(ProfileUpdate(customer: customer, effectiveAt: profiles[place].effectiveAt, profile: place)))
    }
}
