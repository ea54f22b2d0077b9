import Scoring

/// The fixed part of a customer's image: everything of the record that does not follow from something else.
///
/// The order of `store` and `init(at:)` is the format (`schemas/snapshot.v2.md`). It does not follow the record's
/// layout: `init(_:slot:folded:)` and `CustomerRecord.init(_:)` are the two places that know both.
struct ImageHead {
    /// With the length in front.
    static let bytes = 141
    /// What silence or a pending downgrade has as its instant when there is none.
    static let never = Int64.max
    private static let hasEnteredBit: UInt8 = 1
    private static let mindsExpiryBit: UInt8 = 2
    private static let erasedBit: UInt8 = 4
    private static let aliasBit: UInt8 = 8
    private static let hasAliasesBit: UInt8 = 16
    static let knownFlags = hasEnteredBit | mindsExpiryBit | erasedBit | aliasBit | hasAliasesBit

    /// Of the whole image, without the four bytes of the length itself.
    var length: UInt32 = 0
    var slot: UInt32
    var deadline: Int64
    var graceEndsAt: Int64
    var tierSince: Int64
    var ewmaAt: Int64
    /// The bits of a `Double`.
    var spendEWMA: UInt64
    var folded = FoldedOrders()
    var churnCrossing: UInt32
    var firstSeen: UInt32
    var tierSequence: UInt32
    var churnSequence: UInt32
    var browseBudget: UInt16
    var tier: UInt8
    var churnLevel: UInt8
    var deadlineKind: UInt8
    var flags: UInt8
    var idLength: UInt16
    var orderEntries: UInt16
    var browseBytes: UInt16
    var feedbackEntries: UInt16
    var validUntil: UInt32
    var upgradeNoticeAt: UInt32
    var expiryNoticeAt: UInt32
    var portraitAt: UInt32
    var lostTier: UInt8
    var pinFloor: UInt8
    var pinCeiling: UInt8
    var annexBytes: UInt16
    var portraitBytes: UInt16

    @inline(__always) func store(with writer: inout LittleEndianWriter) {
        writer.put(length)
        writer.put(slot)
        writer.put(deadline)
        writer.put(graceEndsAt)
        writer.put(tierSince)
        writer.put(ewmaAt)
        writer.put(spendEWMA)
        writer.put(folded.spend)
        writer.put(folded.lastAt)
        writer.put(churnCrossing)
        writer.put(firstSeen)
        writer.put(tierSequence)
        writer.put(churnSequence)
        writer.put(folded.orders)
        writer.put(folded.firstDay)
        writer.put(folded.days)
        writer.put(browseBudget)
        writer.put(tier)
        writer.put(churnLevel)
        writer.put(deadlineKind)
        writer.put(flags)
        writer.put(idLength)
        writer.put(orderEntries)
        writer.put(browseBytes)
        writer.put(feedbackEntries)
        writer.put(validUntil)
        writer.put(upgradeNoticeAt)
        writer.put(expiryNoticeAt)
        writer.put(portraitAt)
        writer.put(lostTier)
        writer.put(pinFloor)
        writer.put(pinCeiling)
        writer.put(annexBytes)
        writer.put(portraitBytes)
        writer.put(folded.firstDaySpend)
        writer.put(folded.purchaseEWMA.bitPattern)
    }

    @inline(__always) init(at address: UnsafeRawPointer) {
        var reader = LittleEndianReader(address)
        length = reader.take()
        slot = reader.take()
        deadline = reader.take()
        graceEndsAt = reader.take()
        tierSince = reader.take()
        ewmaAt = reader.take()
        spendEWMA = reader.take()
        folded.spend = reader.take()
        folded.lastAt = reader.take()
        churnCrossing = reader.take()
        firstSeen = reader.take()
        tierSequence = reader.take()
        churnSequence = reader.take()
        folded.orders = reader.take()
        folded.firstDay = reader.take()
        folded.days = reader.take()
        browseBudget = reader.take()
        tier = reader.take()
        churnLevel = reader.take()
        deadlineKind = reader.take()
        flags = reader.take()
        idLength = reader.take()
        orderEntries = reader.take()
        browseBytes = reader.take()
        feedbackEntries = reader.take()
        validUntil = reader.take()
        upgradeNoticeAt = reader.take()
        expiryNoticeAt = reader.take()
        portraitAt = reader.take()
        lostTier = reader.take()
        pinFloor = reader.take()
        pinCeiling = reader.take()
        annexBytes = reader.take()
        portraitBytes = reader.take()
        folded.firstDaySpend = reader.take()
        folded.purchaseEWMA = Double(bitPattern: reader.take())
    }

    @inline(__always) init(_ record: CustomerStore.Record, slot: UInt32, folded: FoldedOrders) {
        self.slot = slot
        self.folded = folded
        deadline = record.pointee.deadline
        graceEndsAt = record.pointee.graceEndsAt
        tierSince = record.pointee.tierSince
        ewmaAt = record.pointee.ewmaAt
        spendEWMA = record.pointee.spendEWMA.bitPattern
        churnCrossing = record.pointee.churnCrossing
        firstSeen = record.pointee.firstSeen
        tierSequence = record.pointee.tierSequence
        churnSequence = record.pointee.churnSequence
        browseBudget = record.pointee.browseBudget
        tier = record.pointee.tier
        churnLevel = record.pointee.churnLevel
        deadlineKind = record.pointee.deadlineKind.rawValue
        flags =
            (record.pointee.hasEntered ? Self.hasEnteredBit : 0)
            | (record.pointee.mindsExpiry ? Self.mindsExpiryBit : 0)
            | (record.pointee.slotState == .erased ? Self.erasedBit : 0)
            | (record.pointee.slotState == .alias ? Self.aliasBit : 0)
            | (record.pointee.hasAliases ? Self.hasAliasesBit : 0)
        idLength = UInt16(record.pointee.idLength)
        orderEntries = record.pointee.orderEntries
        browseBytes = record.pointee.browseBytes
        feedbackEntries = record.pointee.feedbackEntries
        validUntil = record.pointee.validUntil
        upgradeNoticeAt = record.pointee.upgradeNoticeAt
        expiryNoticeAt = record.pointee.expiryNoticeAt
        portraitAt = record.pointee.portraitAt
        lostTier = record.pointee.lostTier
        pinFloor = record.pointee.pinFloor
        pinCeiling = record.pointee.pinCeiling
        annexBytes = record.pointee.annexBytes
        portraitBytes = record.pointee.portraitBytes
    }

    var hasEntered: Bool { flags & Self.hasEnteredBit != 0 }
    var mindsExpiry: Bool { flags & Self.mindsExpiryBit != 0 }
    var hasAliases: Bool { flags & Self.hasAliasesBit != 0 }
    /// Nil for a slot that claims to be both.
    var slotState: SlotState? {
        switch (flags & Self.erasedBit != 0, flags & Self.aliasBit != 0) {
        case (false, false): .customer
        case (true, false): .erased
        case (false, true): .alias
        case (true, true): nil
        }
    }
}

extension CustomerRecord {
    /// The record of a checked image, its blocks still missing.
    @inline(__always) init(_ head: ImageHead) {
        self.init()
        deadline = head.deadline
        graceEndsAt = head.graceEndsAt
        tierSince = head.tierSince
        ewmaAt = head.ewmaAt
        spendEWMA = Double(bitPattern: head.spendEWMA)
        churnCrossing = head.churnCrossing
        firstSeen = head.firstSeen
        tierSequence = head.tierSequence
        churnSequence = head.churnSequence
        browseBudget = head.browseBudget
        tier = head.tier
        churnLevel = head.churnLevel
        deadlineKind = DeadlineKind(rawValue: head.deadlineKind) ?? .none
        hasEntered = head.hasEntered
        mindsExpiry = head.mindsExpiry
        slotState = head.slotState ?? .customer
        hasAliases = head.hasAliases
        idLength = Int(head.idLength)
        orderEntries = head.orderEntries
        browseBytes = head.browseBytes
        feedbackEntries = head.feedbackEntries
        validUntil = head.validUntil
        upgradeNoticeAt = head.upgradeNoticeAt
        expiryNoticeAt = head.expiryNoticeAt
        portraitAt = head.portraitAt
        lostTier = head.lostTier
        pinFloor = head.pinFloor
        pinCeiling = head.pinCeiling
        annexBytes = head.annexBytes
        portraitBytes = head.portraitBytes
    }
}
