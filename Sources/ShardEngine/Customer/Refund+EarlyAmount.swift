import Scoring

/// As the amount of a line that waits for its order.
extension Refund {
    private static let firstShare = OrderEntry.wholeOrder + 1

    /// The highest of them.
    static let highestEarlyAmount = firstShare + unit - 1

    var earlyAmount: Int64 {
        switch self {
        case .whole: OrderEntry.wholeOrder
        case .amount(let amount): -amount
        case .share(let parts): Self.firstShare + parts
        }
    }

    init(earlyAmount amount: Int64) {
        switch amount {
        case ...0: self = .amount(-amount)
        case OrderEntry.wholeOrder: self = .whole
        default: self = .share(amount - Self.firstShare)
        }
    }
}
