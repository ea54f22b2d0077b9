import Scoring

/// What came of the customers whom one channel brought.
package struct AcquisitionChannel: Hashable, Sendable {
    /// UTF-8, as the events write it; `(other)` for all beyond the names that are kept.
    package var name: [UInt8]
    package var customers = 0
    package var buyers = 0
    /// With orders on two days or more.
    package var repeatBuyers = 0
    package var spend = Money.zero

    package init(name: [UInt8]) { self.name = name }

    package static let others = Array("(other)".utf8)

    fileprivate mutating func add(_ days: PurchaseDays) {
        customers += 1
        buyers += days.count > 0 ? 1 : 0
        repeatBuyers += days.count > 1 ? 1 : 0
        spend = Money(minorUnits: spend.minorUnits &+ days.spend)
    }

    private mutating func add(_ other: AcquisitionChannel) {
        customers += other.customers
        buyers += other.buyers
        repeatBuyers += other.repeatBuyers
        spend = Money(minorUnits: spend.minorUnits &+ other.spend.minorUnits)
    }

    /// Several shards' channels together: each name once, sorted by its bytes. Of more than `most`, those that brought the
    /// fewest customers are counted together.
    package static func summed(_ channels: [AcquisitionChannel], atMost most: Int) -> [AcquisitionChannel] {
        var byName: [[UInt8]: AcquisitionChannel] = [:]
        for channel in channels { byName[channel.name, default: AcquisitionChannel(name: channel.name)].add(channel) }
        var rest = byName.removeValue(forKey: others) ?? AcquisitionChannel(name: others)
        let ranked = byName.values.sorted {
            $0.customers != $1.customers
                ? $0.customers > $1.customers : $0.name.lexicographicallyPrecedes($1.name)
        }
        let places = ranked.count > most || rest.customers > 0 ? most - 1 : most
        for channel in ranked.dropFirst(places) { rest.add(channel) }
        let kept = Array(ranked.prefix(places)) + (rest.customers > 0 ? [rest] : [])
        return kept.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }
}

/// A count of what each channel brought, in portions, so that live events never wait for all customers. What happens between
/// two portions is counted for those who are still to come.
package struct AcquisitionSurvey: Sendable {
    fileprivate var next: UInt32 = 0
    /// By the number of the channel's name.
    fileprivate var numbered: [AcquisitionChannel] = []
    /// Of names that commands gave.
    fileprivate var named: [[UInt8]: AcquisitionChannel] = [:]
    fileprivate var others = AcquisitionChannel(name: AcquisitionChannel.others)

    /// More names of commands than this are counted as others.
    fileprivate static let mostNamed = 1_024
    /// Channels of one shard that are told apart.
    package static let mostChannels = 256

    package init() {}

    /// By name; only those that brought somebody.
    package var channels: [AcquisitionChannel] {
        let all = numbered + Array(named.values) + [others]
        return AcquisitionChannel.summed(all.filter { $0.customers > 0 }, atMost: Self.mostChannels)
    }
}

extension ShardEngine {
    /// Looks at `limit` more customers; returns whether everybody has been looked at. An attribute `acquisition_channel` says
    /// the channel better than events. Counts nobody where no profiles are drawn.
    package func survey(_ survey: inout AcquisitionSurvey, atMost limit: Int) -> Bool {
        guard rules.portraits != nil else { return true }
        let end = min(Int(survey.next) + limit, store.count)
        while survey.next < end {
            count(store.slab[survey.next], in: &survey)
            survey.next += 1
        }
        return end == store.count
    }

    private func count(_ record: CustomerStore.Record, in survey: inout AcquisitionSurvey) {
        guard record.pointee.slotState == .customer else { return }
        if record.pointee.annexBytes > 0, let name = acquisitionAttribute(of: record) {
            let days = store.purchaseDays(of: record, rules)
            guard survey.named.count < AcquisitionSurvey.mostNamed || survey.named[name] != nil else {
                return survey.others.add(days)
            }
            return survey.named[name, default: AcquisitionChannel(name: name)].add(days)
        }
        guard let portrait = store.portrait(ifAnyOf: record), portrait.acquisition != NameTable.none else { return }
        let (number, days) = (Int(portrait.acquisition), store.purchaseDays(of: record, rules))
        guard number < names.count else { return survey.others.add(days) }
        while survey.numbered.count <= number {
            survey.numbered.append(AcquisitionChannel(name: names.name(survey.numbered.count)))
        }
        survey.numbered[number].add(days)
    }

    private func acquisitionAttribute(of record: CustomerStore.Record) -> [UInt8]? {
        store.decodedAnnex(of: record).attributes
            .first { $0.kind == .text && $0.name.elementsEqual("acquisition_channel".utf8) }?.value
    }

    /// The quality of each channel of acquisition, by name. Looks at every customer.
    package func acquisitionChannels() -> [AcquisitionChannel] {
        var counted = AcquisitionSurvey()
        _ = survey(&counted, atMost: store.count)
        return counted.channels
    }
}
