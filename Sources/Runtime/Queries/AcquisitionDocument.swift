import Foundation
import Scoring
import ShardEngine

/// The quality of the channels of acquisition over the shards of one instance, as `GET /v1/acquisition` shows it.
package struct AcquisitionDocument: Encodable, Sendable {
    package struct Channel: Encodable, Sendable {
        var channel: String
        var customers: Int
        /// With an order that counts.
        var buyers: Int
        /// With orders on two days or more.
        var repeatBuyers: Int
        var conversionRate: Double
        /// Of the buyers; nil without any.
        var repeatRate: Double?
        var spend: Double
        var spendPerCustomer: Double
    }

    /// Of the shard that was counted longest ago; nil before the first count.
    var asOf: String?
    /// False while a shard of this instance has not been counted yet.
    var complete: Bool
    var currency: String
    var channels: [Channel]

    private static let mostChannels = 256

    package init(_ shards: [ShardStatus], _ policy: Policy) {
        let counts = shards.compactMap(\.acquisition)
        asOf = counts.compactMap(\.asOf).min()?.rfc3339
        complete = counts.count == shards.count && !shards.isEmpty
        currency = policy.currency.text
        channels = AcquisitionChannel.summed(counts.flatMap(\.channels), atMost: Self.mostChannels).map {
            Channel($0, policy.currency)
        }
    }

    /// UTF-8 JSON; the same bytes for the same document.
    package func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return [UInt8](try encoder.encode(self))
    }
}

extension AcquisitionDocument.Channel {
    fileprivate init(_ counted: AcquisitionChannel, _ currency: CurrencyCode) {
        let (people, spent) = (Double(counted.customers), counted.spend.major(of: currency))
        channel = String(decoding: counted.name, as: UTF8.self)
        customers = counted.customers
        buyers = counted.buyers
        repeatBuyers = counted.repeatBuyers
        conversionRate = people > 0 ? Double(counted.buyers) / people : 0
        repeatRate = counted.buyers > 0 ? Double(counted.repeatBuyers) / Double(counted.buyers) : nil
        spend = spent
        spendPerCustomer = people > 0 ? spent / people : 0
    }
}
