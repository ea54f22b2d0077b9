/// Where a block of the arena begins, in units of 8 bytes; `none` for no block.
package struct BlockHandle: Hashable {
    package var unit: UInt32
    package static let none = BlockHandle(unit: 0)
    package var isNone: Bool { unit == 0 }
}

/// Small variable-sized blocks (ids, orders, browse buckets) in pages of 1 MiB, with a free list per size class.
///
/// A block's capacity follows from the length that its owner stores, so blocks carry no header. Growing customers
/// leave small free blocks behind; when too much is free, the emptiest pages are condemned (`BlockArena+Condemning`),
/// their blocks moved by the owner a few at a time, and the pages used again.
package struct BlockArena: ~Copyable {
    static let unitBytes = 8
    static let pageShift = 17
    static let pageUnits = 1 << pageShift
    /// 2^32 units of 8 bytes: 32 GiB in one shard.
    private static let maximumPages = 1 << 15
    /// A block larger than this does not exist; limits of the histories keep far below.
    package static let maximumBlockBytes = 1 << 18

    struct Page {
        var base: UnsafeMutableRawPointer
        /// Bytes of its blocks that are in the free lists.
        var freeBytes = 0
        /// Bytes left over at its end.
        var unusedBytes = 0
        /// To be emptied: nothing new is put there.
        var isCondemned = false
        /// Its memory is with the system; `base` is not valid until the page is opened again.
        var isReleased = false
    }

    var pages: ContiguousArray<Page> = []
    /// Pages without any block, to be used before new ones.
    var emptyPages: ContiguousArray<Int> = []
    var releasedPages = 0
    /// The next never used unit of the open page; unit 0 is given away so that 0 can mean "none".
    private var nextUnit = 1
    /// First free block of each class, linked through the blocks' first four bytes.
    var freeHeads = ContiguousArray<UInt32>(repeating: 0, count: 256)
    /// Bytes in the free lists, those of condemned pages left out.
    package internal(set) var freeBytes = 0
    var condemning = Condemning()

    package init() {}

    deinit { for page in pages where !page.isReleased { page.base.deallocate() } }

    /// Bytes taken from the system and not given back.
    package var allocatedBytes: Int { (pages.count - releasedPages) * Self.pageUnits * Self.unitBytes }

    /// Bytes of the pages that hold blocks.
    package var usedBytes: Int { (pages.count - emptyPages.count) * Self.pageUnits * Self.unitBytes }

    var openPage: Int { nextUnit >> Self.pageShift }

    /// The address of a block; holds until the block is freed, resized or moved.
    @inline(__always) package func address(_ block: BlockHandle) -> UnsafeMutableRawPointer {
        let unit = Int(block.unit)
        return pages[unit >> Self.pageShift].base + (unit & (Self.pageUnits - 1)) * Self.unitBytes
    }

    /// The bytes that a block for `bytes` really has.
    @inline(__always) package static func capacity(for bytes: Int) -> Int {
        let units = (bytes + unitBytes - 1) / unitBytes
        guard units > 16 else { return max(units, 1) * unitBytes }
        // Eight classes per doubling: at most an eighth is wasted.
        let step = 1 << (Int.bitWidth - 1 - units.leadingZeroBitCount - 3)
        return (units + step - 1) / step * step * unitBytes
    }

    package mutating func allocate(_ bytes: Int) -> BlockHandle {
        let capacity = Self.capacity(for: bytes)
        precondition(capacity <= Self.maximumBlockBytes, "a history outgrew its limit")
        let sizeClass = Self.sizeClass(capacity)
        while freeHeads[sizeClass] != 0 {
            let block = BlockHandle(unit: freeHeads[sizeClass])
            freeHeads[sizeClass] = address(block).load(as: UInt32.self)
            let page = Int(block.unit) >> Self.pageShift
            // What was free in a page before it was condemned goes down with it.
            if pages[page].isCondemned { continue }
            pages[page].freeBytes -= capacity
            freeBytes -= capacity
            return block
        }
        return extend(by: capacity / Self.unitBytes)
    }

    package mutating func free(_ block: BlockHandle, bytes: Int) {
        guard !block.isNone else { return }
        let page = Int(block.unit) >> Self.pageShift
        if pages[page].isCondemned { return }
        let capacity = Self.capacity(for: bytes)
        link(block, Self.sizeClass(capacity))
        pages[page].freeBytes += capacity
        freeBytes += capacity
    }

    /// Makes room for `newBytes` where there were `oldBytes`, keeping the first of them.
    package mutating func resize(_ block: BlockHandle, from oldBytes: Int, to newBytes: Int) -> BlockHandle {
        if block.isNone { return allocate(newBytes) }
        if Self.capacity(for: oldBytes) == Self.capacity(for: newBytes) { return block }
        let grown = allocate(newBytes)
        address(grown).copyMemory(from: address(block), byteCount: min(oldBytes, newBytes))
        free(block, bytes: oldBytes)
        return grown
    }

    /// Puts a block at the head of its class's free list.
    mutating func link(_ block: BlockHandle, _ sizeClass: Int) {
        address(block).storeBytes(of: freeHeads[sizeClass], as: UInt32.self)
        freeHeads[sizeClass] = block.unit
    }

    private mutating func extend(by units: Int) -> BlockHandle {
        if pages.isEmpty || nextUnit & (Self.pageUnits - 1) == 0 || leftInPage < units { turnPage() }
        defer { nextUnit += units }
        return BlockHandle(unit: UInt32(nextUnit))
    }

    /// Units left in the open page; a full page's `nextUnit` is the next page's first.
    private var leftInPage: Int { Self.pageUnits - nextUnit & (Self.pageUnits - 1) }

    private mutating func turnPage() {
        if pages.isEmpty {
            pages.append(Self.newPage())
            return
        }
        if nextUnit & (Self.pageUnits - 1) != 0 { pages[openPage].unusedBytes = leftInPage * Self.unitBytes }
        if let page = emptyPages.popLast() {
            if pages[page].isReleased {
                pages[page] = Self.newPage()
                releasedPages -= 1
            }
            nextUnit = page << Self.pageShift
            // Block 0 does not exist.
            if page == 0 { nextUnit = 1 }
            return
        }
        precondition(pages.count < Self.maximumPages, "a shard is limited to 32 GiB of histories: use more partitions")
        nextUnit = pages.count << Self.pageShift
        pages.append(Self.newPage())
    }

    /// The same blocks under the same handles in memory of their own.
    func copy() -> BlockArena {
        var twin = BlockArena()
        twin.pages = pages
        for index in pages.indices where !pages[index].isReleased {
            twin.pages[index].base = Self.newPage().base
            twin.pages[index].base.copyMemory(from: pages[index].base, byteCount: Self.pageUnits * Self.unitBytes)
        }
        (twin.emptyPages, twin.releasedPages, twin.nextUnit) = (emptyPages, releasedPages, nextUnit)
        (twin.freeHeads, twin.freeBytes, twin.condemning) = (freeHeads, freeBytes, condemning)
        return twin
    }

    private static func newPage() -> Page {
        Page(base: .allocate(byteCount: pageUnits * unitBytes, alignment: 64))
    }

    /// The class of a capacity: units up to 16, then eight per doubling.
    @inline(__always) private static func sizeClass(_ capacity: Int) -> Int {
        let units = capacity / unitBytes
        guard units > 16 else { return units }
        let log = Int.bitWidth - 1 - units.leadingZeroBitCount
        return 16 + (log - 4) * 8 + (units >> (log - 3)) - 7
    }
}
