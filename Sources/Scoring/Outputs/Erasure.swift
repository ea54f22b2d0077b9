/// A customer was erased, or joined into another one: its profile is to be forgotten.
package struct Erasure: Sendable {
    package var customer: TextSpan
    package var cause: Cause
    package var effectiveAt: EventTime

    package init(customer: TextSpan, cause: Cause, effectiveAt: EventTime) {
        self.customer = customer
        self.cause = cause
        self.effectiveAt = effectiveAt
    }
}
