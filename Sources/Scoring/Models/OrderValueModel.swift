/// The Gamma-Gamma model of what a customer spends per purchase day (Fader, Hardie 2013): three parameters.
///
/// Amounts are in the unit of the fit, here major units of the policy's currency.
package struct OrderValueModel: Hashable, Sendable {
    /// Shape of a customer's own amounts; > 0.
    package var p: Double
    /// Shape of the customers' scales; > 1, so that the mean over all customers exists.
    package var q: Double
    /// Scale of the customers' scales; > 0.
    package var v: Double

    package init(p: Double, q: Double, v: Double) {
        self.p = p
        self.q = q
        self.v = v
    }

    /// The fit on the CDNOW sample (log-likelihood −4055.9177), US dollars of 1997.
    package static let cdnow = OrderValueModel(p: 6.249573, q: 3.744224, v: 15.443518)

    /// E[m]: the mean amount expected of one with `purchases` days of `meanAmount` on average; of all customers at 0 days.
    ///
    /// The days are those of the fit: repeat purchase days, each with its total. Between the mean of all and the
    /// customer's own, nearer to the latter the more days there are.
    package func expectedAmount(purchases: Double, meanAmount: Double) -> Double {
        p * (v + purchases * meanAmount) / (p * purchases + q - 1)
    }
}
