import Scoring

/// A re-tiering under way: which customers have still to be settled under the policy that became active.
///
///     upgrades: slots 0, 1, … ─► rest: slots 0, 1, … ─► over
///
/// Customers who come up in between, by an event or a deadline, are settled at once and passed over later: an unsettled
/// customer is known by its record (`CustomerRecord.isUnsettled`).
package struct Retiering: Hashable, Sendable {
    /// Raw values are stored: append only.
    package enum Pass: UInt8, Sendable {
        /// Only those who rise.
        case upgrades = 0
        case rest = 1
    }

    package var mode: Activation.Mode
    package var pass: Pass
    /// The slot that this pass looks at next.
    package var next: UInt32
    /// Customers at the activation; later ones never knew another policy.
    package var end: UInt32
    /// The shard's clock at the activation.
    package var since: EventTime
    /// In `grandfathered`: nobody falls before.
    package var keptUntil: EventTime

    package init(
        mode: Activation.Mode, pass: Pass = .upgrades, next: UInt32 = 0, end: UInt32, since: EventTime,
        keptUntil: EventTime
    ) {
        self.mode = mode
        self.pass = pass
        self.next = next
        self.end = end
        self.since = since
        self.keptUntil = keptUntil
    }

    /// Customers still to be looked at, both passes together.
    package var remaining: Int { Int(end - next) + (pass == .upgrades ? Int(end) : 0) }

    /// The slot to look at, and moves on; nil when all have been looked at.
    mutating func takeNext() -> UInt32? {
        if next == end, pass == .upgrades { (pass, next) = (.rest, 0) }
        guard next < end else { return nil }
        defer { next += 1 }
        return next
    }

    /// Whether an engine of so many customers can have it.
    func isWithin(customers: Int) -> Bool {
        let times = EventTime.earliest.milliseconds...ImageView.latest
        return next <= end && end <= customers && times.contains(since.milliseconds)
            && times.contains(keptUntil.milliseconds)
    }
}

/// What a record says about a re-tiering. A churn crossing is a second of the future, so that the first two of 1970 are free
/// to mark who waits for it: the risk has to be computed anew for them in any case.
extension CustomerRecord {
    private static let unsettled: UInt32 = 0
    private static let unsettledAndTierGone: UInt32 = 1

    /// Not settled since the policy became active. Means nothing when no re-tiering is under way.
    var isUnsettled: Bool {
        @inline(__always) get { Self.marksUnsettled(churnCrossing) }
    }

    @inline(__always) static func marksUnsettled(_ churnCrossing: UInt32) -> Bool {
        churnCrossing <= unsettledAndTierGone
    }

    /// Unsettled, and the tier that was held is not one of the policy's.
    var isTierGone: Bool { churnCrossing == Self.unsettledAndTierGone }

    mutating func markUnsettled(isTierGone: Bool) {
        churnCrossing = isTierGone ? Self.unsettledAndTierGone : Self.unsettled
    }
}
