import Synchronization

/// What came of the customers whom a channel of acquisition brought.
package struct ChannelQuality: Hashable, Sendable {
    package var name: String
    package var customers: Int
    package var buyers: Int
    package var repeatBuyers: Int
    /// Major units of the policy's currency.
    package var spend: Double

    package init(name: String, customers: Int, buyers: Int, repeatBuyers: Int, spend: Double) {
        self.name = name
        self.customers = customers
        self.buyers = buyers
        self.repeatBuyers = repeatBuyers
        self.spend = spend
    }

    private static let others = "(other)"
    /// Channels that get a line of their own; producers write their names, so their number must have a limit.
    static let most = 20

    /// Several shards' channels together, by name; of more than `most`, those with the fewest customers become one.
    static func summed(_ channels: [ChannelQuality]) -> [ChannelQuality] {
        let named = Dictionary(grouping: channels) { $0.name }.map { sum($1, $0) }
        let ranked = named.filter { $0.name != others }
            .sorted { $0.customers != $1.customers ? $0.customers > $1.customers : $0.name < $1.name }
        let rest = ranked.dropFirst(most) + named.filter { $0.name == others }
        let kept = ranked.prefix(most).sorted { $0.name < $1.name }
        return rest.isEmpty ? kept : kept + [sum(Array(rest), others)]
    }

    private static func sum(_ channels: [ChannelQuality], _ name: String) -> ChannelQuality {
        // In the order of the customers, so that the sum of spends does not follow the dictionary.
        channels.sorted { ($0.customers, $0.spend) < ($1.customers, $1.spend) }.reduce(
            into: ChannelQuality(name: name, customers: 0, buyers: 0, repeatBuyers: 0, spend: 0)
        ) {
            $0.customers += $1.customers
            $0.buyers += $1.buyers
            $0.repeatBuyers += $1.repeatBuyers
            $0.spend += $1.spend
        }
    }
}

/// One shard's channels; none before they were first counted. Any thread may set it.
package final class ChannelGauge: Sendable {
    private let contents = Mutex<[ChannelQuality]>([])

    package init() {}

    package func set(_ channels: [ChannelQuality]) { contents.withLock { $0 = channels } }

    package var channels: [ChannelQuality] { contents.withLock { $0 } }
}
