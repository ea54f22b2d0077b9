import Scoring

/// What came of the customers whom one channel brought.
package struct AcquisitionChannel: Hashable, Sendable {
    /// UTF-8, as the events write it; `(other)` for all beyond the shard's names.
    package var name: [UInt8]
    package var customers = 0
    package var buyers = 0
    /// With orders on two days or more.
    package var repeatBuyers = 0
    package var spend = Money.zero

    package init(name: [UInt8]) { self.name = name }
}

extension ShardEngine {
    /// The quality of each channel of acquisition, by name. Looks at every customer; empty where no profiles are drawn.
    package func acquisitionChannels() -> [AcquisitionChannel] {
        var channels = (0..<names.count).map { AcquisitionChannel(name: names.name($0)) }
        channels.append(AcquisitionChannel(name: Array("(other)".utf8)))
        for slot in 0..<UInt32(store.count) {
            let record = store.slab[slot]
            guard let portrait = store.portrait(ifAnyOf: record), portrait.acquisition != NameTable.none else {
                continue
            }
            let days = store.purchaseDays(of: record, rules)
            let index = min(Int(portrait.acquisition), names.count)
            channels[index].customers += 1
            channels[index].buyers += days.count > 0 ? 1 : 0
            channels[index].repeatBuyers += days.count > 1 ? 1 : 0
            channels[index].spend = Money(minorUnits: channels[index].spend.minorUnits &+ days.spend)
        }
        return channels.filter { $0.customers > 0 }.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }
}
