/// Finds a customer's slot by the hash of the id: open addressing over 4-byte entries, growing a little at every insert.
///
/// An entry holds 27 bits of slot number and 5 bits of the hash, so that a probe rarely touches a wrong record. The
/// caller confirms a candidate by the id's bytes. Positions come from the hash's high half, whose 32 bits each record
/// keeps: growing needs nothing else.
package struct CustomerIndex: ~Copyable {
    /// 2^27 customers in one shard.
    static let maximumSlots = 1 << 27
    private static let empty = UInt32.max
    /// Entries moved to the larger table at each insert: growth is done long before the next is due.
    private static let migrationStep = 64

    private var current: UnsafeMutableBufferPointer<UInt32>
    private var previous: UnsafeMutableBufferPointer<UInt32>?
    private var migrated = 0
    package private(set) var count = 0

    package init() { current = Self.table(1 << 10) }

    /// With room for `count` slots and a tenth more before it grows.
    init(expecting count: Int) {
        var capacity = 1 << 10
        while capacity / 4 * 3 < count + count / 10 { capacity *= 2 }
        current = Self.table(capacity)
    }

    deinit {
        current.deallocate()
        previous?.deallocate()
    }

    var allocatedBytes: Int { (current.count + (previous?.count ?? 0)) * 4 }

    /// What a record keeps of its id's hash.
    @inline(__always) package static func fragment(_ hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash >> 32) }

    /// The first slot with this fragment for which `matches` says yes.
    @inline(__always) package func find(_ fragment: UInt32, matches: (UInt32) -> Bool) -> UInt32? {
        if let slot = Self.probe(current, fragment, matches) { return slot }
        guard let previous else { return nil }
        return Self.probe(previous, fragment, matches)
    }

    /// The first slot near the fragment's home position whose tag fits, `UInt32.max` if none: a guess without a look
    /// at any record, from one cache line or two.
    @inline(__always) package func likelySlot(_ fragment: UInt32) -> UInt32 {
        var position = Self.home(current, fragment)
        for _ in 0..<16 {
            let entry = current[position]
            if entry == Self.empty { return .max }
            if entry & 31 == fragment & 31 { return entry >> 5 }
            position = (position + 1) & (current.count - 1)
        }
        return .max
    }

    /// Adds a slot that is not in the index; `fragmentOf` gives the fragment of slots already in it.
    package mutating func insert(_ slot: UInt32, _ fragment: UInt32, fragmentOf: (UInt32) -> UInt32) {
        precondition(slot < Self.maximumSlots - 1, "a shard is limited to 134 million customers: use more partitions")
        if count + 1 > current.count / 4 * 3, previous == nil { beginGrowth() }
        migrate(Self.migrationStep, fragmentOf)
        Self.place(current, slot, fragment)
        count += 1
    }

    private mutating func beginGrowth() {
        previous = current
        current = Self.table(current.count * 2)
        migrated = 0
    }

    private mutating func migrate(_ steps: Int, _ fragmentOf: (UInt32) -> UInt32) {
        guard let previous else { return }
        let end = min(migrated + steps, previous.count)
        // Entries stay in the old table until it is dropped: a chain that runs through them must not break.
        for position in migrated..<end where previous[position] != Self.empty {
            let slot = previous[position] >> 5
            Self.place(current, slot, fragmentOf(slot))
        }
        migrated = end
        guard migrated == previous.count else { return }
        previous.deallocate()
        self.previous = nil
    }

    /// The same entries in memory of their own.
    func copy() -> CustomerIndex {
        var twin = CustomerIndex()
        twin.current.deallocate()
        twin.current = Self.copy(current)
        twin.previous = previous.map { Self.copy($0) }
        (twin.migrated, twin.count) = (migrated, count)
        return twin
    }

    private static func copy(_ table: UnsafeMutableBufferPointer<UInt32>) -> UnsafeMutableBufferPointer<UInt32> {
        let twin = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: table.count)
        _ = twin.initialize(from: table)
        return twin
    }

    private static func table(_ capacity: Int) -> UnsafeMutableBufferPointer<UInt32> {
        let table = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: capacity)
        table.initialize(repeating: empty)
        return table
    }

    @inline(__always) private static func probe(
        _ table: UnsafeMutableBufferPointer<UInt32>, _ fragment: UInt32, _ matches: (UInt32) -> Bool
    ) -> UInt32? {
        var position = home(table, fragment)
        while true {
            let entry = table[position]
            if entry == empty { return nil }
            if entry & 31 == fragment & 31, matches(entry >> 5) { return entry >> 5 }
            position = (position + 1) & (table.count - 1)
        }
    }

    private static func place(_ table: UnsafeMutableBufferPointer<UInt32>, _ slot: UInt32, _ fragment: UInt32) {
        var position = home(table, fragment)
        while table[position] != empty { position = (position + 1) & (table.count - 1) }
        table[position] = slot << 5 | fragment & 31
    }

    @inline(__always) private static func home(_ table: UnsafeMutableBufferPointer<UInt32>, _ fragment: UInt32) -> Int {
        Int(truncatingIfNeeded: fragment >> UInt32(truncatingIfNeeded: 32 - table.count.trailingZeroBitCount))
    }
}
