/// What one major unit of a foreign currency is worth in the policy's currency: an exact decimal, billionths.
package struct ExchangeRate: Hashable, Sendable {
    package var billionths: Int64

    @inlinable package init(billionths: Int64) { self.billionths = billionths }

    /// Converts exactly and rounds half away from zero to a minor unit; nil beyond `Money.limit`.
    package func convert(_ amount: Money, from: CurrencyCode, to: CurrencyCode) -> Money? {
        let magnitude = amount.minorUnits.magnitude
        var numerator = magnitude.multipliedFullWidth(by: UInt64(billionths))
        var divisor: UInt64 = 1_000_000_000
        let shift = to.exponent - from.exponent
        for _ in 0..<max(shift, 0) { numerator = Self.timesTen(numerator) }
        for _ in 0..<max(-shift, 0) { divisor *= 10 }
        guard numerator.high < divisor else { return nil }
        let (quotient, remainder) = divisor.dividingFullWidth(numerator)
        let rounded = quotient &+ (remainder >= divisor - remainder ? 1 : 0)
        guard rounded <= UInt64(Money.limit.minorUnits) else { return nil }
        return Money(minorUnits: amount.minorUnits < 0 ? -Int64(rounded) : Int64(rounded))
    }

    private static func timesTen(_ value: (high: UInt64, low: UInt64)) -> (high: UInt64, low: UInt64) {
        let low = value.low.multipliedFullWidth(by: 10)
        return (value.high &* 10 &+ low.high, low.low)
    }
}
