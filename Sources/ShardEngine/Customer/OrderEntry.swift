import Scoring

/// One line of a customer's order history, packed into 20 bytes. Entries are sorted by time; what belongs to an order
/// (its revision, its refunds) follows it directly and carries its time, so that it lands in the order's windows.
package struct OrderEntry {
    /// An order's id hash; a refund's fingerprint; a revision's event time.
    package var hash: UInt64
    /// Event time of the order, milliseconds; 42 bits.
    package var time: Int64
    /// Minor units of the policy's currency; 47 bits, signed. A refund is negative.
    package var amount: Int64
    package var kind: Kind

    package static let bytes = 20
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
        case empty = 7
    }

    package init(hash: UInt64, time: Int64, amount: Int64, kind: Kind) {
        self.hash = hash
        self.time = time
        self.amount = amount
        self.kind = kind
    }

    /// Whether the entry is an order, in whatever state.
    var isOrder: Bool { kind.rawValue <= Kind.cancelledOrder.rawValue }
    /// Whether the entry belongs to the order before it.
    var isAnnotation: Bool { kind == .refund || kind == .revision }
    /// What it adds to spend.
    var countedAmount: Int64 { Self.adds(kind) ? amount : 0 }

    @inline(__always) static func adds(_ kind: Kind) -> Bool {
        kind == .order || kind == .refundedOrder || kind == .refund
    }

    /// The same for a kind as stored.
    @inline(__always) static func adds(rawKind: UInt8) -> Bool { 0b1011 >> rawKind & 1 == 1 }

    @inline(__always) package init(at address: UnsafeRawPointer) {
        let middle = address.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        let top = address.loadUnaligned(fromByteOffset: 16, as: UInt32.self)
        hash = address.loadUnaligned(as: UInt64.self)
        time = Int64(middle >> 22)
        let high = Int64(Int32(bitPattern: top << 4) >> 4)
        amount = high << 22 | Int64(middle & 0x3f_ffff)
        kind = Kind(rawValue: UInt8(top >> 28)) ?? .empty
    }

    @inline(__always) package func store(to address: UnsafeMutableRawPointer) {
        let low = UInt64(bitPattern: amount) & 0x3f_ffff
        let high = UInt32(truncatingIfNeeded: amount >> 22) & 0x0fff_ffff
        address.storeBytes(of: hash, as: UInt64.self)
        address.storeBytes(of: UInt64(bitPattern: time) << 22 | low, toByteOffset: 8, as: UInt64.self)
        address.storeBytes(of: UInt32(kind.rawValue) << 28 | high, toByteOffset: 16, as: UInt32.self)
    }
}

/// A view of a customer's order entries in the arena; valid until the customer's next change.
struct OrderEntries {
    let base: UnsafeMutableRawPointer?
    let count: Int

    @inline(__always) subscript(index: Int) -> OrderEntry {
        get { OrderEntry(at: base.unsafelyUnwrapped + index * OrderEntry.bytes) }
        nonmutating set { newValue.store(to: base.unsafelyUnwrapped + index * OrderEntry.bytes) }
    }

    /// The hash of an entry alone.
    @inline(__always) func hash(_ index: Int) -> UInt64 {
        base.unsafelyUnwrapped.loadUnaligned(fromByteOffset: index * OrderEntry.bytes, as: UInt64.self)
    }

    /// The time of an entry alone.
    @inline(__always) func time(_ index: Int) -> Int64 {
        let middle = base.unsafelyUnwrapped.loadUnaligned(fromByteOffset: index * OrderEntry.bytes + 8, as: UInt64.self)
        return Int64(bitPattern: middle >> 22)
    }

    /// The kind of an entry alone, as stored.
    @inline(__always) func rawKind(_ index: Int) -> UInt8 {
        let top = base.unsafelyUnwrapped.load(fromByteOffset: index * OrderEntry.bytes + 19, as: UInt8.self)
        return top >> 4
    }

    /// The amount of an entry alone.
    @inline(__always) func amount(_ index: Int) -> Int64 {
        let address = UnsafeRawPointer(base.unsafelyUnwrapped + index * OrderEntry.bytes)
        let low = address.loadUnaligned(fromByteOffset: 8, as: UInt64.self) & 0x3f_ffff
        let top = address.loadUnaligned(fromByteOffset: 16, as: UInt32.self)
        return Int64(Int32(bitPattern: top << 4) >> 4) << 22 | Int64(low)
    }

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
