import Scoring

/// The fixed part of a customer's image: everything of the record that does not follow from something else.
///
/// The order of `store` and `init(at:)` is the format (`schemas/snapshot.v1.md`). It does not follow the record's
/// layout: `init(_:slot:)` and `CustomerRecord.init(_:)` are the two places that know both.
struct ImageHead {
    /// With the length in front.
    static let bytes = 110
    /// What silence or a pending downgrade has as its instant when there is none.
    static let never = Int64.max
    private static let hasEnteredBit: UInt8 = 1
    private static let mindsExpiryBit: UInt8 = 2
    static let knownFlags = hasEnteredBit | mindsExpiryBit

    /// Of the whole image, without the four bytes of the length itself.
    var length: UInt32 = 0
    var slot: UInt32
    var deadline: Int64
    var graceEndsAt: Int64
    var tierSince: Int64
    var lastOrderAt: Int64
    var ewmaAt: Int64
    /// The bits of a `Double`.
    var spendEWMA: UInt64
    var foldedSpend: Int64
    var foldedLastAt: Int64
    var churnCrossing: UInt32
    var firstSeen: UInt32
    var tierSequence: UInt32
    var churnSequence: UInt32
    var foldedOrders: UInt32
    var foldedFirstDay: UInt16
    var foldedDays: UInt16
    var browseBudget: UInt16
    var tier: UInt8
    var churnLevel: UInt8
    var deadlineKind: UInt8
    var flags: UInt8
    var idLength: UInt16
    var orderEntries: UInt16
    var browseBytes: UInt16
    var feedbackEntries: UInt16

    @inline(__always) func store(with writer: inout LittleEndianWriter) {
        writer.put(length)
        writer.put(slot)
        writer.put(deadline)
        writer.put(graceEndsAt)
        writer.put(tierSince)
        writer.put(lastOrderAt)
        writer.put(ewmaAt)
        writer.put(spendEWMA)
        writer.put(foldedSpend)
        writer.put(foldedLastAt)
        writer.put(churnCrossing)
        writer.put(firstSeen)
        writer.put(tierSequence)
        writer.put(churnSequence)
        writer.put(foldedOrders)
        writer.put(foldedFirstDay)
        writer.put(foldedDays)
        writer.put(browseBudget)
        writer.put(tier)
        writer.put(churnLevel)
        writer.put(deadlineKind)
        writer.put(flags)
        writer.put(idLength)
        writer.put(orderEntries)
        writer.put(browseBytes)
        writer.put(feedbackEntries)
    }

    @inline(__always) init(at address: UnsafeRawPointer) {
        var reader = LittleEndianReader(address)
        length = reader.take()
        slot = reader.take()
        deadline = reader.take()
        graceEndsAt = reader.take()
        tierSince = reader.take()
        lastOrderAt = reader.take()
        ewmaAt = reader.take()
        spendEWMA = reader.take()
        foldedSpend = reader.take()
        foldedLastAt = reader.take()
        churnCrossing = reader.take()
        firstSeen = reader.take()
        tierSequence = reader.take()
        churnSequence = reader.take()
        foldedOrders = reader.take()
        foldedFirstDay = reader.take()
        foldedDays = reader.take()
        browseBudget = reader.take()
        tier = reader.take()
        churnLevel = reader.take()
        deadlineKind = reader.take()
        flags = reader.take()
        idLength = reader.take()
        orderEntries = reader.take()
        browseBytes = reader.take()
        feedbackEntries = reader.take()
    }

    @inline(__always) init(_ record: CustomerStore.Record, slot: UInt32) {
        self.slot = slot
        deadline = record.pointee.deadline
        graceEndsAt = record.pointee.graceEndsAt
        tierSince = record.pointee.tierSince
        lastOrderAt = record.pointee.lastOrderAt
        ewmaAt = record.pointee.ewmaAt
        spendEWMA = record.pointee.spendEWMA.bitPattern
        foldedSpend = record.pointee.foldedSpend
        foldedLastAt = record.pointee.foldedLastAt
        churnCrossing = record.pointee.churnCrossing
        firstSeen = record.pointee.firstSeen
        tierSequence = record.pointee.tierSequence
        churnSequence = record.pointee.churnSequence
        foldedOrders = record.pointee.foldedOrders
        foldedFirstDay = record.pointee.foldedFirstDay
        foldedDays = record.pointee.foldedDays
        browseBudget = record.pointee.browseBudget
        tier = record.pointee.tier
        churnLevel = record.pointee.churnLevel
        deadlineKind = record.pointee.deadlineKind.rawValue
        flags =
            (record.pointee.hasEntered ? Self.hasEnteredBit : 0)
            | (record.pointee.mindsExpiry ? Self.mindsExpiryBit : 0)
        idLength = record.pointee.idLength
        orderEntries = record.pointee.orderEntries
        browseBytes = record.pointee.browseBytes
        feedbackEntries = record.pointee.feedbackEntries
    }

    var hasEntered: Bool { flags & Self.hasEnteredBit != 0 }
    var mindsExpiry: Bool { flags & Self.mindsExpiryBit != 0 }
}

extension CustomerRecord {
    /// The record of a checked image, its blocks still missing.
    @inline(__always) init(_ head: ImageHead) {
        self.init()
        deadline = head.deadline
        graceEndsAt = head.graceEndsAt
        tierSince = head.tierSince
        lastOrderAt = head.lastOrderAt
        ewmaAt = head.ewmaAt
        spendEWMA = Double(bitPattern: head.spendEWMA)
        foldedSpend = head.foldedSpend
        foldedLastAt = head.foldedLastAt
        churnCrossing = head.churnCrossing
        firstSeen = head.firstSeen
        tierSequence = head.tierSequence
        churnSequence = head.churnSequence
        foldedOrders = head.foldedOrders
        foldedFirstDay = head.foldedFirstDay
        foldedDays = head.foldedDays
        browseBudget = head.browseBudget
        tier = head.tier
        churnLevel = head.churnLevel
        deadlineKind = DeadlineKind(rawValue: head.deadlineKind) ?? .none
        hasEntered = head.hasEntered
        mindsExpiry = head.mindsExpiry
        idLength = head.idLength
        orderEntries = head.orderEntries
        browseBytes = head.browseBytes
        feedbackEntries = head.feedbackEntries
    }
}
