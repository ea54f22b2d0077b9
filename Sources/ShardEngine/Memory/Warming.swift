import Scoring

/// Brings the memory of a group of customers into the cache before their events are applied.
///
/// A customer's state is a dozen cache lines scattered over hundreds of megabytes; fetched one after another as each
/// event needs them they cost far more than all the arithmetic. The loops here only load, and do not depend on each
/// other, so the processor has many of the fetches under way at once.
struct Warming: ~Copyable {
    /// Events per group: their lines fit the second-level cache together.
    static let group = 64
    /// Customers per group: those of the events and those whose deadlines come up meanwhile.
    static let limit = 128
    private static let line = 64

    private let slots = FlatArray<UInt32>(repeating: 0, count: limit)
    private var known = 0
    /// Which of them are there for a browse event.
    private let browsing = FlatArray<Bool>(repeating: false, count: limit)
    /// Keeps the loads from being optimised away.
    private(set) var residue: UInt64 = 0

    /// Starts a new group.
    mutating func begin() { known = 0 }

    /// First pass, once per event: the index entry.
    @inline(__always) mutating func look(_ hash: UInt64, isBrowse: Bool, _ index: borrowing CustomerIndex) {
        let slot = index.likelySlot(CustomerIndex.fragment(hash))
        slots[known] = slot
        browsing[known] = isBrowse
        known += slot == UInt32.max ? 0 : 1
    }

    /// The index entry alone, of a customer who is about to be put there.
    @inline(__always) mutating func touch(_ fragment: UInt32, _ index: borrowing CustomerIndex) {
        residue &+= UInt64(index.likelySlot(fragment))
    }

    /// Adds a customer by slot, all of whose state will be read.
    @inline(__always) mutating func look(at slot: UInt32) {
        slots[known] = slot
        browsing[known] = false
        known += 1
    }

    /// Adds customers whose deadlines fall due by `time`.
    mutating func look(dueBy time: EventTime, _ wheel: borrowing DeadlineWheel) {
        wheel.forEachDue(by: time.milliseconds) { slot in
            guard known < Self.limit else { return false }
            slots[known] = slot
            browsing[known] = false
            known += 1
            return true
        }
    }

    /// Second and third pass over the group: the records, then their blocks.
    mutating func fetch(_ store: borrowing CustomerStore) {
        for index in 0..<known {
            let record = store.slab[slots[index]]
            residue &+= UInt64(bitPattern: record.pointee.deadline) &+ UInt64(bitPattern: record.pointee.ewmaAt)
        }
        for index in 0..<known {
            let record = store.slab[slots[index]]
            residue &+= store.arena.firstWord(record.pointee.idBlock)
            residue &+= store.arena.firstWord(record.pointee.browseBlock)
            residue &+= store.arena.firstWord(record.pointee.portraitBlock)
            let browseBytes = Int(record.pointee.browseBytes)
            // An event within the budget reads the block's head and its last day; a decision reads everything.
            if browsing[index], record.pointee.browseBudget > 0 {
                if browseBytes > Self.line {
                    residue &+= store.arena.word(record.pointee.browseBlock, at: browseBytes - 8)
                }
                continue
            }
            fetch(record.pointee.browseBlock, browseBytes, store)
            fetch(record.pointee.ordersBlock, store.orderBytes(of: record), store)
            fetch(record.pointee.feedbackBlock, Int(record.pointee.feedbackEntries) * FeedbackEntry.bytes, store)
        }
    }

    /// Every line of a block, up to eight: longer ones the processor's own prefetching follows.
    @inline(__always) private mutating func fetch(_ block: BlockHandle, _ bytes: Int, _ store: borrowing CustomerStore)
    {
        guard bytes >= 8 else { return }
        var offset = 0
        let end = min(bytes - 8, 8 * Self.line)
        while offset < end {
            residue &+= store.arena.word(block, at: offset)
            offset += Self.line
        }
        residue &+= store.arena.word(block, at: bytes - 8)
    }
}

extension BlockArena {
    /// The first eight bytes of a block; of "no block", the arena's own first ones.
    @inline(__always) func firstWord(_ block: BlockHandle) -> UInt64 { address(block).load(as: UInt64.self) }

    @inline(__always) func word(_ block: BlockHandle, at offset: Int) -> UInt64 {
        (address(block) + offset).loadUnaligned(as: UInt64.self)
    }
}
