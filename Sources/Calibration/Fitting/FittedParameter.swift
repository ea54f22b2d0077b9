/// A parameter as estimated.
package struct FittedParameter: Hashable, Sendable {
    package var name: String
    package var value: Double
    /// Nil where the likelihood has no inverse Hessian.
    package var standardError: Double?
}

/// How a fit by maximum likelihood went.
package struct FitQuality: Hashable, Sendable {
    package var logLikelihood: Double
    package var isConverged: Bool
    package var evaluations: Int
    /// Customers that it rests on.
    package var customers: Int
}

/// Why a history cannot be calibrated on: one sentence with the remedy.
package enum CalibrationError: Error, Hashable, Sendable, CustomStringConvertible {
    case tooFewRepeatBuyers(found: Int, needed: Int)
    case noPurchases
    case emptyHoldout(from: String, days: Int)
    case holdoutBeyondHistory(from: String, days: Int, lastDay: String)
    case summedUp(day: String, customers: Int)

    package var description: String {
        switch self {
        case .tooFewRepeatBuyers(let found, let needed):
            "only \(found) customers bought on two days or more, at least \(needed) are needed; give a longer history"
        case .noPurchases:
            "no order counts until then; check the date, `count_orders_from` and the currencies of the policy"
        case .emptyHoldout(let from, let days):
            "of the customers of \(from), none or all bought in the \(days) days after it: there is nothing to tell apart; choose another date"
        case .holdoutBeyondHistory(let from, let days, let lastDay):
            "the history ends on \(lastDay), before the \(days) days after \(from) are over; choose an earlier date or a shorter holdout"
        case .summedUp(let day, let customers):
            "of \(customers) customers the snapshot tells only the sums of what they bought until after \(day); choose a later day, or fit from orders"
        }
    }
}
