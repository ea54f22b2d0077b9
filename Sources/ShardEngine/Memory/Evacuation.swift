/// The owner's part in emptying condemned pages: a cursor over the customers.
struct Evacuation {
    /// The first slot whose blocks have not been looked at yet.
    var nextSlot: UInt32 = 0
    var listsAreFiltered = false
}

extension CustomerStore {
    /// Customers looked at, blocks moved and free-list entries filtered per call: a millisecond at the most.
    private static var slotsAtOnce: UInt32 { 32_768 }
    private static var movesAtOnce: Int { 4_096 }
    private static var entriesAtOnce: Int { 16_384 }

    /// Gives memory back to itself, a bounded step per call: blocks are moved out of the emptiest pages, which are then
    /// used again. Not visible in any output. Called between batches.
    mutating func evacuateStepwise() {
        if !arena.isCondemning {
            arena.condemnIfWorthwhile()
            evacuation = Evacuation()
            return
        }
        guard evacuation.listsAreFiltered else {
            evacuation.listsAreFiltered = arena.filterFreeLists(limit: Self.entriesAtOnce)
            return
        }
        // Customers who came after the condemnation hold no block of a condemned page.
        let end = min(evacuation.nextSlot + Self.slotsAtOnce, UInt32(slab.count))
        var moves = 0
        while evacuation.nextSlot < end, moves < Self.movesAtOnce {
            moves += evacuate(slab[evacuation.nextSlot])
            evacuation.nextSlot += 1
        }
        if Int(evacuation.nextSlot) == slab.count { arena.reuseCondemnedPages() }
    }

    /// Moves a customer's blocks out of condemned pages; returns how many.
    private mutating func evacuate(_ record: Record) -> Int {
        let feedbackBytes = Int(record.pointee.feedbackEntries) * FeedbackEntry.bytes
        return move(&record.pointee.idBlock, record.pointee.idLength)
            + move(&record.pointee.ordersBlock, orderBytes(of: record))
            + move(&record.pointee.foldedBlock, FoldedOrders.bytes)
            + move(&record.pointee.browseBlock, Int(record.pointee.browseBytes))
            + move(&record.pointee.feedbackBlock, feedbackBytes)
            + move(&record.pointee.annexBlock, Int(record.pointee.annexBytes))
            + move(&record.pointee.portraitBlock, Int(record.pointee.portraitBytes))
    }

    @inline(__always) private mutating func move(_ block: inout BlockHandle, _ bytes: Int) -> Int {
        guard !block.isNone, arena.isCondemned(block) else { return 0 }
        let target = arena.allocate(bytes)
        arena.address(target).copyMemory(from: arena.address(block), byteCount: bytes)
        block = target
        return 1
    }
}
