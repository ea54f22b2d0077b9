import Scoring

/// The fixed part of a customer's state. Trivial, 128 bytes, two cache lines; the variable parts are blocks of the arena.
///
/// The first line holds all that an event within its budget needs; decisions and orders need the second as well.
package struct CustomerRecord {
    /// When the standing can next change by itself, milliseconds; `.max` for never.
    package var deadline = Int64.max
    var hashFragment: UInt32 = 0
    var idBlock = BlockHandle.none
    var browseBlock = BlockHandle.none
    /// The deadline wheel's bucket that holds the earliest entry for this slot; 0 for none.
    var queuedBucket: UInt32 = 0
    var browseBytes: UInt16 = 0
    /// How much more browsing can be counted before it could change the standing, in the steps of `BrowseEffects`.
    var browseBudget: UInt16 = 0
    private var idLengthLessOne: UInt8 = 0
    private var flags: UInt8 = 0
    /// An index into `Policy.tiers`.
    var tier: UInt8 = 0
    /// An index into `Policy.churn.levels`; 255 before the first order.
    var churnLevel = CustomerRecord.noChurnLevel

    var ordersBlock = BlockHandle.none
    var feedbackBlock = BlockHandle.none
    /// What the orders that have left the history add up to; no block before the first has.
    var foldedBlock = BlockHandle.none
    var orderEntries: UInt16 = 0
    var feedbackEntries: UInt16 = 0
    /// When silence next raises the churn level, whole seconds, rounded up; `.max` for never.
    var churnCrossing = UInt32.max
    /// Event time of the first event of any kind, whole seconds.
    var firstSeen: UInt32 = 0
    var tierSequence: UInt32 = 0
    var churnSequence: UInt32 = 0
    /// Decayed spend in minor units as of `ewmaAt`.
    var spendEWMA = 0.0
    var ewmaAt: Int64 = 0
    /// When a pending downgrade falls due, milliseconds; `.max` while none is pending.
    var graceEndsAt = Int64.max
    /// When the tier was given or last renewed, milliseconds.
    var tierSince: Int64 = 0
    /// When the tier's term ends, whole seconds; `.max` for a tier without a term.
    var validUntil = UInt32.max
    /// When the last notice of each kind was sent, whole seconds; 0 for never.
    var upgradeNoticeAt: UInt32 = 0
    var expiryNoticeAt: UInt32 = 0
    /// The tier that the last downgrade took, while a late event could still give it back; 255 for none.
    var lostTier = CustomerRecord.noTier
    /// What a pin holds the tier between; 0 and 255 without one.
    var pinFloor: UInt8 = 0
    var pinCeiling = CustomerRecord.noTier
    /// `slotState`, and whether it is known when a profile is due.
    private var slotBits: UInt8 = 0
    /// The pin, attributes and tags: what few customers have.
    var annexBlock = BlockHandle.none
    /// What the portrait is drawn from besides the histories.
    var portraitBlock = BlockHandle.none
    var annexBytes: UInt16 = 0
    var portraitBytes: UInt16 = 0
    /// When the portrait was last published, whole seconds; 0 for never.
    var portraitAt: UInt32 = 0

    package init() {}

    static let noChurnLevel: UInt8 = 255
    static let noTier: UInt8 = 255
}

/// What shares bytes.
extension CustomerRecord {
    private static let kindBits: UInt8 = 0b1111
    private static let enteredBit: UInt8 = 1 << 4
    private static let mindsExpiryBit: UInt8 = 1 << 5
    private static let wideOrdersBit: UInt8 = 1 << 6
    private static let slotStateBits: UInt8 = 0b11
    private static let owesPortraitBit: UInt8 = 1 << 7
    private static let hasAliasesBit: UInt8 = 1 << 7

    /// Bytes of the id, 1…256.
    var idLength: Int {
        @inline(__always) get { Int(idLengthLessOne) + 1 }
        set { idLengthLessOne = UInt8(newValue - 1) }
    }

    var deadlineKind: DeadlineKind {
        get { DeadlineKind(rawValue: flags & Self.kindBits) ?? .none }
        set { flags = flags & ~Self.kindBits | newValue.rawValue }
    }

    /// False until the entry change is out.
    var hasEntered: Bool {
        @inline(__always) get { flags & Self.enteredBit != 0 }
        set { set(Self.enteredBit, newValue) }
    }

    /// Whether the deadline wakes the customer for whatever leaves a window.
    var mindsExpiry: Bool {
        @inline(__always) get { flags & Self.mindsExpiryBit != 0 }
        set { set(Self.mindsExpiryBit, newValue) }
    }

    /// What the slot holds.
    var slotState: SlotState {
        @inline(__always) get { SlotState(rawValue: slotBits & Self.slotStateBits) ?? .customer }
        set { slotBits = slotBits & ~Self.slotStateBits | newValue.rawValue }
    }

    /// Whether the portrait says when the next profile is due, or that none is.
    var owesPortrait: Bool {
        @inline(__always) get { slotBits & Self.owesPortraitBit != 0 }
        set { slotBits = newValue ? slotBits | Self.owesPortraitBit : slotBits & ~Self.owesPortraitBit }
    }

    /// Whether another customer was merged into this one, and perhaps others into that.
    var hasAliases: Bool {
        get { flags & Self.hasAliasesBit != 0 }
        set { set(Self.hasAliasesBit, newValue) }
    }

    var isPinned: Bool { pinFloor > 0 || pinCeiling != Self.noTier }

    /// How the order entries are packed.
    var orderForm: OrderEntry.Form {
        @inline(__always) get { flags & Self.wideOrdersBit == 0 ? .narrow : .wide }
        set { set(Self.wideOrdersBit, newValue == .wide) }
    }

    @inline(__always) private mutating func set(_ bit: UInt8, _ isSet: Bool) {
        flags = isSet ? flags | bit : flags & ~bit
    }
}
