import Scoring

/// The memory of a shard: records, index and blocks, and the primitive changes to them. Knows nothing of policies.
struct CustomerStore: ~Copyable {
    var slab = CustomerSlab()
    var index = CustomerIndex()
    var arena = BlockArena()
    var evacuation = Evacuation()

    typealias Record = UnsafeMutablePointer<CustomerRecord>

    var count: Int { slab.count }

    /// The slot of a customer, by id.
    @inline(__always) func find(_ id: UnsafeRawBufferPointer, hash: UInt64) -> UInt32? {
        let fragment = CustomerIndex.fragment(hash)
        return index.find(fragment) { slot in
            let record = slab[slot]
            guard record.pointee.hashFragment == fragment else { return false }
            // Of an erased customer only the hash is left.
            if record.pointee.slotState == .erased { return idHash(of: record) == hash }
            guard record.pointee.idLength == id.count else { return false }
            return Self.equal(arena.address(record.pointee.idBlock), id)
        }
    }

    /// Whether a slot is the customer's or the alias's of this id.
    func holds(_ id: UnsafeRawBufferPointer, at slot: UInt32) -> Bool {
        let record = slab[slot]
        guard record.pointee.slotState != .erased, record.pointee.idLength == id.count else { return false }
        return Self.equal(arena.address(record.pointee.idBlock), id)
    }

    /// Adds a customer that `find` did not find.
    mutating func insert(_ id: UnsafeRawBufferPointer, hash: UInt64, firstSeen: EventTime) -> UInt32 {
        var record = CustomerRecord()
        record.hashFragment = CustomerIndex.fragment(hash)
        record.idLength = id.count
        record.idBlock = arena.allocate(id.count)
        record.firstSeen = UInt32(firstSeen.milliseconds / 1000)
        if let source = id.baseAddress { arena.address(record.idBlock).copyMemory(from: source, byteCount: id.count) }
        let slot = slab.append(record)
        index.insert(slot, record.hashFragment) { slab[$0].pointee.hashFragment }
        return slot
    }

    /// The hash of the id that an erased customer had.
    func idHash(of record: Record) -> UInt64 {
        UInt64(littleEndian: arena.address(record.pointee.idBlock).loadUnaligned(as: UInt64.self))
    }

    @inline(__always) func id(of record: Record) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: arena.address(record.pointee.idBlock), count: record.pointee.idLength)
    }

    @inline(__always) func annex(of record: Record) -> UnsafeRawBufferPointer {
        bytes(of: record.pointee.annexBlock, count: record.pointee.annexBytes)
    }

    @inline(__always) func portrait(of record: Record) -> UnsafeRawBufferPointer {
        bytes(of: record.pointee.portraitBlock, count: record.pointee.portraitBytes)
    }

    @inline(__always) private func bytes(of block: BlockHandle, count: UInt16) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: block.isNone ? nil : arena.address(block), count: block.isNone ? 0 : Int(count))
    }

    /// Resizes a block to fewer bytes; no bytes means no block.
    mutating func shrink(_ block: BlockHandle, from oldBytes: Int, to newBytes: Int) -> BlockHandle {
        guard newBytes == 0 else { return arena.resize(block, from: oldBytes, to: newBytes) }
        arena.free(block, bytes: oldBytes)
        return .none
    }

    @inline(__always) private static func equal(_ stored: UnsafeMutableRawPointer, _ id: UnsafeRawBufferPointer) -> Bool
    {
        var position = 0
        let base = id.baseAddress.unsafelyUnwrapped
        while position + 8 <= id.count {
            let left = stored.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            guard left == base.loadUnaligned(fromByteOffset: position, as: UInt64.self) else { return false }
            position += 8
        }
        while position < id.count {
            guard stored.load(fromByteOffset: position, as: UInt8.self) == id[position] else { return false }
            position += 1
        }
        return true
    }
}

/// Moves bytes within a block; the ranges may overlap.
@inline(__always) func memmoveBytes(_ to: UnsafeMutableRawPointer, _ from: UnsafeRawPointer, _ count: Int) {
    if count > 0 { to.copyMemory(from: from, byteCount: count) }
}
