import Scoring

/// One line of a customer's order history. Entries are sorted by time; what belongs to an order (its revision, its
/// refunds, its detail) follows it directly and carries its time, so that it lands in the order's windows.
///
/// Packed into 16 bytes, the lowest bits last: hash 48, amount's middle 13, kind 3 | time 42, amount's low 22. An
/// amount that needs more than these 35 bits turns its customer's whole history into the wide form, in which every
/// line has 4 bytes more, the amount's upper ones.
package struct OrderEntry: Hashable {
    /// An order's id hash, as `hash(ofID:)` gives it; a refund's fingerprint; a revision's event time; a detail's rate of
    /// points, millionths. 48 bits.
    package var hash: UInt64
    /// Event time of the order, milliseconds; 42 bits.
    package var time: Int64
    /// Minor units of the policy's currency; 47 bits, signed. A refund is negative; of a detail it is the cost.
    package var amount: Int64
    package var kind: Kind

    /// The most entries one customer may have: a scan stays in the microseconds and the block in the arena's limit.
    static let maximumEntries = 8_192

    package enum Kind: UInt8, CaseIterable {
        /// Counts.
        case order = 0
        /// Fully refunded: its amount and its refunds still add up, to nothing.
        case refundedOrder = 1
        /// Cancelled: kept so that it is not counted again; the amount does not add up.
        case cancelledOrder = 2
        case refund = 3
        /// Remembers when the order above was last updated.
        case revision = 4
        /// A cancellation or refund that arrived before its order; waits for it.
        case earlyCancellation = 5
        case earlyRefund = 6
        /// What the order above cost and at which rate it earns points. Only where the policy asks for one of them, so that
        /// other shops pay nothing.
        case detail = 7
    }

    /// How all entries of one customer are packed.
    package enum Form: CaseIterable {
        /// Amounts of 35 bits, signed: up to 170 million in a currency with cents.
        case narrow
        case wide

        @inline(__always) package var bytes: Int { self == .narrow ? 16 : 20 }
    }

    package init(hash: UInt64, time: Int64, amount: Int64, kind: Kind) {
        self.hash = hash
        self.time = time
        self.amount = amount
        self.kind = kind
    }

    /// What is kept of a 64-bit hash: among 8,192 lines two are mistaken for one another once in eight million customers.
    @inline(__always) package static func hash(ofID hash: UInt64) -> UInt64 { hash >> 16 }

    /// The largest hash that an entry can have.
    static let longestHash: UInt64 = 1 << 48 - 1

    /// What an entry of this kind can amount to; an early refund as in `Refund.earlyAmount`.
    var amounts: ClosedRange<Int64> {
        let limit = Money.limit.minorUnits
        return switch kind {
        case .order, .refundedOrder, .cancelledOrder: 0...limit
        case .refund: -limit...0
        case .earlyRefund: -limit...Refund.highestEarlyAmount
        case .revision, .earlyCancellation: 0...0
        case .detail: OrderEntry.unknownCost...limit
        }
    }

    /// The amount of an early refund that names none.
    static let wholeOrder: Int64 = 1

    /// The amount of a detail whose order did not tell its cost.
    static let unknownCost: Int64 = -1

    /// Whether the entry is an order, in whatever state.
    var isOrder: Bool { kind.rawValue <= Kind.cancelledOrder.rawValue }
    /// Whether the entry belongs to the order before it.
    var isAnnotation: Bool { kind == .refund || kind == .revision || kind == .detail }
    /// What it adds to spend.
    var countedAmount: Int64 { Self.adds(rawKind: kind.rawValue) ? amount : 0 }

    /// Whether an entry of a kind, as stored, adds to spend: orders, refunded or not, and refunds.
    @inline(__always) static func adds(rawKind: UInt8) -> Bool { 0b1011 >> rawKind & 1 == 1 }

    /// Whether an entry of a kind, as stored, waits for its order.
    static func waits(rawKind: UInt8) -> Bool {
        rawKind == Kind.earlyCancellation.rawValue || rawKind == Kind.earlyRefund.rawValue
    }
}

/// The packed form.
extension OrderEntry {
    fileprivate static let lowBits: Int64 = 22
    private static let lowMask: UInt64 = 1 << 22 - 1
    private static let middleMask: UInt64 = 1 << 13 - 1
    private static let narrowBits: Int64 = 35

    /// The least form that holds the entry.
    package var form: Form { (amount << (64 - Self.narrowBits)) >> (64 - Self.narrowBits) == amount ? .narrow : .wide }

    @inline(__always) package init(at address: UnsafeRawPointer, _ form: Form) {
        let first = address.loadUnaligned(as: UInt64.self)
        hash = first >> 16
        time = Self.time(at: address)
        amount = Self.amount(at: address, form)
        // There is a kind for each value of three bits.
        kind = Kind(rawValue: UInt8(first & 7)) ?? .order
    }

    /// Stores the entry in a form that holds it.
    @inline(__always) package func store(to address: UnsafeMutableRawPointer, _ form: Form) {
        let bits = UInt64(bitPattern: amount)
        let middle = bits >> 22 & Self.middleMask
        address.storeBytes(of: hash << 16 | middle << 3 | UInt64(kind.rawValue), as: UInt64.self)
        address.storeBytes(of: UInt64(bitPattern: time) << 22 | bits & Self.lowMask, toByteOffset: 8, as: UInt64.self)
        guard form == .wide else { return }
        address.storeBytes(of: Int32(truncatingIfNeeded: amount >> Self.narrowBits), toByteOffset: 16, as: Int32.self)
    }

    @inline(__always) fileprivate static func hash(at address: UnsafeRawPointer) -> UInt64 {
        address.loadUnaligned(as: UInt64.self) >> 16
    }

    @inline(__always) fileprivate static func time(at address: UnsafeRawPointer) -> Int64 {
        Int64(bitPattern: address.loadUnaligned(fromByteOffset: 8, as: UInt64.self) >> 22)
    }

    @inline(__always) fileprivate static func rawKind(at address: UnsafeRawPointer) -> UInt8 {
        address.load(as: UInt8.self) & 7
    }

    @inline(__always) fileprivate static func amount(at address: UnsafeRawPointer, _ form: Form) -> Int64 {
        let low = Int64(bitPattern: address.loadUnaligned(fromByteOffset: 8, as: UInt64.self) & lowMask)
        let middle = address.loadUnaligned(as: UInt16.self) >> 3
        guard form == .wide else { return Int64(Int16(bitPattern: middle << 3) >> 3) << lowBits | low }
        let high = Int64(address.loadUnaligned(fromByteOffset: 16, as: Int32.self))
        return high << narrowBits | Int64(middle) << lowBits | low
    }
}

/// A view of a customer's order entries in the arena; valid until the customer's next change.
struct OrderEntries {
    let base: UnsafeMutableRawPointer?
    let count: Int
    let form: OrderEntry.Form

    @inline(__always) private func address(_ index: Int) -> UnsafeRawPointer {
        UnsafeRawPointer(base.unsafelyUnwrapped + index * form.bytes)
    }

    @inline(__always) subscript(index: Int) -> OrderEntry { OrderEntry(at: address(index), form) }

    /// The hash of an entry alone.
    @inline(__always) func hash(_ index: Int) -> UInt64 { OrderEntry.hash(at: address(index)) }

    /// The time of an entry alone.
    @inline(__always) func time(_ index: Int) -> Int64 { OrderEntry.time(at: address(index)) }

    /// The kind of an entry alone, as stored.
    @inline(__always) func rawKind(_ index: Int) -> UInt8 { OrderEntry.rawKind(at: address(index)) }

    /// The amount of an entry alone.
    @inline(__always) func amount(_ index: Int) -> Int64 { OrderEntry.amount(at: address(index), form) }

    /// The index of the order with this id hash.
    func order(_ hash: UInt64) -> Int? {
        var index = count - 1
        while index >= 0 {
            if self.hash(index) == hash, self[index].isOrder { return index }
            index -= 1
        }
        return nil
    }

    /// One past the order's last annotation.
    func endOfOrder(_ index: Int) -> Int {
        var end = index + 1
        while end < count, self[end].isAnnotation { end += 1 }
        return end
    }

    /// The index at which an order of `time` goes: after all that are not later.
    func insertionIndex(for time: Int64) -> Int {
        var index = count
        while index > 0, self.time(index - 1) > time { index -= 1 }
        return index
    }
}
