/// What a refund gives back of its order.
package enum Refund: Hashable, Sendable {
    /// All that is left of it.
    case whole
    /// Minor units of the policy's currency.
    case amount(Int64)
    /// A part of what the order counts, in parts of `Refund.unit` and less than that: the rate at which the order was
    /// converted is not kept, so that a refund in the order's currency is told as its share of the order.
    case share(Int64)

    /// 2^44: the bits that an order's line has for an amount hold any share.
    package static let unit: Int64 = 1 << 44

    /// `amount` of an order that comes to `total`, both in one currency and in minor units; `total` is not 0.
    package init(_ amount: Int64, of total: Int64) {
        guard amount < total else {
            self = .whole
            return
        }
        let parts = amount.magnitude.multipliedFullWidth(by: Self.unit.magnitude)
        self = .share(Int64(total.magnitude.dividingFullWidth(parts).quotient))
    }

    /// Minor units of an order that counts `counted`; nil for all that is left. Of a share any fraction of a minor unit is
    /// taken whole, so that nothing is left of an order that comes back piece by piece.
    package func minorUnits(of counted: Int64) -> Int64? {
        switch self {
        case .whole: return nil
        case .amount(let amount): return amount
        case .share(let parts):
            let product = counted.magnitude.multipliedFullWidth(by: parts.magnitude)
            let (quotient, remainder) = Self.unit.magnitude.dividingFullWidth(product)
            return Int64(quotient) + (remainder > 0 ? 1 : 0)
        }
    }

    /// Another number for each: no amount is below 0, and no share as far below as the last.
    package var mark: Int64 {
        switch self {
        case .whole: -Money.limit.minorUnits - 1
        case .amount(let amount): amount
        case .share(let parts): -1 - parts
        }
    }
}

extension OrderType {
    /// Whether the total of such an event is what the order comes to from then on.
    package var countsTotal: Bool { rawValue <= Self.updated.rawValue }
}
