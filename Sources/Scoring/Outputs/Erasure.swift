/// A customer was erased, or joined into another one: its profile is to be forgotten.
package struct Erasure: Sendable {
    package var customer: TextSpan
    /// The tier that was held, an index into `Policy.tiers`; nil for who had none yet. Not told outside.
    package var tier: Int?
    package var cause: Cause
    package var effectiveAt: EventTime

    package init(customer: TextSpan, tier: Int?, cause: Cause, effectiveAt: EventTime) {
        self.customer = customer
        self.tier = tier
        self.cause = cause
        self.effectiveAt = effectiveAt
    }
}
