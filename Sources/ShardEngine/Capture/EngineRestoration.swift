import Scoring

/// Builds an engine from a mark and the images of its customers, in any order; what it returns goes on exactly as the
/// captured engine would have. Bytes that no engine wrote are refused, never trapped on.
package struct EngineRestoration: ~Copyable {
    private var engine: ShardEngine
    private let mark: EngineMark
    private let limits: ImageLimits
    private var restored: ContiguousArray<UInt64>
    private var count = 0

    package init(policy: Policy, mark: EngineMark) throws(RestoreError) {
        let clock = mark.clock?.milliseconds
        guard let names = NameTable(image: mark.names) else { throw .mark(mark) }
        guard (0..<CustomerIndex.maximumSlots).contains(mark.customerCount),
            clock.map({ (0...ImageView.latest).contains($0) }) ?? (mark.customerCount == 0),
            mark.retiering?.isWithin(customers: mark.customerCount) ?? true
        else { throw .mark(mark) }
        limits = ImageLimits(policy, names: names.count)
        engine = ShardEngine(policy: policy, names: names)
        self.mark = mark
        restored = ContiguousArray(repeating: 0, count: (mark.customerCount + 63) / 64)
    }

    /// Takes over whole images, one after another.
    package mutating func restore(_ images: UnsafeRawBufferPointer) throws(RestoreError) {
        guard let base = images.baseAddress else { return }
        var offset = 0
        while offset < images.count {
            let image = try ImageView(at: base + offset, available: images.count - offset)
            try image.check(limits)
            try claim(image.head.slot)
            engine.store.restore(image)
            offset += image.byteCount
        }
    }

    @inline(__always) private mutating func claim(_ slot: UInt32) throws(RestoreError) {
        guard slot < mark.customerCount else { throw .slotOutOfRange(slot) }
        let (word, bit) = (Int(slot >> 6), UInt64(1) << UInt64(slot & 63))
        guard restored[word] & bit == 0 else { throw .slotTwice(slot) }
        restored[word] |= bit
        count += 1
    }

    /// The engine, once every customer of the mark is there.
    package consuming func finish() throws(RestoreError) -> ShardEngine {
        guard count == mark.customerCount else { throw .missing(expected: mark.customerCount, found: count) }
        try engine.resume(at: mark)
        return engine
    }
}

extension ShardEngine {
    /// Sets what belongs to no customer and builds index and deadline wheel from the restored records.
    fileprivate mutating func resume(at mark: EngineMark) throws(RestoreError) {
        digest = mark.digest
        retiering = mark.retiering
        if let clock = mark.clock { advance(to: clock) }
        store.index = CustomerIndex(expecting: mark.customerCount)
        var start = 0
        while start < mark.customerCount {
            let group = UInt32(start)..<UInt32(min(start + Warming.group, mark.customerCount))
            // The places of a group are fetched together: one after another they would be waited for.
            for slot in group { warming.touch(store.slab[slot].pointee.hashFragment, store.index) }
            for slot in group {
                guard store.indexRestored(slot) else { throw .idTwice(slot) }
                let record = store.slab[slot]
                foreseePortrait(record)
                wheel.reschedule(slot, record, at: record.pointee.deadline)
            }
            start += Warming.group
        }
    }
}

extension CustomerStore {
    /// Fills a slot from a checked image; the index is built when all are there.
    @inline(__always) fileprivate mutating func restore(_ image: ImageView) {
        let head = image.head
        slab.extend(to: Int(head.slot) + 1)
        var record = CustomerRecord(head)
        let hash = record.slotState == .erased ? image.id.loadUnaligned(as: UInt64.self) : StableHash.of(image.id)
        record.hashFragment = CustomerIndex.fragment(hash)
        record.idBlock = restored(image.id)
        record.browseBlock = restored(image.browse)
        record.annexBlock = restored(image.annex)
        record.portraitBlock = restored(image.portrait)
        record.owesPortrait = PortraitImage.owes(image.portrait)
        if head.folded != FoldedOrders() {
            record.foldedBlock = arena.allocate(FoldedOrders.bytes)
            arena.address(record.foldedBlock).storeBytes(of: head.folded, as: FoldedOrders.self)
        }
        if head.orderEntries > 0 {
            let form = image.orderForm
            record.orderForm = form
            record.ordersBlock = arena.allocate(Int(head.orderEntries) * form.bytes)
            let base = arena.address(record.ordersBlock)
            for index in 0..<Int(head.orderEntries) { image.order(index)?.store(to: base + index * form.bytes, form) }
        }
        if head.feedbackEntries > 0 {
            record.feedbackBlock = arena.allocate(Int(head.feedbackEntries) * FeedbackEntry.bytes)
            let base = arena.address(record.feedbackBlock)
            for index in 0..<Int(head.feedbackEntries) {
                image.feedback(index)?.store(to: base + index * FeedbackEntry.bytes)
            }
        }
        slab[head.slot].initialize(to: record)
    }

    @inline(__always) private mutating func restored(_ bytes: UnsafeRawBufferPointer) -> BlockHandle {
        guard let source = bytes.baseAddress, !bytes.isEmpty else { return .none }
        let block = arena.allocate(bytes.count)
        arena.address(block).copyMemory(from: source, byteCount: bytes.count)
        return block
    }

    /// Puts a restored slot into the index; false if another slot has the same id.
    @inline(__always) fileprivate mutating func indexRestored(_ slot: UInt32) -> Bool {
        let record = slab[slot]
        let fragment = record.pointee.hashFragment
        if record.pointee.slotState == .alias, Int(record.pointee.target) >= slab.count { return false }
        let hash = record.pointee.slotState == .erased ? idHash(of: record) : UInt64(fragment) << 32
        guard find(id(of: record), hash: hash) == nil else { return false }
        index.insert(slot, fragment) { slab[$0].pointee.hashFragment }
        return true
    }
}
