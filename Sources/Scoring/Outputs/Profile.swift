/// A customer as a whole, at one instant: what the ten dimensions, the scores and the forecasts follow from.
package struct Profile: Sendable {
    package var cause: Cause
    package var effectiveAt: EventTime
    /// An index into `Policy.tiers`.
    package var tier: Int
    package var tierSince: EventTime
    /// The first instant after the term; nil for a tier without one.
    package var validUntil: EventTime?
    /// 0…100.
    package var score: Double
    /// Nil before the first order.
    package var churn: Churn?
    /// Nothing at first: it is filled in where the profile stays.
    package var evidence = ProfileEvidence(tenureDays: 0)
    /// Points earned and neither taken back nor expired; nil where orders earn none.
    package var points: Double?
    /// The channel that the customer first came by; nil while no event has named one.
    package var acquisitionChannel: TextSpan?
    /// In `OutputBuffer.preferences`, the strongest first.
    package var categories: EvidenceSpan
    package var channels: EvidenceSpan
    package var interests: EvidenceSpan
    /// In `OutputBuffer.attributes` and `OutputBuffer.tags`, sorted by their bytes.
    package var attributes: EvidenceSpan
    package var tags: EvidenceSpan

    package struct Churn: Sendable {
        /// An index into `Policy.churn.levels`.
        package var level: Int
        package var risk: Double
        package var evidence: ChurnEvidence
        /// Mean total of the repeat purchase days, major units; 0 without one.
        package var meanAmount: Double

        package init(level: Int, risk: Double, evidence: ChurnEvidence, meanAmount: Double) {
            self.level = level
            self.risk = risk
            self.evidence = evidence
            self.meanAmount = meanAmount
        }
    }

    package init(
        cause: Cause, effectiveAt: EventTime, tier: Int, tierSince: EventTime, validUntil: EventTime?, score: Double,
        churn: Churn?
    ) {
        self.cause = cause
        self.effectiveAt = effectiveAt
        self.tier = tier
        self.tierSince = tierSince
        self.validUntil = validUntil
        self.score = score
        self.churn = churn
        (categories, channels, interests) = (EvidenceSpan(0..<0), EvidenceSpan(0..<0), EvidenceSpan(0..<0))
        (attributes, tags) = (EvidenceSpan(0..<0), EvidenceSpan(0..<0))
    }
}

/// A category or channel with its weight among those of its kind.
package struct Preference: Sendable {
    package var name: TextSpan
    package var kind: Kind
    /// Of all of its kind, 0…1.
    package var share: Double
    /// Of a category: what of it came of orders, 0…1. Of a marketing channel: clicks among the contacts seen.
    package var answered: Double

    /// Raw values are the names on the wire.
    package enum Kind: String, Sendable {
        case category, sales, marketing, service
    }

    package init(name: TextSpan, kind: Kind, share: Double, answered: Double) {
        self.name = name
        self.kind = kind
        self.share = share
        self.answered = answered
    }
}

/// A fact about a customer that a command gave.
package struct ProfileAttribute: Sendable {
    package var name: TextSpan
    package var value: Value

    package enum Value: Sendable {
        case text(TextSpan)
        /// A number's digits as JSON has them.
        case number(TextSpan)
        case flag(Bool)
    }

    package init(name: TextSpan, _ value: Value) {
        self.name = name
        self.value = value
    }
}

/// A profile among the outputs; it is large, so it lies beside them.
package struct ProfileUpdate: Sendable {
    package var customer: TextSpan
    package var effectiveAt: EventTime
    /// An index into `OutputBuffer.profiles`.
    package var profile: Int

    package init(customer: TextSpan, effectiveAt: EventTime, profile: Int) {
        self.customer = customer
        self.effectiveAt = effectiveAt
        self.profile = profile
    }

    /// Seconds since the epoch: with the customer it tells one profile from another, for there is one at most per second.
    package var sequence: UInt32 { UInt32(clamping: effectiveAt.milliseconds / 1000) }
}
