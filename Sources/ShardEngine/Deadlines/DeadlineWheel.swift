/// Hands out customers whose deadline has come, in (deadline, slot) order, for about 5 bytes per customer.
///
/// Two wheels of 256 buckets (70 minutes and 12.4 days wide) hold slot numbers only; the deadline itself stays in the
/// customer's record. The bucket that the clock is in is opened into a heap of exact times. Moving a deadline later
/// costs nothing: the old entry comes up early, is seen to be early, and is filed again.
///
///     schedule ──► coarse bucket ──► fine bucket ──► heap ──► due
///         └────────────┴── later than its bucket: filed again ◄─┘
package struct DeadlineWheel: ~Copyable {
    private static let fineShift: Int64 = 22
    private static let wheelSize: Int64 = 256
    private static let chunkSlots = 14
    /// Entries of the open bucket that memory is kept for when it is empty.
    private static let keptHeap = 4_096

    /// One entry of the open bucket.
    private struct Due {
        var deadline: Int64
        var slot: UInt32

        @inline(__always) static func precedes(_ left: Due, _ right: Due) -> Bool {
            left.deadline < right.deadline || (left.deadline == right.deadline && left.slot < right.slot)
        }
    }

    /// Chunk = next chunk, number of slots used, slots.
    private struct Chunk {
        var next: UInt32 = 0
        var used: UInt32 = 0
        var slots = InlineArray<14, UInt32>(repeating: 0)
    }

    private var fine = ContiguousArray<UInt32>(repeating: 0, count: 256)
    private var coarse = ContiguousArray<UInt32>(repeating: 0, count: 256)
    private var chunks: ContiguousArray<Chunk> = [Chunk()]
    private var freeChunk: UInt32 = 0
    private var heap: ContiguousArray<Due> = []
    /// The fine bucket that is open; −1 before the first schedule.
    private var open: Int64 = -1

    package init() {}

    package var allocatedBytes: Int { chunks.capacity * MemoryLayout<Chunk>.stride + heap.capacity * 16 + 2048 }

    /// The same entries; each copies what it changes first.
    func copy() -> DeadlineWheel {
        var twin = DeadlineWheel()
        (twin.fine, twin.coarse, twin.chunks, twin.freeChunk) = (fine, coarse, chunks, freeChunk)
        (twin.heap, twin.open) = (heap, open)
        return twin
    }

    /// Sets `record`'s deadline and sees to it that the slot comes up no later than then.
    @inline(__always) package mutating func schedule(
        _ slot: UInt32, _ record: UnsafeMutablePointer<CustomerRecord>, at deadline: Int64
    ) {
        let old = record.pointee.deadline
        record.pointee.deadline = deadline
        if deadline < old { file(slot, record) }
    }

    /// The slot whose deadline is the earliest and at most `clock`, removed; nil when none is due.
    ///
    /// The caller must give the record a later deadline with `reschedule`, or `.max`.
    package mutating func popDue(upTo clock: Int64, _ slab: borrowing CustomerSlab) -> UInt32? {
        while true {
            while let top = heap.first {
                if top.deadline > clock { return nil }
                removeTop()
                while let twin = heap.first, twin.deadline == top.deadline, twin.slot == top.slot { removeTop() }
                let record = slab[top.slot]
                if record.pointee.deadline == top.deadline { return top.slot }
                // The deadline has moved later since (an earlier one would have its own entry): file it again.
                if record.pointee.deadline > top.deadline { file(top.slot, record) }
            }
            guard openNext(upTo: clock, slab) else { return nil }
        }
    }

    /// Files a record that `popDue` handed out, or whose entry was used up, under its deadline.
    @inline(__always) package mutating func reschedule(
        _ slot: UInt32, _ record: UnsafeMutablePointer<CustomerRecord>, at deadline: Int64
    ) {
        record.pointee.deadline = deadline
        file(slot, record)
    }

    /// Tells the wheel where time begins; deadlines before it come up at once.
    package mutating func start(at clock: Int64) {
        if open < 0 { open = clock >> Self.fineShift }
    }

    private mutating func file(_ slot: UInt32, _ record: UnsafeMutablePointer<CustomerRecord>) {
        let deadline = record.pointee.deadline
        guard deadline != .max else { return }
        let bucket = max(deadline >> Self.fineShift, 0)
        guard bucket > open else {
            push(Due(deadline: deadline, slot: slot))
            return
        }
        let queued = Int64(record.pointee.queuedBucket)
        guard queued == 0 || bucket < queued else { return }
        record.pointee.queuedBucket = insert(slot, bucket)
    }

    /// Returns the fine bucket at which the entry comes up: its own, or the first of its coarse bucket. What lies beyond
    /// both wheels goes into the furthest coarse bucket and is filed again when that opens.
    private mutating func insert(_ slot: UInt32, _ bucket: Int64) -> UInt32 {
        if bucket >> 8 == open >> 8 {
            fine[Int(bucket & 255)] = added(slot, to: fine[Int(bucket & 255)])
            return UInt32(truncatingIfNeeded: bucket)
        }
        let era = min(bucket >> 8, (open >> 8) + Self.wheelSize - 1)
        coarse[Int(era & 255)] = added(slot, to: coarse[Int(era & 255)])
        return UInt32(truncatingIfNeeded: era << 8)
    }

    /// Opens fine buckets until one gives an entry; false when the clock's own bucket is open and empty.
    private mutating func openNext(upTo clock: Int64, _ slab: borrowing CustomerSlab) -> Bool {
        let last = clock >> Self.fineShift
        while open < last, open >= 0 {
            open += 1
            if open & 255 == 0 { spreadEra(slab) }
            drainFine(slab)
            if !heap.isEmpty { return true }
        }
        return false
    }

    private mutating func spreadEra(_ slab: borrowing CustomerSlab) {
        let chain = coarse[Int((open >> 8) & 255)]
        coarse[Int((open >> 8) & 255)] = 0
        refileChain(from: chain, slab)
    }

    private mutating func drainFine(_ slab: borrowing CustomerSlab) {
        let chain = fine[Int(open & 255)]
        fine[Int(open & 255)] = 0
        refileChain(from: chain, slab)
    }

    private mutating func refileChain(from head: UInt32, _ slab: borrowing CustomerSlab) {
        var chunk = head
        while chunk != 0 {
            for index in 0..<Int(chunks[Int(chunk)].used) {
                let slot = chunks[Int(chunk)].slots[index]
                let record = slab[slot]
                // Any other entry has been superseded by an earlier one.
                guard Int64(record.pointee.queuedBucket) == open else { continue }
                record.pointee.queuedBucket = 0
                file(slot, record)
            }
            chunk = release(chunk)
        }
    }

    /// Adds a slot to the chain and returns the chain's head.
    private mutating func added(_ slot: UInt32, to chain: UInt32) -> UInt32 {
        var head = chain
        if head == 0 || chunks[Int(head)].used == UInt32(Self.chunkSlots) {
            head = takeChunk()
            chunks[Int(head)].next = chain
        }
        let used = Int(chunks[Int(head)].used)
        chunks[Int(head)].slots[used] = slot
        chunks[Int(head)].used = UInt32(used + 1)
        return head
    }

    private mutating func takeChunk() -> UInt32 {
        guard freeChunk != 0 else {
            // An eighth more at a time: doubling would leave up to half of it unused.
            if chunks.count == chunks.capacity { chunks.reserveCapacity(max(chunks.count / 8 * 9, 64)) }
            chunks.append(Chunk())
            return UInt32(chunks.count - 1)
        }
        let chunk = freeChunk
        freeChunk = chunks[Int(chunk)].next
        chunks[Int(chunk)] = Chunk()
        return chunk
    }

    /// Gives a chunk back and returns the one after it.
    private mutating func release(_ chunk: UInt32) -> UInt32 {
        let next = chunks[Int(chunk)].next
        chunks[Int(chunk)].next = freeChunk
        freeChunk = chunk
        return next
    }

    /// Visits the open bucket's entries due by `time`, superseded ones too, in no particular order, until told to stop.
    @inline(__always) func forEachDue(by time: Int64, _ visit: (UInt32) -> Bool) {
        var pending = InlineArray<64, Int>(repeating: 0)
        var depth = 0
        var next = 0
        // Depth first through the heap: below an entry that is not due yet there is none that is.
        while true {
            if next < heap.count, heap[next].deadline <= time {
                guard visit(heap[next].slot), depth < 63 else { return }
                pending[depth] = 2 * next + 2
                depth += 1
                next = 2 * next + 1
            } else {
                guard depth > 0 else { return }
                depth -= 1
                next = pending[depth]
            }
        }
    }

    private mutating func push(_ due: Due) {
        heap.append(due)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard Due.precedes(heap[child], heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func removeTop() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        if heap.isEmpty, heap.capacity > Self.keptHeap { heap = [] }
        var parent = 0
        while true {
            var least = parent
            let left = 2 * parent + 1
            if left < heap.count, Due.precedes(heap[left], heap[least]) { least = left }
            if left + 1 < heap.count, Due.precedes(heap[left + 1], heap[least]) { least = left + 1 }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
