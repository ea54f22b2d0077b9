extension Policy {
    /// An amount of `order` in minor units of the policy's currency: at the rate that the order carries, else at the
    /// policy's own.
    package func amount(_ amount: Money, of order: OrderEvent) throws(Rejection) -> Int64 {
        // Stages that carry no amount carry no currency either.
        if order.currency == currency || amount == .zero { return amount.minorUnits }
        let carried = order.rate.flatMap { $0.currency == .none || $0.currency == currency ? $0.rate : nil }
        guard let rate = carried ?? exchangeRates[order.currency] else { throw Rejection(.unknownCurrency, .currency) }
        guard let converted = rate.convert(amount, from: order.currency, to: currency) else {
            throw Rejection(.outOfRange, .total)
        }
        return converted.minorUnits
    }
}
