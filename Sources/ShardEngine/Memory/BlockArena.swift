/// Where a block of the arena begins, in units of 8 bytes; `none` for no block.
package struct BlockHandle: Hashable {
    package var unit: UInt32
    package static let none = BlockHandle(unit: 0)
    package var isNone: Bool { unit == 0 }
}

/// Small variable-sized blocks (ids, orders, browse buckets) in pages of 1 MiB, with a free list per size class.
///
/// A block's capacity follows from the length that its owner stores, so blocks carry no header. Growing customers
/// leave small free blocks behind; the owner evacuates the arena into a fresh one when too much of it is free.
package struct BlockArena: ~Copyable {
    private static let unitBytes = 8
    private static let pageUnits = 1 << 17
    /// 2^32 units of 8 bytes: 32 GiB in one shard.
    private static let maximumPages = 1 << 15
    /// A block larger than this does not exist; limits of the histories keep far below.
    package static let maximumBlockBytes = 1 << 18

    private var pages: ContiguousArray<UnsafeMutableRawPointer> = []
    /// The next never used unit; unit 0 is given away so that 0 can mean "none".
    private var nextUnit = 1
    /// First free block of each class, linked through the blocks' first four bytes.
    private var freeHeads = ContiguousArray<UInt32>(repeating: 0, count: 256)
    package private(set) var freeBytes = 0

    package init() {}

    deinit { for page in pages { page.deallocate() } }

    /// Bytes taken from the system.
    package var allocatedBytes: Int { pages.count * Self.pageUnits * Self.unitBytes }

    /// Bytes handed out at some time, free ones included.
    package var usedBytes: Int { nextUnit * Self.unitBytes }

    /// The address of a block; valid until the next allocation's page outlives the arena, that is as long as the arena.
    @inline(__always) package func address(_ block: BlockHandle) -> UnsafeMutableRawPointer {
        let unit = Int(block.unit)
        return pages[unit >> 17] + (unit & (Self.pageUnits - 1)) * Self.unitBytes
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
        let head = freeHeads[sizeClass]
        guard head == 0 else {
            let block = BlockHandle(unit: head)
            freeHeads[sizeClass] = address(block).load(as: UInt32.self)
            freeBytes -= capacity
            return block
        }
        return extend(by: capacity / Self.unitBytes)
    }

    package mutating func free(_ block: BlockHandle, bytes: Int) {
        guard !block.isNone else { return }
        let capacity = Self.capacity(for: bytes)
        let sizeClass = Self.sizeClass(capacity)
        address(block).storeBytes(of: freeHeads[sizeClass], as: UInt32.self)
        freeHeads[sizeClass] = block.unit
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

    /// Too much is free for reuse by blocks of the same sizes alone.
    var wantsEvacuation: Bool { freeBytes > 4 << 20 && freeBytes > usedBytes / 4 }

    private mutating func extend(by units: Int) -> BlockHandle {
        if nextUnit & (Self.pageUnits - 1) + units > Self.pageUnits || pages.isEmpty || nextUnit >> 17 >= pages.count {
            openPage(for: units)
        }
        defer { nextUnit += units }
        return BlockHandle(unit: UInt32(nextUnit))
    }

    private mutating func openPage(for units: Int) {
        let pageStart = pages.count << 17
        if nextUnit & (Self.pageUnits - 1) + units > Self.pageUnits || nextUnit < pageStart {
            nextUnit = pageStart
        }
        precondition(pages.count < Self.maximumPages, "a shard is limited to 32 GiB of histories: use more partitions")
        pages.append(.allocate(byteCount: Self.pageUnits * Self.unitBytes, alignment: 64))
    }

    /// The class of a capacity: units up to 16, then eight per doubling.
    @inline(__always) private static func sizeClass(_ capacity: Int) -> Int {
        let units = capacity / unitBytes
        guard units > 16 else { return units }
        let log = Int.bitWidth - 1 - units.leadingZeroBitCount
        return 16 + (log - 4) * 8 + (units >> (log - 3)) - 7
    }
}
