/// What a change says about its customer; texts are spans of the `OutputBuffer` that holds it.
package enum Output: Sendable {
    case tierChange(TierChange)
    case churnRisk(ChurnRiskChange)
    case notice(TierNotice)
    case profile(ProfileUpdate)
    case erasure(Erasure)

    package var customer: TextSpan {
        switch self {
        case .notice(let notice): notice.customer
        case .profile(let update): update.customer
        case .erasure(let erasure): erasure.customer
        case .tierChange(let change): change.customer
        case .churnRisk(let change): change.customer
        }
    }
}

/// The outputs of one batch in the order decided, with their texts and evidence. Reused from batch to batch.
package struct OutputBuffer: Sendable {
    package var outputs: ContiguousArray<Output> = []
    package var text: ContiguousArray<UInt8> = []
    package var terms: ContiguousArray<TermEvidence> = []
    package var criteria: ContiguousArray<CriterionEvidence> = []
    package var profiles: ContiguousArray<Profile> = []
    package var preferences: ContiguousArray<Preference> = []
    package var attributes: ContiguousArray<ProfileAttribute> = []
    package var tags: ContiguousArray<TextSpan> = []
    /// What changed and is told to nobody.
    package var unheard = UnheardChanges()

    package init() {}

    /// Forgets the outputs, keeps the memory.
    package mutating func removeAll() {
        outputs.removeAll(keepingCapacity: true)
        text.removeAll(keepingCapacity: true)
        terms.removeAll(keepingCapacity: true)
        criteria.removeAll(keepingCapacity: true)
        profiles.removeAll(keepingCapacity: true)
        preferences.removeAll(keepingCapacity: true)
        attributes.removeAll(keepingCapacity: true)
        tags.removeAll(keepingCapacity: true)
        unheard.removeAll()
    }

    package mutating func append(text bytes: UnsafeRawBufferPointer) -> TextSpan {
        let span = TextSpan(offset: text.count, length: bytes.count)
        text.append(contentsOf: bytes)
        return span
    }

    /// The text of `span`, for people and tests.
    package func string(_ span: TextSpan) -> String { String(decoding: text[span.range], as: UTF8.self) }
}

/// Changes that nobody is told of, for whoever counts where customers stand.
package struct UnheardChanges: Sendable {
    /// Of tiers, levels and what is near.
    package private(set) var count = 0
    package private(set) var tierMoves: ContiguousArray<TierMove> = []

    /// Indices into `Policy.tiers`; `from` is nil for a customer's first tier, or one that a policy dropped.
    package struct TierMove: Hashable, Sendable {
        package var from: Int?
        package var to: Int
        package var isEntry: Bool

        package init(from: Int?, to: Int, isEntry: Bool) {
            self.from = from
            self.to = to
            self.isEntry = isEntry
        }
    }

    package init() {}

    package mutating func note() { count += 1 }

    package mutating func note(_ move: TierMove) {
        count += 1
        tierMoves.append(move)
    }

    mutating func removeAll() {
        count = 0
        tierMoves.removeAll(keepingCapacity: true)
    }
}

/// A half-open range of indices into one of the evidence arrays.
package struct EvidenceSpan: Hashable, Sendable {
    package var start: UInt32
    package var end: UInt32
    @inlinable package init(_ range: Range<Int>) {
        start = UInt32(truncatingIfNeeded: range.lowerBound)
        end = UInt32(truncatingIfNeeded: range.upperBound)
    }
    @inlinable package var range: Range<Int> { Int(start)..<Int(end) }
}

/// One term of the score at the decision.
package struct TermEvidence: Hashable, Sendable {
    /// An index into `Policy.terms`.
    package var term: Int32
    /// The measure's value; NaN when unknown.
    package var value: Double
    /// What the term added to the score.
    package var points: Double
    package init(term: Int32, value: Double, points: Double) {
        self.term = term
        self.value = value
        self.points = points
    }
}

/// One comparison that decided, with the threshold in force (the margin included).
package struct CriterionEvidence: Hashable, Sendable {
    package var comparison: Comparison
    /// The number compared; NaN when unknown.
    package var value: Double
    package var isMet: Bool
    package init(comparison: Comparison, value: Double, isMet: Bool) {
        self.comparison = comparison
        self.value = value
        self.isMet = isMet
    }
}

/// A pin in force: between which tiers it holds its customer.
package struct PinEvidence: Hashable, Sendable {
    /// Indices into `Policy.tiers`; nil where it allows any. A pin to exactly one tier has it as both.
    package var floor: Int?
    package var ceiling: Int?
    /// Nil for until it is taken back.
    package var until: EventTime?
    /// Who set it.
    package var by: TextSpan
    /// Why; nil where the command did not say.
    package var reason: TextSpan?
    package init(floor: Int?, ceiling: Int?, until: EventTime?, by: TextSpan, reason: TextSpan?) {
        self.floor = floor
        self.ceiling = ceiling
        self.until = until
        self.by = by
        self.reason = reason
    }
}

/// What made the engine decide.
package enum Cause: Sendable {
    /// An event, by its coordinates in the input.
    case event(SourcePosition, id: TextSpan)
    /// Time alone.
    case deadline(DeadlineKind)
    /// Another policy became active.
    case activation
}

/// Where a record came from.
package struct SourcePosition: Hashable, Sendable {
    package var input: InputKind
    package var partition: Int32
    package var offset: Int64
    /// The record's own timestamp, milliseconds since the epoch; −1 when it has none.
    package var timestamp: Int64

    @inlinable package init(input: InputKind, partition: Int32, offset: Int64, timestamp: Int64) {
        self.input = input
        self.partition = partition
        self.offset = offset
        self.timestamp = timestamp
    }
}

/// Why time alone can change a standing. Raw values are stored with the customer: append only.
package enum DeadlineKind: UInt8, CaseIterable, Sendable {
    /// Nothing will change by itself.
    case none = 0
    /// Something leaves a window.
    case windowExpiry = 1
    /// A decaying or growing measure crosses a threshold.
    case decay = 2
    /// The grace period or the minimum dwell ends.
    case graceEnd = 3
    /// The churn risk crosses a level's threshold.
    case churnCrossing = 4
    /// The tier's term ends.
    case termEnd = 5
    /// A pin ends.
    case pinEnd = 6
    /// A notice is due.
    case notice = 7
    /// A portrait that was held back is due.
    case portrait = 8

    package var name: StaticString {
        switch self {
        case .none: "none"
        case .windowExpiry: "window_expiry"
        case .decay: "decay"
        case .graceEnd: "grace_end"
        case .churnCrossing: "churn_crossing"
        case .termEnd: "term_end"
        case .pinEnd: "pin_end"
        case .notice: "notice"
        case .portrait: "portrait"
        }
    }
}

/// A customer's tier changed, or was given for the first time.
package struct TierChange: Sendable {
    package var customer: TextSpan
    /// Indices into `Policy.tiers`; `from` is nil on entry.
    package var from: Int?
    package var to: Int
    package var direction: Direction
    package var reason: Reason
    package var cause: Cause
    package var effectiveAt: EventTime
    /// Per customer, from 1, without gaps.
    package var sequence: UInt32
    /// 0…100.
    package var score: Double
    package var terms: EvidenceSpan
    package var criteria: EvidenceSpan
    /// The first instant after the term; nil for a tier without one.
    package var validUntil: EventTime?
    /// Towards the next tier up; nil at the top.
    package var progress: Progress?
    /// What held the tier within bounds at the decision; nil without a pin.
    package var pin: PinEvidence?

    /// Raw values are the names on the wire.
    package enum Direction: String, CaseIterable, Sendable {
        case entry, upgrade, downgrade, renewal, correction, pin
    }

    /// Raw values are the reason codes on the wire.
    package enum Reason: String, CaseIterable, Sendable {
        case firstSeen = "first_seen"
        case requirementMet = "requirement_met"
        case requirementLost = "requirement_lost"
        case graceEnded = "grace_ended"
        case termEnded = "term_ended"
        case termRenewed = "term_renewed"
        case orderWithdrawn = "order_withdrawn"
        case lateEvent = "late_event"
        case pinned = "pinned"
        case pinEnded = "pin_ended"
        case merged
        case policyChanged = "policy_changed"
    }

    package init(
        customer: TextSpan, from: Int?, to: Int, direction: Direction, reason: Reason, cause: Cause,
        effectiveAt: EventTime, sequence: UInt32, score: Double, terms: EvidenceSpan, criteria: EvidenceSpan,
        validUntil: EventTime?, progress: Progress?, pin: PinEvidence? = nil
    ) {
        self.pin = pin
        self.customer = customer
        self.from = from
        self.to = to
        self.direction = direction
        self.reason = reason
        self.cause = cause
        self.effectiveAt = effectiveAt
        self.sequence = sequence
        self.score = score
        self.terms = terms
        self.criteria = criteria
        self.validUntil = validUntil
        self.progress = progress
    }
}

/// How near a customer is to the next tier.
package struct Progress: Sendable {
    /// An index into `Policy.tiers`.
    package var tier: Int
    /// 0…1: of `all` parts of the requirement the least, of `any` the most.
    package var fraction: Double
    /// The comparisons of its requirement that do not hold.
    package var unmet: EvidenceSpan

    package init(tier: Int, fraction: Double, unmet: EvidenceSpan) {
        self.tier = tier
        self.fraction = fraction
        self.unmet = unmet
    }
}

/// Something about a standing that is not a change, but will be or could be.
package struct TierNotice: Sendable {
    package var customer: TextSpan
    package var kind: Kind
    /// The tier held, an index into `Policy.tiers`.
    package var tier: Int
    package var cause: Cause
    package var effectiveAt: EventTime
    /// Seconds since the epoch: with customer and kind it tells one notice from another.
    package var sequence: UInt32 { UInt32(clamping: effectiveAt.milliseconds / 1000) }
    /// When the tier is lost as things stand; nil for a near upgrade.
    package var expiresAt: EventTime?
    /// What the tier that is near, or that will be lost, asks for.
    package var criteria: EvidenceSpan
    package var progress: Progress?

    /// Raw values are the names on the wire.
    package enum Kind: String, CaseIterable, Sendable {
        case approachingUpgrade = "approaching_upgrade"
        case approachingExpiry = "approaching_expiry"
    }

    package init(
        customer: TextSpan, kind: Kind, tier: Int, cause: Cause, effectiveAt: EventTime, expiresAt: EventTime?,
        criteria: EvidenceSpan, progress: Progress?
    ) {
        self.customer = customer
        self.kind = kind
        self.tier = tier
        self.cause = cause
        self.effectiveAt = effectiveAt
        self.expiresAt = expiresAt
        self.criteria = criteria
        self.progress = progress
    }
}

/// A customer's churn-risk level changed, or was given for the first time (at the first order).
package struct ChurnRiskChange: Sendable {
    package var customer: TextSpan
    /// Indices into `Policy.churn.levels`; `from` is nil the first time.
    package var from: Int?
    package var to: Int
    package var cause: Cause
    package var effectiveAt: EventTime
    /// Per customer, from 1, without gaps.
    package var sequence: UInt32
    /// Probability of no purchase within the horizon, 0…1.
    package var probability: Double
    /// Everything that it follows from; forecasts follow from it too.
    package var evidence: ChurnEvidence
    /// Mean total of the repeat purchase days, major units; 0 without one.
    package var meanAmount: Double
    package var daysSinceLastOrder: Double

    package init(
        customer: TextSpan, from: Int?, to: Int, cause: Cause, effectiveAt: EventTime, sequence: UInt32,
        probability: Double, evidence: ChurnEvidence, meanAmount: Double, daysSinceLastOrder: Double
    ) {
        self.customer = customer
        self.from = from
        self.to = to
        self.cause = cause
        self.effectiveAt = effectiveAt
        self.sequence = sequence
        self.probability = probability
        self.evidence = evidence
        self.meanAmount = meanAmount
        self.daysSinceLastOrder = daysSinceLastOrder
    }
}
