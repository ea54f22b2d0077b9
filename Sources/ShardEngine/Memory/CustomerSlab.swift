/// All customer records of a shard, in pages that never move, addressed by slot.
package struct CustomerSlab: ~Copyable {
    private static let pageShift = 12
    private static let pageSlots = 1 << pageShift

    private var pages: ContiguousArray<UnsafeMutablePointer<CustomerRecord>> = []
    private(set) var count = 0

    package init() {}

    deinit { for page in pages { page.deallocate() } }

    var allocatedBytes: Int { pages.count * Self.pageSlots * MemoryLayout<CustomerRecord>.stride }

    /// The record of a slot; the address holds as long as the slab.
    @inline(__always) package subscript(slot: UInt32) -> UnsafeMutablePointer<CustomerRecord> {
        pages[Int(slot) >> Self.pageShift] + (Int(slot) & (Self.pageSlots - 1))
    }

    /// Aligned, so that a record is two cache lines and never three.
    private static func page() -> UnsafeMutablePointer<CustomerRecord> {
        UnsafeMutableRawPointer.allocate(byteCount: pageSlots * MemoryLayout<CustomerRecord>.stride, alignment: 64)
            .bindMemory(to: CustomerRecord.self, capacity: pageSlots)
    }

    /// Adds a record and returns its slot.
    package mutating func append(_ record: CustomerRecord) -> UInt32 {
        let slot = UInt32(count)
        if count & (Self.pageSlots - 1) == 0 { pages.append(Self.page()) }
        self[slot].initialize(to: record)
        count += 1
        return slot
    }

    /// The same records in memory of their own.
    func copy() -> CustomerSlab {
        var twin = CustomerSlab()
        twin.extend(to: count)
        for (page, source) in pages.enumerated() {
            // A page may be ahead of the count; what lies there is nobody's.
            let used = min(max(count - page << Self.pageShift, 0), Self.pageSlots)
            if used > 0 { twin.pages[page].initialize(from: source, count: used) }
        }
        return twin
    }

    /// Makes sure of `newCount` slots; those added hold nothing until they are initialized.
    mutating func extend(to newCount: Int) {
        guard newCount > count else { return }
        while pages.count << Self.pageShift < newCount { pages.append(Self.page()) }
        count = newCount
    }
}
