/// How points are earned: a windowed measure, not a ledger. There is a balance, and nothing that spends it.
///
/// An order earns whole points, rounded down, for what is left of it: `perUnit` for each major unit, times the multiplier of
/// the tier held when the order was applied. The rate stays with the order, so that a refund takes back what it had brought
/// and a change of tier or policy changes nothing about it. Orders that came before the policy had points earn none.
///
/// Points expire by age, and those of the lowest tier by inactivity too, where the rule says so. Because an order keeps the
/// rate and not the tier, theirs are the points earned at exactly `lowestRate`: in other tiers with the same multiplier as
/// well, and under an earlier policy if the rate was the same.
package struct PointsRule: Hashable, Sendable {
    /// Points for one major unit of the policy's currency, in thousandths; up to `highestPerUnit`.
    package var perUnit: Int64
    /// In the order of `Policy.tiers`, in thousandths; up to `highestMultiplier`.
    package var multipliers: [Int64]
    /// Calendar days for which points count, the order's own included.
    package var expiresAfterDays: Int
    /// Calendar days for which the points of the lowest tier outlast the latest order that counts, its own day included; nil
    /// where age alone ends them. What has expired stays so, whatever is ordered afterwards.
    package var expiresWhenInactiveDays: Int?

    package static let highestPerUnit: Int64 = 1_000_000
    package static let highestMultiplier: Int64 = 100_000

    package init(
        perUnit: Int64, multipliers: [Int64], expiresAfterDays: Int, expiresWhenInactiveDays: Int? = nil
    ) {
        self.perUnit = perUnit
        self.multipliers = multipliers
        self.expiresAfterDays = expiresAfterDays
        self.expiresWhenInactiveDays = expiresWhenInactiveDays
    }

    /// The balance as a measure.
    package var measure: Measure { Measure(.points, .days(expiresAfterDays)) }

    /// By which the points of the lowest tier are known.
    package var lowestRate: PointsRate { rate(inTier: 0) }

    /// What an order earns in a tier.
    package func rate(inTier tier: Int) -> PointsRate { PointsRate(millionths: UInt64(perUnit * multipliers[tier])) }
}

/// Points for one major unit.
package struct PointsRate: Hashable, Sendable {
    package var millionths: UInt64

    package static let none = PointsRate(millionths: 0)

    package init(millionths: UInt64) { self.millionths = millionths }

    /// Whole points for an amount from 0, of which `minorPerMajor` make a major unit. Stops at a number that no shop reaches,
    /// far from the end of its range.
    package func points(for amount: Money, minorPerMajor: UInt64) -> Int64 {
        let product = UInt64(max(amount.minorUnits, 0)).multipliedFullWidth(by: millionths)
        let unit = minorPerMajor * 1_000_000
        guard product.high < unit else { return Self.most }
        return min(Int64(clamping: unit.dividingFullWidth(product).quotient), Self.most)
    }

    private static let most: Int64 = 1 << 48
}
