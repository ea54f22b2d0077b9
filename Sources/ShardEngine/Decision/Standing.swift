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
    /// Where tiers have terms that protect: what was given by the rules, while a pin has it otherwise.
    var earned: Grant?

    /// A tier as it was given.
    struct Grant: Hashable {
        var tier: Int
        var since: Int64
        /// As in `Standing`.
        var validUntil: Int64
    }

    /// From when the least time in a tier counts: a renewal does not begin it again.
    var heldSince: Int64 { enteredAt ?? since }

    var grant: Grant {
        get { Grant(tier: tier, since: since, validUntil: validUntil) }
        set { (tier, since, validUntil) = (newValue.tier, newValue.since, newValue.validUntil) }
    }

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
    private let policy: Policy

    init(_ policy: Policy) {
        downgrade = policy.downgrade
        self.policy = policy
    }

    var hasTerms: Bool { policy.validity != nil }

    /// The lowest tier is nobody's to lose.
    func validUntil(_ tier: Int, from time: Int64) -> Int64 {
        policy.termEnd(ofTier: tier, from: EventTime(milliseconds: time))?.milliseconds ?? .max
    }

    /// Whether a tier is safe until its term ends.
    var termsProtect: Bool { downgrade.timing == .endOfTerm }

    /// A tier that is given at `time`.
    func grant(_ tier: Int, at time: Int64) -> Standing.Grant {
        Standing.Grant(tier: tier, since: time, validUntil: validUntil(tier, from: time))
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
        let hasLeastTime = rules.downgrade.minimumDwell > .zero
        enteredAt = direction == .renewal && hasLeastTime ? heldSince : nil
        grant = rules.grant(to, at: time)
        graceEndsAt = .max
        // What a ceiling covers goes on; what a floor had lifted from is over.
        if let covered = earned, covered.tier <= to { earned = nil }
        return move
    }

    /// Gives the first tier.
    mutating func enter(at time: Int64, qualified: Int, _ rules: borrowing StandingRules) {
        grant = rules.grant(clamped(qualified), at: time)
        if tier > qualified, rules.termsProtect { earned = rules.grant(qualified, at: time) }
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
        let free = retained(tier)
        let kept = clamped(free)
        guard kept < tier else {
            graceEndsAt = .max
            guard termIsOver else { return nil }
            let move = begin(tier, at: time, .renewal, .termRenewed, rules)
            noteHeldUp(free, at: time, rules)
            return move
        }
        let hadGrace = graceEndsAt != .max
        if !hadGrace {
            graceEndsAt = max(
                time + rules.downgrade.grace.milliseconds, heldSince + rules.downgrade.minimumDwell.milliseconds)
        }
        guard graceEndsAt <= time else { return nil }
        let target = rules.downgrade.mode == .oneStep ? max(tier - 1, bounds.lowerBound) : kept
        let reason: TierChange.Reason = hadGrace ? .graceEnded : termIsOver ? .termEnded : .requirementLost
        let move = begin(target, at: time, .downgrade, reason, rules)
        noteHeldUp(free, at: time, rules)
        return move
    }

    /// Notes what the rules alone had given, where a floor holds more: `free` is what is kept without one.
    private mutating func noteHeldUp(_ free: Int, at time: Int64, _ rules: borrowing StandingRules) {
        guard rules.termsProtect, tier == bounds.lowerBound, free < tier, rules.downgrade.mode == .immediate else {
            return
        }
        earned = rules.grant(free, at: time)
    }

    /// Takes back what an order had earned that counts no longer; `left` is what would have been given without it.
    mutating func withdraw(to left: Grant, at time: Int64, _ rules: borrowing StandingRules) -> Move? {
        let target = clamped(left.tier)
        guard target < tier else {
            if left.tier == tier {
                if rules.downgrade.minimumDwell > .zero { enteredAt = heldSince }
                (since, lost) = (left.since, nil)
            } else if rules.termsProtect, earned == nil {
                earned = left
            }
            return nil
        }
        let (end, covered) = (validUntil, earned)
        let move = begin(target, at: time, .correction, .orderWithdrawn, rules)
        since = left.since
        if target > 0 { validUntil = left.tier == target ? left.validUntil : end }
        if let covered {
            if covered.tier < target { earned = covered }
        } else if left.tier < target, rules.termsProtect {
            earned = left
        }
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
        guard target != tier else { return nil }
        let before = earned ?? grant
        let move = begin(target, at: time, .pin, .pinned, rules)
        if rules.termsProtect { earned = before }
        return move
    }

    /// Goes where the rules have it, once no pin holds it any more: to what is met, or to what a term still protects.
    mutating func endPin(
        at time: Int64, qualified: Int, _ rules: borrowing StandingRules, retained: (Int) -> Int
    ) -> Move? {
        let own = earned ?? grant
        earned = nil
        let met = max(qualified, retained(tier))
        let isProtected = rules.termsProtect && own.validUntil > time && own.tier >= met
        // What is falling in its own time was not held by the pin, whose end takes nothing of that time.
        if !isProtected, met < tier, graceEndsAt != .max { return nil }
        let target = isProtected ? own.tier : met
        let move = target == tier ? nil : begin(target, at: time, .pin, .pinEnded, rules)
        // The term goes on that the pin has interrupted; since when its tier has been held was not kept.
        if isProtected { (grant, enteredAt) = (own, nil) }
        return move
    }

    /// Moves as if the former pin had ended and this one been set at once after: what the former had given or covered is
    /// over, unless this one has the same tier of it.
    mutating func replacePin(
        at time: Int64, qualified: Int, _ rules: borrowing StandingRules, retained: (Int) -> Int
    ) -> Move? {
        let before = self
        _ = endPin(at: time, qualified: qualified, rules, retained: retained)
        _ = obeyPin(at: time, rules)
        guard tier != before.tier else {
            self = before
            return nil
        }
        return Move(from: before.tier, to: tier, direction: .pin, reason: .pinned)
    }
}

extension CustomerRecord {
    /// Terms end at midnights, and so at whole seconds.
    static func termSeconds(_ end: Int64) -> UInt32 { UInt32(exactly: end / 1000) ?? .max }

    static func termEnd(_ seconds: UInt32) -> Int64 { seconds == .max ? .max : Int64(seconds) * 1000 }

    /// The part of the record that the rules of standing move.
    var standing: Standing {
        get {
            Standing(
                tier: Int(tier), since: tierSince, graceEndsAt: graceEndsAt,
                validUntil: Self.termEnd(validUntil),
                lost: lostTier == Self.noTier ? nil : Int(lostTier), bounds: Int(pinFloor)...Int(pinCeiling))
        }
        set {
            tier = UInt8(newValue.tier)
            tierSince = newValue.since
            graceEndsAt = newValue.graceEndsAt
            validUntil = Self.termSeconds(newValue.validUntil)
            lostTier = newValue.lost.map { UInt8($0) } ?? Self.noTier
            pinFloor = UInt8(newValue.bounds.lowerBound)
            pinCeiling = UInt8(newValue.bounds.upperBound)
        }
    }
}
