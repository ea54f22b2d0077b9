/// What the purchase models need to know of a customer (Fader, Hardie, Lee 2005), all in one unit of time (days here).
package struct PurchaseHistory: Hashable, Sendable {
    /// x: purchase days after the first one.
    package var repeats: Double
    /// t_x: age at the latest purchase.
    package var ageAtLast: Double
    /// T: age now; at least `ageAtLast`.
    package var age: Double

    package init(repeats: Double, ageAtLast: Double, age: Double) {
        self.repeats = repeats
        self.ageAtLast = ageAtLast
        self.age = age
    }
}
