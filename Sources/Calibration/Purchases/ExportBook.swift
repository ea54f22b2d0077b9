import Foundation
import Scoring

/// The customers of a snapshot, as `tierd snapshot export` prints them, one line each.
///
/// A snapshot knows less than the orders do: what has left the policy's history is told as sums, and merged customers are
/// one. Where neither has happened, the purchases are those of an `OrderBook`.
package struct ExportBook {
    private let policy: Policy
    private let decoder = JSONDecoder()
    private var ids: Set<String> = []
    private var purchases: [CustomerPurchases] = []
    /// The day of the latest clock among the shards; nil before the first line.
    package private(set) var lastDay: DayIndex?

    /// - Parameter policy: the one that the snapshot was taken under.
    package init(policy: Policy) { self.policy = policy }

    package mutating func note(_ line: [UInt8]) throws(ExportError) {
        let customer: ExportedCustomer
        do { customer = try decoder.decode(ExportedCustomer.self, from: Data(line)) } catch {
            throw .notACustomer(reason: Self.words(error))
        }
        guard ids.insert(customer.id).inserted else { throw .customerTwice }
        let day = policy.calendar.day(of: EventTime(milliseconds: customer.asOf))
        lastDay = max(lastDay ?? day, day)
        purchases.append(customer.purchases(policy))
    }

    /// Those with at least one purchase, by id.
    package func customers() -> [CustomerPurchases] {
        purchases.filter { !$0.days.isEmpty || $0.earlier != nil }.sortedByID()
    }

    private static func words(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _): "\(key.stringValue) is missing"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "\(context.codingPath.map(\.stringValue).joined(separator: ".")) is of another type"
        default: "it is not a JSON object"
        }
    }
}

/// Why a line of a snapshot export cannot be used.
package enum ExportError: Error, Hashable, Sendable, CustomStringConvertible {
    case notACustomer(reason: String)
    case customerTwice

    package var description: String {
        switch self {
        case .notACustomer(let reason):
            "no customer as this version's `tierd snapshot export` prints them: \(reason); export the snapshot again"
        case .customerTwice:
            "this customer stands in a line before: give one export, of the newest snapshot of each shard"
        }
    }
}
