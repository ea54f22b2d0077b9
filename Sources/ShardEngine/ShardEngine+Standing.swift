import Scoring

extension ShardEngine {
    /// Moves the customer's standing as the rules have it; each move is said at once. Leaves the evaluator as of the
    /// occasion's time.
    mutating func settleTier(
        _ occasion: Occasion, _ record: CustomerStore.Record, into outputs: inout OutputBuffer
    ) {
        guard record.pointee.hasEntered else { return enter(occasion, record, into: &outputs) }
        var standing = store.standing(of: record)
        if let late = occasion.lateEvent { giveBack(late, &standing, occasion, record, into: &outputs) }
        if standing.termEnds(at: occasion.time.milliseconds) {
            endTerm(&standing, occasion, record, into: &outputs)
        }
        evaluator.evaluate(record, store, at: occasion.time)
        if let change = occasion.pinChange { obeyPin(change, &standing, occasion, record, into: &outputs) }
        if let orderTime = occasion.reducedOrderAt {
            withdraw(orderedAt: orderTime, &standing, occasion, record, into: &outputs)
        }
        let isLate = occasion.lateEvent.map { $0.milliseconds < standing.since } ?? false
        let qualified = rules.ladder.qualified(evaluator.readings)
        while let move = standing.next(
            at: occasion.time.milliseconds, isLate: isLate, qualified: qualified, rules.standing,
            retained: { rules.ladder.retained(upTo: $0, evaluator.readings) })
        {
            say(move, standing, occasion, record, into: &outputs)
        }
        // A policy may have put the tiers into another order.
        if !standing.isWithinBounds { obeyPin(.set, &standing, occasion, record, into: &outputs) }
        store.setStanding(standing, of: record)
    }

    /// Gives the first tier.
    private mutating func enter(
        _ occasion: Occasion, _ record: CustomerStore.Record, into outputs: inout OutputBuffer
    ) {
        evaluator.evaluate(record, store, at: occasion.time)
        record.pointee.hasEntered = true
        var standing = store.standing(of: record)
        standing.enter(
            at: occasion.time.milliseconds, qualified: rules.ladder.qualified(evaluator.readings), rules.standing)
        let move = Standing.Move(from: nil, to: standing.current.tier, direction: .entry, reason: .firstSeen)
        say(move, standing, occasion, record, into: &outputs)
        store.setStanding(standing, of: record)
    }

    /// Looks at the instant before the last downgrade again: with what has arrived since, it may never have come to it. Where
    /// nothing delays a fall, that instant must not have brought it all the same.
    private mutating func giveBack(
        _ late: EventTime, _ standing: inout Standing, _ occasion: Occasion, _ record: CustomerStore.Record,
        into outputs: inout OutputBuffer
    ) {
        guard let lost = standing.lost, late.milliseconds < standing.since else { return }
        lookBack(to: standing.since - 1, from: occasion.time, record)
        var kept = rules.ladder.retained(upTo: lost, evaluator.readings)
        if kept > standing.tier, rules.policy.downgrade.isUndelayed {
            lookBack(to: standing.since, from: occasion.time, record)
            kept = rules.ladder.retained(upTo: kept, evaluator.readings)
        }
        if let move = standing.giveBack(kept, at: occasion.time.milliseconds, rules.standing) {
            say(move, standing, occasion, record, into: &outputs)
        }
    }

    /// Decides about a term as of its last instant: at its end the next period has begun and holds nothing yet.
    private mutating func endTerm(
        _ standing: inout Standing, _ occasion: Occasion, _ record: CustomerStore.Record,
        into outputs: inout OutputBuffer
    ) {
        lookBack(to: standing.validUntil - 1, from: occasion.time, record)
        let move = standing.fall(at: occasion.time.milliseconds, rules.standing) {
            rules.ladder.retained(upTo: $0, evaluator.readings)
        }
        if let move { say(move, standing, occasion, record, into: &outputs) }
    }

    /// Takes the tier back if a refunded order had earned it: if neither then, nor by an order since, nor now it would be
    /// held without.
    private mutating func withdraw(
        orderedAt orderTime: Int64, _ standing: inout Standing, _ occasion: Occasion, _ record: CustomerStore.Record,
        into outputs: inout OutputBuffer
    ) {
        guard rules.policy.downgrade.withdrawsOnRefund else { return }
        guard orderTime <= standing.since, standing.graceEndsAt == .max else { return }
        let left = left(of: standing.grant, occasion.time, record)
        guard left != standing.grant else { return }
        let move = standing.withdraw(to: left, at: occasion.time.milliseconds, rules.standing)
        if let move { say(move, standing, occasion, record, into: &outputs) }
    }

    /// What would have been given, had nothing counted that does not count now. Leaves the evaluator as of `now`, where it
    /// stands.
    private mutating func left(
        of grant: Standing.Grant, _ now: EventTime, _ record: CustomerStore.Record
    ) -> Standing.Grant {
        var left = grant
        left.tier = rules.ladder.retained(upTo: grant.tier, evaluator.readings)
        guard left.tier < grant.tier else { return grant }
        // What an event gave was decided with it; what was given or renewed at the end of a term, as of the instant before.
        for instant in [grant.since, grant.since - 1] {
            lookBack(to: instant, from: now, record)
            left.tier = max(left.tier, rules.ladder.retained(upTo: grant.tier, evaluator.readings))
        }
        // Measures fall at midnights and rise with orders, so that the last order of a day stands for the day. There are no more
        // of these than the history has days: the order that was given back is one of it, and not younger than the grant.
        for instant in store.lastOrders(of: record, after: grant.since, rules.policy.calendar)
        where left.tier < grant.tier {
            lookBack(to: instant, from: now, record)
            let reached = min(rules.ladder.qualified(evaluator.readings), grant.tier)
            if reached > left.tier { left = rules.standing.grant(reached, at: instant) }
        }
        evaluator.evaluate(record, store, at: now)
        // The end of a term that was announced stays where it is.
        if left.tier == grant.tier { left.validUntil = grant.validUntil }
        if left.tier == 0 { left.validUntil = .max }
        return left
    }

    private mutating func obeyPin(
        _ change: PinChange, _ standing: inout Standing, _ occasion: Occasion, _ record: CustomerStore.Record,
        into outputs: inout OutputBuffer
    ) {
        var move = standing.obeyPin(at: occasion.time.milliseconds, change == .set ? .pinned : .pinEnded)
        // Whoever set the pin knows when it ends, but not that a policy has ended it.
        if move == nil, change == .vanished {
            let tier = standing.current.tier
            move = Standing.Move(from: tier, to: tier, direction: .pin, reason: .pinEnded)
        }
        if let move { say(move, standing, occasion, record, into: &outputs) }
    }

    private mutating func lookBack(to time: Int64, from now: EventTime, _ record: CustomerStore.Record) {
        evaluator.evaluate(record, store, at: EventTime(milliseconds: time), knownAt: now)
    }

    /// Says a move, unless it is not to be heard or lies too far in the past; the evaluator stands as of the instant that
    /// decided it.
    mutating func say(
        _ move: Standing.Move, _ standing: Standing, _ occasion: Occasion, _ record: CustomerStore.Record,
        into outputs: inout OutputBuffer
    ) {
        guard move.isHeard else { return }
        guard !isUnheard(at: occasion.time) else {
            return outputs.unheard.note(.init(from: move.from, to: move.to, isEntry: move.direction == .entry))
        }
        record.pointee.tierSequence &+= 1
        let isLoss = move.direction == .downgrade
        let judged = isLoss ? move.from ?? move.to : move.to
        outputs.outputs.append(
            .tierChange(
                TierChange(
                    customer: outputs.append(text: store.id(of: record)), from: move.from, to: move.to,
                    direction: move.direction, reason: move.reason, cause: copied(occasion, into: &outputs),
                    effectiveAt: occasion.time, sequence: record.pointee.tierSequence, score: evaluator.score,
                    terms: appendTerms(to: &outputs),
                    criteria: appendCriteria(
                        of: judged, forRetention: isLoss || move.isByRetention, to: &outputs),
                    validUntil: standing.pinned == nil ? Self.instant(standing.validUntil) : nil,
                    progress: progress(above: move.to, into: &outputs), pin: pin(of: record, into: &outputs))))
    }

    /// How near the tier above `tier` is; nil at the top.
    @inline(__always) func progress(above tier: Int, into outputs: inout OutputBuffer) -> Progress? {
        guard tier + 1 < rules.policy.tiers.count else { return nil }
        let start = outputs.criteria.count
        rules.ladder.forEachComparison(of: tier + 1, forRetention: false) { comparison in
            let value = evaluator.readings.value(of: comparison.subject)
            guard !comparison.isMet(by: value) else { return }
            outputs.criteria.append(CriterionEvidence(comparison: comparison, value: value, isMet: false))
        }
        return Progress(
            tier: tier + 1, fraction: rules.ladder.progress(towards: tier + 1, evaluator.readings),
            unmet: EvidenceSpan(start..<outputs.criteria.count))
    }
}

// MARK: - Notices

extension ShardEngine {
    /// Tells what is near: an upgrade, when orders or feedback have come; the end of a tier, when its time has come. What was
    /// near once is told to nobody, and so starts no cool-down.
    mutating func notify(
        _ occasion: Occasion, _ record: CustomerStore.Record, graceBefore: Int64, into outputs: inout OutputBuffer
    ) {
        guard !isUnheard(at: occasion.time) else { return }
        if let rule = rules.policy.notices.upgrade, occasion.isEvidence {
            notifyUpgrade(rule, occasion, record, into: &outputs)
        }
        guard let rule = rules.policy.notices.expiry, let due = expiryNoticeDue(rule, record) else { return }
        let time = occasion.time.milliseconds
        let hasBegunToFall = graceBefore == .max && record.pointee.graceEndsAt != .max
        if due == time || due < time && (occasion.isEvidence || occasion.isNoticeDue || hasBegunToFall) {
            notifyExpiry(occasion, record, into: &outputs)
        }
    }

    /// Whether the notice of a coming end falls due at `time`.
    mutating func isNoticeDue(_ record: CustomerStore.Record, at time: EventTime) -> Bool {
        guard let rule = rules.policy.notices.expiry else { return false }
        return expiryNoticeDue(rule, record) == time.milliseconds
    }

    private mutating func notifyUpgrade(
        _ rule: NoticeRule.Upgrade, _ occasion: Occasion, _ record: CustomerStore.Record,
        into outputs: inout OutputBuffer
    ) {
        let held = Int(record.pointee.tier)
        guard held < min(rules.policy.tiers.count - 1, Int(record.pointee.pinCeiling)),
            Self.isCool(record.pointee.upgradeNoticeAt, rule.coolDown, occasion.time),
            rules.ladder.progress(towards: held + 1, evaluator.readings) >= 1 - rule.within
        else { return }
        record.pointee.upgradeNoticeAt = UInt32(occasion.time.milliseconds / 1000)
        say(.approachingUpgrade, expiresAt: nil, occasion, record, into: &outputs)
    }

    private mutating func notifyExpiry(
        _ occasion: Occasion, _ record: CustomerStore.Record, into outputs: inout OutputBuffer
    ) {
        guard let end = tierEnd(record) else { return }
        let held = Int(record.pointee.tier)
        // What will have left the windows when the term ends does not count for it. At once, a fall would come before.
        let looksAhead = rules.policy.downgrade.timing == .endOfTerm && end > occasion.time.milliseconds
        if looksAhead { evaluator.evaluate(record, store, at: EventTime(milliseconds: end - 1)) }
        if rules.ladder.retained(upTo: held, evaluator.readings) < held {
            record.pointee.expiryNoticeAt = UInt32(occasion.time.milliseconds / 1000)
            say(.approachingExpiry, expiresAt: EventTime(milliseconds: end), occasion, record, into: &outputs)
        }
        if looksAhead { evaluator.evaluate(record, store, at: occasion.time) }
    }

    /// When the tier is lost as things stand: the end of the grace period, or else of the term.
    private mutating func tierEnd(_ record: CustomerStore.Record) -> Int64? {
        guard record.pointee.tier > record.pointee.pinFloor, !store.isTierPinned(record) else { return nil }
        if record.pointee.graceEndsAt != .max { return record.pointee.graceEndsAt }
        return record.pointee.validUntil == .max ? nil : Int64(record.pointee.validUntil) * 1000
    }

    /// When the notice of a coming end is due; nil when it has been sent for this term, or recently.
    mutating func expiryNoticeDue(_ rule: NoticeRule.Expiry, _ record: CustomerStore.Record) -> Int64? {
        guard let end = tierEnd(record) else { return nil }
        let sent = Int64(record.pointee.expiryNoticeAt)
        // Only the second is kept of when it was sent.
        guard sent == 0 || sent < endFirstForeseeable(record) / 1000 else { return nil }
        return max(end - rule.before.milliseconds, sent == 0 ? 0 : sent * 1000 + rule.coolDown.milliseconds)
    }

    /// Since when the coming end is the one that a notice tells of: since the tier was given, or since the grace period
    /// began, of which a tier without a term may see several.
    private mutating func endFirstForeseeable(_ record: CustomerStore.Record) -> Int64 {
        let (rule, standing) = (rules.policy.downgrade, store.standing(of: record))
        guard rule.timing == .atOnce, standing.graceEndsAt != .max,
            standing.graceEndsAt > standing.heldSince + rule.minimumDwell.milliseconds
        else { return standing.since }
        return standing.graceEndsAt - rule.grace.milliseconds
    }

    private static func isCool(_ sentAt: UInt32, _ coolDown: TimeSpan, _ now: EventTime) -> Bool {
        sentAt == 0 || now.milliseconds - Int64(sentAt) * 1000 >= coolDown.milliseconds
    }

    private mutating func say(
        _ kind: TierNotice.Kind, expiresAt: EventTime?, _ occasion: Occasion, _ record: CustomerStore.Record,
        into outputs: inout OutputBuffer
    ) {
        let held = Int(record.pointee.tier)
        outputs.outputs.append(
            .notice(
                TierNotice(
                    customer: outputs.append(text: store.id(of: record)), kind: kind, tier: held,
                    cause: copied(occasion, into: &outputs), effectiveAt: occasion.time, expiresAt: expiresAt,
                    criteria: kind == .approachingExpiry
                        ? appendCriteria(of: held, forRetention: true, to: &outputs)
                        : EvidenceSpan(0..<0),
                    progress: kind == .approachingUpgrade ? progress(above: held, into: &outputs) : nil)))
    }
}
