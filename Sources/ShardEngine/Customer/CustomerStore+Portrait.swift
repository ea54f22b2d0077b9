import Scoring

/// The portraits of customers in the arena.
extension CustomerStore {
    /// The customer's portrait, begun if there is none.
    @inline(__always) mutating func portrait(orBeginOf record: Record) -> Portrait {
        if record.pointee.portraitBytes == 0 { beginPortrait(of: record) }
        return Portrait(base: arena.address(record.pointee.portraitBlock))
    }

    private mutating func beginPortrait(of record: Record) {
        record.pointee.portraitBlock = arena.allocate(Portrait.headBytes)
        record.pointee.portraitBytes = UInt16(Portrait.headBytes)
        Portrait(base: arena.address(record.pointee.portraitBlock)).clear()
    }

    /// Nil before anything was noted.
    func portrait(ifAnyOf record: Record) -> Portrait? {
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
    mutating func weigh(
        _ name: UInt16, in list: Portrait.List, by weight: UInt16, isAnswer: Bool, on day: Int32, of record: Record
    ) {
        let portrait = portrait(orBeginOf: record)
        let more = fade(portrait, to: PreferenceWeight.period(of: day), adding: weight)
        let (start, count) = (portrait.offset(of: list), portrait.count(list))
        var lightest = (offset: start, weight: UInt16.max)
        for index in 0..<count {
            let offset = start + index * Portrait.entryBytes
            var entry = portrait.entry(at: offset)
            if entry.name == name {
                entry.weight += more
                if isAnswer { entry.answered += more }
                return store(entry, at: offset, portrait)
            }
            if entry.weight < lightest.weight { lightest = (offset, entry.weight) }
        }
        let answered = isAnswer ? more : 0
        if count < Portrait.longestList {
            let end = start + count * Portrait.entryBytes
            let grown = openPortrait(at: end, bytes: Portrait.entryBytes, of: record)
            grown.store(Portrait.Entry(name: name, weight: more, answered: answered), at: end)
            grown.addToCount(list)
        } else {
            let entry = Portrait.Entry(name: name, weight: lightest.weight + more, answered: answered)
            store(entry, at: lightest.offset, portrait)
        }
    }

    /// Weights stay small enough for a sum of two.
    private func store(_ entry: Portrait.Entry, at offset: Int, _ portrait: Portrait) {
        portrait.store(entry, at: offset)
        if entry.weight > PreferenceWeight.most { halve(portrait, times: 1) }
    }

    /// Halves the weights for each period gone by. Returns what `weight` is worth now: less if it belongs to a period before.
    private func fade(_ portrait: Portrait, to period: UInt16, adding weight: UInt16) -> UInt16 {
        if period == portrait.period { return weight }
        if period < portrait.period { return weight >> min(portrait.period - period, 15) }
        halve(portrait, times: min(Int(period - portrait.period), 15))
        portrait.period = period
        return weight
    }

    private func halve(_ portrait: Portrait, times: Int) {
        let start = portrait.offset(of: .categories)
        for index in 0..<portrait.count(.categories) + portrait.count(.channels) {
            let offset = start + index * Portrait.entryBytes
            var entry = portrait.entry(at: offset)
            entry.weight >>= UInt16(times)
            entry.answered >>= UInt16(times)
            portrait.store(entry, at: offset)
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
