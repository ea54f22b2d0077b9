extension CustomerStore {
    /// Copies every block into a fresh arena when too much of the old one is free. Not visible in any output.
    ///
    /// One pass over the slab, about 0.1 µs per customer; called between batches.
    mutating func evacuateIfWorthwhile() {
        guard arena.wantsEvacuation else { return }
        var fresh = BlockArena()
        for slot in 0..<UInt32(slab.count) {
            let record = slab[slot]
            record.pointee.idBlock = moved(record.pointee.idBlock, Int(record.pointee.idLength), to: &fresh)
            record.pointee.ordersBlock = moved(
                record.pointee.ordersBlock, Int(record.pointee.orderEntries) * OrderEntry.bytes, to: &fresh)
            record.pointee.browseBlock = moved(record.pointee.browseBlock, Int(record.pointee.browseBytes), to: &fresh)
            record.pointee.feedbackBlock = moved(
                record.pointee.feedbackBlock, Int(record.pointee.feedbackEntries) * FeedbackEntry.bytes, to: &fresh)
        }
        arena = fresh
    }

    private func moved(_ block: BlockHandle, _ bytes: Int, to fresh: inout BlockArena) -> BlockHandle {
        guard !block.isNone else { return .none }
        let target = fresh.allocate(bytes)
        fresh.address(target).copyMemory(from: arena.address(block), byteCount: bytes)
        return target
    }
}
