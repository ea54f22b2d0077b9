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
///     nothing owed ──event──► owed, due at an instant ──due──► published, nothing owed
///                               │ ▲
///                               └─┘ an order, feedback or a change of standing brings the instant forward
///
/// At most one per customer and `throttle` of event time, and the last state always: what is owed is a deadline. While the
/// shard is further behind the wall clock than `catch_up`, as in a back-fill, what is owed waits for the instant at which
/// it is not: then every customer has one profile, the reconciling one, instead of a history of them.
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
        store.portrait(orBeginOf: record).dueAt = max(UInt32(clamping: (time + 999) / 1000), 1)
        record.pointee.owesPortrait = true
    }

    /// When the profile that is owed is due, milliseconds; `.max` while none is.
    @inline(__always) func portraitDue(_ record: CustomerStore.Record) -> Int64 {
        guard rules.portraits != nil, record.pointee.owesPortrait,
            let portrait = store.portrait(ifAnyOf: record)
        else { return .max }
        return Int64(portrait.dueAt) * 1000
    }

    /// After browsing that may change nothing else: the customer is not settled, so the deadline is seen to here.
    @inline(__always) mutating func portrayBrowsing(
        _ slot: UInt32, _ record: CustomerStore.Record, at now: EventTime
    ) {
        guard let times = rules.portraits, !record.pointee.owesPortrait else { return }
        owePortrait(record, at: max(now.milliseconds + times.browsingDelay, earliestPortrait(record, times)))
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
        guard isChanged || portraitDue(record) <= now else { return }
        var earliest = earliestPortrait(record, times)
        // What a change of policy moves silently is told later, once, like any other state.
        if case .activation = occasion.cause, retiering?.mode == .silent {
            earliest = max(earliest, now + times.throttle)
        }
        guard earliest <= now else { return owePortrait(record, at: earliest) }
        store.portrait(orBeginOf: record).dueAt = 0
        record.pointee.owesPortrait = false
        record.pointee.portraitAt = UInt32(clamping: (now + 999) / 1000)
        let profile = drawProfile(
            record, at: occasion.time, score: evaluator.score, copied(occasion, into: &outputs), into: &outputs)
        outputs.append(profile, of: outputs.append(text: store.id(of: record)))
    }

    /// The profile as it would be published at `time`, for which the evaluator stands, in a buffer of its own; nil where
    /// none are. For look-ups: changes nothing.
    func profile(of record: CustomerStore.Record, at asOf: EventTime) -> OutputBuffer? {
        guard rules.portraits != nil else { return nil }
        var outputs = OutputBuffer()
        let profile = drawProfile(record, at: asOf, score: evaluator.score, .deadline(.none), into: &outputs)
        outputs.append(profile, of: outputs.append(text: store.id(of: record)))
        return outputs
    }
}

extension OutputBuffer {
    fileprivate mutating func append(_ profile: Profile, of customer: TextSpan) {
        profiles.append(profile)
        outputs.append(
            .profile(
                ProfileUpdate(customer: customer, effectiveAt: profile.effectiveAt, profile: profiles.count - 1)))
    }
}
