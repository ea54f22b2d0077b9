/// Brings the memory of a group of customers into the cache before their events are applied.
///
/// A customer's state is six to eight cache lines scattered over hundreds of megabytes; fetched one after another as
/// each event needs them they cost more than all the arithmetic. The loops here only load, and do not depend on each
/// other, so the processor has many of the fetches under way at once.
struct Warming {
    /// Events per group: their lines fit the first- and second-level caches together.
    static let group = 64

    private var slots = InlineArray<64, UInt32>(repeating: 0)
    private var known = 0
    /// Keeps the loads from being optimised away.
    private(set) var residue: UInt64 = 0

    /// Starts a new group.
    mutating func begin() { known = 0 }

    /// First pass, once per event: the index entry.
    @inline(__always) mutating func look(_ hash: UInt64, _ index: borrowing CustomerIndex) {
        let slot = index.likelySlot(CustomerIndex.fragment(hash))
        slots[known] = slot
        known += slot == UInt32.max ? 0 : 1
    }

    /// Second and third pass over the group: the records, then their blocks.
    mutating func fetch(_ store: borrowing CustomerStore) {
        for index in 0..<known {
            let record = store.slab[slots[index]]
            residue &+= UInt64(bitPattern: record.pointee.deadline) &+ UInt64(record.pointee.idBlock.unit)
        }
        for index in 0..<known {
            let record = store.slab[slots[index]]
            residue &+= store.arena.firstWord(record.pointee.idBlock)
            residue &+= store.arena.firstWord(record.pointee.ordersBlock)
            residue &+= store.arena.firstWord(record.pointee.browseBlock)
            residue &+= store.arena.firstWord(record.pointee.feedbackBlock)
            let orderBytes = Int(record.pointee.orderEntries) * OrderEntry.bytes
            if orderBytes > 64 { residue &+= store.arena.word(record.pointee.ordersBlock, at: orderBytes - 8) }
            let browseBytes = Int(record.pointee.browseBytes)
            if browseBytes > 64 { residue &+= store.arena.word(record.pointee.browseBlock, at: browseBytes - 8) }
        }
    }
}

extension BlockArena {
    /// The first eight bytes of a block; of "no block", the arena's own first ones.
    @inline(__always) func firstWord(_ block: BlockHandle) -> UInt64 { address(block).load(as: UInt64.self) }

    @inline(__always) func word(_ block: BlockHandle, at offset: Int) -> UInt64 {
        (address(block) + offset).loadUnaligned(as: UInt64.self)
    }
}
