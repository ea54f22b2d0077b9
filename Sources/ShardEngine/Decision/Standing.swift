import Scoring

/// Where a customer stands in the ladder and until when: the part of the state that the rules of standing move. A value;
/// it is handed what is met and when, and says which change follows.
///
///                       qualified above ──► upgrade ─┐
///                  ┌──────────────────────────────────┘        a new term begins with every change
///     entry ──► holding ──── requirement lost ────► falling ──── grace and dwell over ──► downgrade ─┐
///                ▲ │ ▲    (at once, or found so       │ (one rung, or to what is kept)               │
///                │ │ │     when the term ends)        │                                              │
///                │ │ └───── recovered ◄───────────────┘                                              │
///                │ ├── term over, requirement met ──► renewal ─────────────────────────┐            │
///                │ ├── refund of what had earned it ──► correction (withdrawn) ─────────┤            │
///                │ ├── a late event that would have kept what was lost ──► correction ──┤            │
///                │ └── pin set or over ──► pin ─────────────────────────────────────────┤            │
///                └─────────────────────────────────────────────────────────────────────┴────────────┘
struct Standing: Equatable {
    /// An index into `Policy.tiers`.
    var tier: Int
    /// When it was given or last renewed, milliseconds; after a correction when what it corrects was decided.
    var since: Int64
    /// When a pending downgrade falls due, milliseconds; `.max` while none is pending.
    var graceEndsAt: Int64
    /// The first instant after the term, milliseconds; `.max` for a tier without one.
    var validUntil: Int64
    /// What the last downgrade took, while nothing has happened since.
    var lost: Int?
    /// What a pin holds the tier between.
    var bounds: ClosedRange<Int>

    /// A change of standing.
    struct Move: Equatable {
        var from: Int?
        var to: Int
        var direction: TierChange.Direction
        var reason: TierChange.Reason
    }
}

/// The rules by which a standing moves. Not copyable: every decision reads them, and a copy counts references.
struct StandingRules: ~Copyable {
    let downgrade: DowngradeRule
    let validity: Validity?
    let calendar: ZoneCalendar

    init(_ policy: Policy) {
        downgrade = policy.downgrade
        validity = policy.validity
        calendar = policy.calendar
    }

    /// The lowest tier is nobody's to lose.
    func validUntil(_ tier: Int, from time: Int64) -> Int64 {
        guard tier > 0, let validity else { return .max }
        return validity.end(from: EventTime(milliseconds: time), calendar).milliseconds
    }
}

extension Standing {
    /// Whether the tier's requirement is looked at now, so that it can be lost.
    func isAtStake(at time: Int64, _ rules: borrowing StandingRules) -> Bool {
        tier > bounds.lowerBound && (rules.downgrade.timing == .atOnce || validUntil <= time)
    }

    /// Whether the term ends at `time` and nothing has been decided about it yet.
    func termEnds(at time: Int64) -> Bool { validUntil <= time && graceEndsAt == .max }

    func clamped(_ tier: Int) -> Int { min(max(tier, bounds.lowerBound), bounds.upperBound) }

    /// Gives `to` from `time` on.
    private mutating func begin(
        _ to: Int, at time: Int64, _ direction: TierChange.Direction, _ reason: TierChange.Reason,
        _ rules: borrowing StandingRules
    ) -> Move {
        let move = Move(from: tier, to: to, direction: direction, reason: reason)
        // Rungs that were lost at one instant were lost together.
        lost = direction == .downgrade ? (since == time ? lost ?? tier : tier) : nil
        tier = to
        since = time
        graceEndsAt = .max
        validUntil = rules.validUntil(to, from: time)
        return move
    }

    /// The next change at `time`, nil when there is none; one fall may follow another. `qualified` is the highest tier
    /// whose requirement is met, `retained` the highest up to one held that its holders keep.
    mutating func next(
        at time: Int64, isLate: Bool, qualified: Int, _ rules: borrowing StandingRules, retained: (Int) -> Int
    ) -> Move? {
        let reached = clamped(qualified)
        if reached > tier {
            return isLate
                ? begin(reached, at: time, .correction, .lateEvent, rules)
                : begin(reached, at: time, .upgrade, .requirementMet, rules)
        }
        return fall(at: time, rules, retained: retained)
    }

    /// Works the rule of downgrades: starts, ends or cancels the grace period, falls at its end, renews at the term's.
    mutating func fall(at time: Int64, _ rules: borrowing StandingRules, retained: (Int) -> Int) -> Move? {
        let termIsOver = validUntil <= time
        guard rules.downgrade.timing == .atOnce || termIsOver else {
            graceEndsAt = .max
            return nil
        }
        let kept = clamped(retained(tier))
        guard kept < tier else {
            graceEndsAt = .max
            return termIsOver ? begin(tier, at: time, .renewal, .termRenewed, rules) : nil
        }
        let hadGrace = graceEndsAt != .max
        if !hadGrace {
            graceEndsAt = max(
                time + rules.downgrade.grace.milliseconds, since + rules.downgrade.minimumDwell.milliseconds)
        }
        guard graceEndsAt <= time else { return nil }
        let target = rules.downgrade.mode == .oneStep ? max(tier - 1, bounds.lowerBound) : kept
        let reason: TierChange.Reason = hadGrace ? .graceEnded : termIsOver ? .termEnded : .requirementLost
        return begin(target, at: time, .downgrade, reason, rules)
    }

    /// Takes back what an order had earned that counts no longer; `kept` is what is left without it, since when the other
    /// was given and for the rest of that term.
    mutating func withdraw(to kept: Int, at time: Int64, _ rules: borrowing StandingRules) -> Move? {
        let target = clamped(kept)
        guard target < tier else { return nil }
        let given = (since: since, validUntil: validUntil)
        let move = begin(target, at: time, .correction, .orderWithdrawn, rules)
        since = given.since
        if target > 0 { validUntil = given.validUntil }
        return move
    }

    /// Gives back what would never have been lost, had a late event been known; `kept` is what it would have been.
    mutating func giveBack(_ kept: Int, at time: Int64, _ rules: borrowing StandingRules) -> Move? {
        let target = clamped(kept)
        guard target > tier else { return nil }
        let lostAt = since
        let move = begin(target, at: time, .correction, .lateEvent, rules)
        // It goes on from what should not have ended.
        since = lostAt
        validUntil = rules.validUntil(target, from: lostAt)
        return move
    }

    /// Moves into the bounds of a pin that was set.
    mutating func obeyPin(at time: Int64, _ rules: borrowing StandingRules) -> Move? {
        let target = clamped(tier)
        return target == tier ? nil : begin(target, at: time, .pin, .pinned, rules)
    }

    /// Goes where the rules have it, once no pin holds it any more.
    mutating func endPin(
        at time: Int64, qualified: Int, _ rules: borrowing StandingRules, retained: (Int) -> Int
    ) -> Move? {
        let target = max(qualified, retained(tier))
        return target == tier ? nil : begin(target, at: time, .pin, .pinEnded, rules)
    }
}

extension CustomerRecord {
    /// The part of the record that the rules of standing move.
    var standing: Standing {
        get {
            Standing(
                tier: Int(tier), since: tierSince, graceEndsAt: graceEndsAt,
                validUntil: validUntil == .max ? .max : Int64(validUntil) * 1000,
                lost: lostTier == Self.noTier ? nil : Int(lostTier), bounds: Int(pinFloor)...Int(pinCeiling))
        }
        set {
            tier = UInt8(newValue.tier)
            tierSince = newValue.since
            graceEndsAt = newValue.graceEndsAt
            // Terms end at midnights, and so at whole seconds.
            validUntil = UInt32(exactly: newValue.validUntil / 1000) ?? .max
            lostTier = newValue.lost.map { UInt8($0) } ?? Self.noTier
            pinFloor = UInt8(newValue.bounds.lowerBound)
            pinCeiling = UInt8(newValue.bounds.upperBound)
        }
    }
}
