/// Brings amounts into the policy's currency. Small: what asks for it with every order may copy it.
package struct Conversion: Sendable {
    private let currency: CurrencyCode
    /// What one unit of another currency is worth in `currency`.
    private let exchangeRates: [CurrencyCode: ExchangeRate]

    package init(_ policy: Policy) {
        currency = policy.currency
        exchangeRates = policy.exchangeRates
    }

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

    /// What a refund gives back: in another currency than the policy's its share of the order's total, which needs no rate,
    /// or what it comes to by a rate where the event names no total.
    package func refund(of order: OrderEvent) throws(Rejection) -> Refund {
        guard let amount = order.refund else { return .whole }
        guard order.currency != currency, order.total > .zero else {
            return .amount(try self.amount(amount, of: order))
        }
        return Refund(amount.minorUnits, of: order.total.minorUnits)
    }
}
