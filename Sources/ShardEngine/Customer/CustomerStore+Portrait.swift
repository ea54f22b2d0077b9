import Scoring

/// The portraits of customers in the arena.
extension CustomerStore {
    /// The customer's portrait, begun if there is none.
    @inline(__always) mutating func portrait(orBeginOf record: Record) -> Portrait {
        if record.pointee.portraitBytes == 0 { beginPortrait(of: record) }
        return Portrait(base: arena.address(record.pointee.portraitBlock))
    }

    /// With room for orders from the beginning: growing later would leave a small free block behind for every buyer.
    private mutating func beginPortrait(of record: Record) {
        let bytes = Portrait.headBytes + Portrait.Part.orders.bytes
        record.pointee.portraitBlock = arena.allocate(bytes)
        record.pointee.portraitBytes = UInt16(bytes)
        let portrait = Portrait(base: arena.address(record.pointee.portraitBlock))
        portrait.base.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        portrait.acquisition = NameTable.none
        portrait.mark(.orders)
    }

    /// Nil before anything was noted.
    @inline(__always) func portrait(ifAnyOf record: Record) -> Portrait? {
        record.pointee.portraitBytes == 0 ? nil : Portrait(base: arena.address(record.pointee.portraitBlock))
    }

    /// Frees it.
    mutating func forgetPortrait(of record: Record) {
        arena.free(record.pointee.portraitBlock, bytes: Int(record.pointee.portraitBytes))
        record.pointee.portraitBlock = .none
        record.pointee.portraitBytes = 0
        record.pointee.owesPortrait = false
        record.pointee.portraitAt = 0
    }

    /// Where a part begins, made of zeros if it was not there.
    mutating func portraitPart(_ part: Portrait.Part, of record: Record) -> (portrait: Portrait, offset: Int) {
        let portrait = portrait(orBeginOf: record)
        let offset = portrait.offset(of: part)
        if portrait.has(part) { return (portrait, offset) }
        let grown = openPortrait(at: offset, bytes: part.bytes, of: record)
        grown.mark(part)
        return (grown, offset)
    }

    private mutating func openPortrait(at offset: Int, bytes: Int, of record: Record) -> Portrait {
        let old = Int(record.pointee.portraitBytes)
        record.pointee.portraitBlock = arena.resize(record.pointee.portraitBlock, from: old, to: old + bytes)
        record.pointee.portraitBytes = UInt16(old + bytes)
        let base = arena.address(record.pointee.portraitBlock)
        memmoveBytes(base + offset + bytes, base + offset, old - offset)
        (base + offset).initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        return Portrait(base: base)
    }

    /// Adds to the weight of a name in a list of bounded length: the weights are faded first, by a half for each period of
    /// `PreferenceWeight.periodDays` that has gone by, and at the limit the lightest entry makes room and hands its weight
    /// on (Space-Saving: Metwally, Agrawal, El Abbadi 2005), so that the heaviest names are always among those kept and
    /// all weights together stay those of the stream.
    mutating func weigh(_ added: Portrait.Entry, in list: Portrait.List, period: UInt16, of record: Record) {
        let portrait = portrait(orBeginOf: record)
        let added = fade(portrait, to: period, adding: added)
        let (start, count) = (portrait.offset(of: list), portrait.count(list))
        var lightest = (offset: start, weight: UInt16.max)
        for index in 0..<count {
            let offset = start + index * Portrait.entryBytes
            var entry = portrait.entry(at: offset)
            if entry.name == added.name {
                entry.weight += added.weight
                entry.answered += added.answered
                return store(entry, at: offset, portrait)
            }
            if entry.weight < lightest.weight { lightest = (offset, entry.weight) }
        }
        if count < Portrait.longestList {
            let end = start + count * Portrait.entryBytes
            let grown = openPortrait(at: end, bytes: Portrait.entryBytes, of: record)
            grown.store(added, at: end)
            grown.addToCount(list)
        } else {
            var entry = added
            entry.weight += lightest.weight
            store(entry, at: lightest.offset, portrait)
        }
    }

    /// Weights stay small enough for a sum of two.
    private func store(_ entry: Portrait.Entry, at offset: Int, _ portrait: Portrait) {
        portrait.store(entry, at: offset)
        if entry.weight > PreferenceWeight.most { halve(portrait, times: 1) }
    }

    /// Halves the weights for each period gone by. Returns what `added` is worth now: less if it belongs to a period before.
    private func fade(_ portrait: Portrait, to period: UInt16, adding added: Portrait.Entry) -> Portrait.Entry {
        if period == portrait.period { return added }
        if period < portrait.period { return added.halved(times: Int(portrait.period - period)) }
        halve(portrait, times: Int(period - portrait.period))
        portrait.period = period
        return added
    }

    private func halve(_ portrait: Portrait, times: Int) {
        let start = portrait.offset(of: .categories)
        for index in 0..<portrait.count(.categories) + portrait.count(.channels) {
            let offset = start + index * Portrait.entryBytes
            portrait.store(portrait.entry(at: offset).halved(times: times), at: offset)
        }
    }
}

extension CustomerStore {
    /// Adds what another customer's portrait holds; the other stays as it is. Acquired by what `record` was acquired by, if
    /// that is known.
    mutating func mergePortrait(of merged: Record, into record: Record) {
        guard let other = portrait(ifAnyOf: merged) else { return }
        let own = portrait(orBeginOf: record)
        if own.acquisition == NameTable.none { own.acquisition = other.acquisition }
        if other.views > 0, own.views == 0 || other.firstViewAt < own.firstViewAt {
            own.firstViewAt = other.firstViewAt
        }
        own.add(other.views, at: 16)
        own.compared |= other.compared
        own.answeredAt = max(own.answeredAt, other.answeredAt)
        for part in Portrait.Part.allCases where other.has(part) { mergePart(part, of: merged, into: record) }
        for list in [Portrait.List.categories, .channels] {
            for index in 0..<other.count(list) {
                weigh(other.entry(index, of: list), in: list, period: other.period, of: record)
            }
        }
    }

    private mutating func mergePart(_ part: Portrait.Part, of merged: Record, into record: Record) {
        let (own, offset) = portraitPart(part, of: record)
        guard let other = portrait(ifAnyOf: merged) else { return }
        let source = other.offset(of: part)
        func addCounts(_ places: [Int]) {
            for place in places { own.add(other.load(source + place, as: UInt16.self), at: offset + place) }
        }
        switch part {
        case .orders:
            addCounts([0, 2, 4, 6, 12, 14, 16])
            own.add(other.load(source + 8, as: UInt32.self), at: offset + 8)
        case .costs:
            for place in [0, 8] {
                let sum = own.load(offset + place, as: Int64.self) &+ other.load(source + place, as: Int64.self)
                own.store(sum, offset + place)
            }
        case .referrals: addCounts([0, 2])
        }
    }
}

/// What things count in a list of preferences. Small integers that are halved: no rounding differs between machines.
enum PreferenceWeight {
    /// One view, contact, answer or order.
    static let view: UInt16 = 16
    /// A line of an order tells as much as four views.
    static let orderLine: UInt16 = 64
    /// Halved from here on, so that a sum of two weights fits.
    static let most: UInt16 = 32_000
    static let periodDays: Int32 = 90

    static func period(of day: Int32) -> UInt16 { UInt16(clamping: day / periodDays) }
}
