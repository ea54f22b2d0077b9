import Scoring

/// The fixed part of a customer's state. Trivial, 128 bytes; the variable parts are blocks of the arena.
///
/// The first cache line holds what every event needs, the second what only decisions and orders need.
package struct CustomerRecord {
    /// When the standing can next change by itself, milliseconds; `.max` for never.
    package var deadline = Int64.max
    var hashFragment: UInt32 = 0
    var idBlock = BlockHandle.none
    var ordersBlock = BlockHandle.none
    var browseBlock = BlockHandle.none
    var feedbackBlock = BlockHandle.none
    /// The deadline wheel's bucket that holds the earliest entry for this slot; 0 for none.
    var queuedBucket: UInt32 = 0
    var idLength: UInt16 = 0
    var orderEntries: UInt16 = 0
    var browseBytes: UInt16 = 0
    var feedbackEntries: UInt16 = 0
    /// How many more browse events can be counted before one of them could change the standing.
    var browseBudget: UInt16 = 0
    /// An index into `Policy.tiers`.
    var tier: UInt8 = 0
    /// An index into `Policy.churn.levels`; 255 before the first order.
    var churnLevel = CustomerRecord.noChurnLevel
    var deadlineKind = DeadlineKind.none
    /// False until the entry change is out.
    var hasEntered = false
    /// Whether the deadline wakes the customer for whatever leaves a window.
    var mindsExpiry = false
    /// When silence next raises the churn level, whole seconds, rounded up; `.max` for never.
    var churnCrossing = UInt32.max
    /// Event time of the first event of any kind, whole seconds.
    var firstSeen: UInt32 = 0
    /// Decayed spend in minor units as of `ewmaAt`.
    var spendEWMA = 0.0

    var ewmaAt: Int64 = 0
    /// Event time of the latest order that counts, milliseconds; −1 for none.
    var lastOrderAt: Int64 = -1
    /// When a pending downgrade falls due, milliseconds; `.max` while none is pending.
    var graceEndsAt = Int64.max
    var tierSince: Int64 = 0
    /// Minor units of the orders that have left the history.
    var foldedSpend: Int64 = 0
    /// Event time of the latest of them that counts, milliseconds.
    var foldedLastAt: Int64 = 0
    var tierSequence: UInt32 = 0
    var churnSequence: UInt32 = 0
    var foldedOrders: UInt32 = 0
    /// First purchase day and number of purchase days among the orders that have left the history.
    var foldedFirstDay: UInt16 = 0
    var foldedDays: UInt16 = 0

    package init() {}

    static let noChurnLevel: UInt8 = 255
}
