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
///                └─────────────────────────────────────────────────────────────────────┴────────────┘
///
/// A pin stands beside that and moves none of it: the rules go on as if there were none, the pin holds the customer within
/// its bounds meanwhile, and its end gives what the rules have given by then.
struct Standing: Equatable {
    /// What the rules give, an index into `Policy.tiers`.
    var tier: Int
    /// When it was given or last renewed, milliseconds; after a correction when what it corrects was decided.
    var since: Int64
    /// When it was given, where that matters and it has been renewed since.
    var enteredAt: Int64?
    /// When a pending downgrade falls due, milliseconds; `.max` while none is pending.
    var graceEndsAt: Int64
    /// The first instant after the term, milliseconds; `.max` for a tier without one.
    var validUntil: Int64
    /// What the last downgrade took, while nothing has happened since.
    var lost: Int?
    /// What a pin holds the tier between.
    var bounds: ClosedRange<Int>
    /// What the customer has instead, where the bounds do not allow what the rules give.
    var pinned: Pinned?

    /// A tier as it was given.
    struct Grant: Hashable {
        var tier: Int
        var since: Int64
        /// As in `Standing`.
        var validUntil: Int64
    }

    /// A tier that only a pin gives. It has no term.
    struct Pinned: Equatable {
        var tier: Int
        var since: Int64
    }

    /// From when the least time in a tier counts: a renewal does not begin it again.
    var heldSince: Int64 { enteredAt ?? since }

    var grant: Grant {
        get { Grant(tier: tier, since: since, validUntil: validUntil) }
        set { (tier, since, validUntil) = (newValue.tier, newValue.since, newValue.validUntil) }
    }

    /// Where the customer is to be seen.
    var current: Pinned { pinned ?? Pinned(tier: tier, since: since) }

    /// A change of standing.
    struct Move: Equatable {
        var from: Int?
        var to: Int
        var direction: TierChange.Direction
        var reason: TierChange.Reason
        /// Whether what its holders keep decided, and not what gives it.
        var isByRetention = false
        /// False for what the rules do behind a pin: where the customer is to be seen has not changed.
        var isHeard = true
    }
}

/// The rules by which a standing moves. Not copyable: every decision reads them, and a copy counts references.
struct StandingRules: ~Copyable {
    let downgrade: DowngradeRule
    private let terms: TermRule?

    init(_ policy: Policy) {
        downgrade = policy.downgrade
        terms = policy.termRule
    }

    var hasTerms: Bool { terms != nil }

    /// The lowest tier is nobody's to lose.
    func validUntil(_ tier: Int, from time: Int64) -> Int64 {
        terms?.end(ofTier: tier, from: EventTime(milliseconds: time))?.milliseconds ?? .max
    }

    /// A tier that is given at `time`.
    func grant(_ tier: Int, at time: Int64) -> Standing.Grant {
        Standing.Grant(tier: tier, since: time, validUntil: validUntil(tier, from: time))
    }
}

extension Standing {
    /// Whether the term ends at `time` and nothing has been decided about it yet.
    func termEnds(at time: Int64) -> Bool { validUntil <= time && graceEndsAt == .max }

    private func clamped(_ tier: Int) -> Int { min(max(tier, bounds.lowerBound), bounds.upperBound) }

    /// Gives `to` from `time` on. Where the rules rise to what a pin has given so far, the tier stays and has a term from now
    /// on: that is said as any other term of the same tier.
    private mutating func begin(
        _ to: Int, at time: Int64, _ direction: TierChange.Direction, _ reason: TierChange.Reason,
        _ rules: borrowing StandingRules
    ) -> Move {
        let (before, wasPinned, rises) = (current, pinned != nil, to > tier)
        // Rungs that were lost at one instant were lost together.
        lost = direction == .downgrade ? (since == time ? lost ?? tier : tier) : nil
        let hasLeastTime = rules.downgrade.minimumDwell > .zero
        enteredAt = direction == .renewal && hasLeastTime ? heldSince : nil
        grant = rules.grant(to, at: time)
        graceEndsAt = .max
        stayInBounds(from: before, at: time)
        guard current.tier == before.tier else {
            return Move(from: before.tier, to: current.tier, direction: direction, reason: reason)
        }
        let beginsTerm = wasPinned && pinned == nil && rises && validUntil != .max
        return Move(
            from: before.tier, to: current.tier, direction: beginsTerm ? .renewal : direction, reason: reason,
            isHeard: beginsTerm || !wasPinned && pinned == nil)
    }

    /// Gives the first tier.
    mutating func enter(at time: Int64, qualified: Int, _ rules: borrowing StandingRules) {
        grant = rules.grant(qualified, at: time)
        stayInBounds(from: current, at: time)
    }

    /// The next change at `time`, nil when there is none; one fall may follow another. `qualified` is the highest tier
    /// whose requirement is met, `retained` the highest up to one held that its holders keep.
    mutating func next(
        at time: Int64, isLate: Bool, qualified: Int, _ rules: borrowing StandingRules, retained: (Int) -> Int
    ) -> Move? {
        if qualified > tier {
            return isLate
                ? begin(qualified, at: time, .correction, .lateEvent, rules)
                : begin(qualified, at: time, .upgrade, .requirementMet, rules)
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
        let kept = retained(tier)
        guard kept < tier else {
            graceEndsAt = .max
            guard termIsOver else { return nil }
            var move = begin(tier, at: time, .renewal, .termRenewed, rules)
            move.isByRetention = true
            return move
        }
        let hadGrace = graceEndsAt != .max
        if !hadGrace {
            graceEndsAt = max(
                time + rules.downgrade.grace.milliseconds, heldSince + rules.downgrade.minimumDwell.milliseconds)
        }
        guard graceEndsAt <= time else { return nil }
        let target = rules.downgrade.mode == .oneStep ? tier - 1 : kept
        let reason: TierChange.Reason = hadGrace ? .graceEnded : termIsOver ? .termEnded : .requirementLost
        return begin(target, at: time, .downgrade, reason, rules)
    }

    /// Takes back what an order had earned that counts no longer; `left` is what would have been given without it, the same
    /// tier or one below.
    mutating func withdraw(to left: Grant, at time: Int64, _ rules: borrowing StandingRules) -> Move? {
        guard left.tier < tier else {
            if rules.downgrade.minimumDwell > .zero { enteredAt = heldSince }
            (since, lost) = (left.since, nil)
            return nil
        }
        var move = begin(left.tier, at: time, .correction, .orderWithdrawn, rules)
        move.isByRetention = true
        grant = left
        return move
    }

    /// Gives back what would never have been lost, had a late event been known; `kept` is what it would have been.
    mutating func giveBack(_ kept: Int, at time: Int64, _ rules: borrowing StandingRules) -> Move? {
        guard kept > tier else { return nil }
        let lostAt = since
        var move = begin(kept, at: time, .correction, .lateEvent, rules)
        move.isByRetention = true
        // It goes on from what should not have ended.
        since = lostAt
        validUntil = rules.validUntil(kept, from: lostAt)
        return move
    }
}

// MARK: - Pins

extension Standing {
    /// False once the bounds are others than those that the customer was last held within.
    var isWithinBounds: Bool {
        let allowed = clamped(tier)
        return allowed == tier ? pinned == nil : pinned?.tier == allowed
    }

    /// Has the bounds' nearest tier where they do not allow the rules' own; a tier that was `current` before goes on.
    private mutating func stayInBounds(from before: Pinned, at time: Int64) {
        let allowed = clamped(tier)
        if allowed == tier {
            pinned = nil
        } else {
            pinned = before.tier == allowed ? before : Pinned(tier: allowed, since: time)
        }
    }

    /// Moves into the bounds of a pin that was set, or out of those of one that is over: back to what the rules have given.
    mutating func obeyPin(at time: Int64, _ reason: TierChange.Reason) -> Move? {
        let before = current
        stayInBounds(from: before, at: time)
        guard current.tier != before.tier else { return nil }
        return Move(from: before.tier, to: current.tier, direction: .pin, reason: reason)
    }

    /// Goes on where the rules have another one, within the bounds of this one's pin.
    mutating func take(_ other: Standing, at time: Int64) -> Move? {
        let before = current
        grant = other.grant
        (graceEndsAt, lost, enteredAt) = (other.graceEndsAt, nil, other.enteredAt)
        guard clamped(tier) >= before.tier else {
            // What a pin takes that came along with the other is the pin's to say.
            pinned = before
            return nil
        }
        stayInBounds(from: before, at: time)
        guard current.tier != before.tier else { return nil }
        return Move(from: before.tier, to: current.tier, direction: .correction, reason: .merged)
    }

    /// Stands on a tier that a policy has put in the place of the one that was held.
    mutating func replaceTier(at time: Int64, _ rules: borrowing StandingRules) {
        if pinned == nil { (grant, enteredAt) = (rules.grant(tier, at: time), nil) } else { pinned?.since = time }
        stayInBounds(from: current, at: time)
    }
}

extension CustomerRecord {
    /// Terms end at midnights, and so at whole seconds.
    static func termSeconds(_ end: Int64) -> UInt32 { UInt32(exactly: end / 1000) ?? .max }

    static func termEnd(_ seconds: UInt32) -> Int64 { seconds == .max ? .max : Int64(seconds) * 1000 }
}
