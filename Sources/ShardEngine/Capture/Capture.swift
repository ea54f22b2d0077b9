import Scoring

/// Encodes the customers of one instant a few at a time, while events go on changing them.
///
///     idle ──begin──► marked ──capture──► all out ──end──► idle
///                       │  ▲
///                       ▼  │ a customer about to change is encoded first, out of order
///                      early
struct Capture: ~Copyable {
    private(set) var isRunning = false
    /// The customers of the mark; none while idle, so that the test before every change is one comparison.
    private(set) var markedCount: UInt32 = 0
    /// All slots before it are encoded.
    private(set) var next: UInt32 = 0
    /// A bit for each slot that was encoded out of order.
    private var early: ContiguousArray<UInt64> = []
    private var buffer = ImageBuffer()

    var isComplete: Bool { next == markedCount }

    mutating func begin(customers: Int) {
        precondition(!isRunning, "one capture at a time")
        isRunning = true
        markedCount = UInt32(customers)
        next = 0
        early = ContiguousArray(repeating: 0, count: (customers + 63) / 64)
    }

    mutating func end() {
        isRunning = false
        markedCount = 0
        next = 0
        early = []
        buffer = ImageBuffer()
    }

    @inline(__always) func isEarly(_ slot: UInt32) -> Bool { early[Int(slot >> 6)] >> UInt64(slot & 63) & 1 == 1 }

    /// Encodes a customer of the mark that is about to change, unless it is out already.
    @inline(never) mutating func keep(_ slot: UInt32, _ store: borrowing CustomerStore) {
        guard slot >= next, !isEarly(slot) else { return }
        early[Int(slot >> 6)] |= 1 << UInt64(slot & 63)
        buffer.append(slot, store)
    }

    /// Encodes the next customers up to `end`.
    mutating func encode(upTo end: UInt32, _ store: borrowing CustomerStore) {
        while next < end {
            if !isEarly(next) { buffer.append(next, store) }
            next += 1
        }
    }

    /// Bytes encoded since the last `take`.
    var encodedBytes: Int { buffer.byteCount }

    mutating func take() -> CapturedImages { buffer.take() }
}

/// Images in memory of their own, which grows by doubling and is kept from one taking to the next while it is small.
private struct ImageBuffer: ~Copyable {
    private static let keptBytes = 4 << 20

    private var base = UnsafeMutableRawPointer.allocate(byteCount: 0, alignment: 16)
    private var capacity = 0
    private(set) var byteCount = 0
    private var count = 0

    deinit { base.deallocate() }

    @inline(__always) mutating func append(_ slot: UInt32, _ store: borrowing CustomerStore) {
        let record = store.slab[slot]
        var head = ImageHead(record, slot: slot, folded: store.folded(of: record))
        let length = ImageView.byteCount(head)
        head.length = UInt32(length - ImageView.lengthBytes)
        if byteCount + length > capacity { grow(by: length) }
        var writer = LittleEndianWriter(base + byteCount)
        head.store(with: &writer)
        writer.put(store.id(of: record))
        let orders = store.orders(of: record)
        var index = 0
        while index < orders.count {
            ImageView.put(orders[index], with: &writer)
            index += 1
        }
        writer.put(store.wholeBrowse(of: record))
        let feedback = store.feedback(of: record)
        index = 0
        while index < feedback.count {
            ImageView.put(feedback[index], with: &writer)
            index += 1
        }
        writer.put(store.annex(of: record))
        writer.put(store.portrait(of: record))
        byteCount += length
        count += 1
    }

    private mutating func grow(by length: Int) {
        capacity = max(2 * capacity, byteCount + length, 1 << 16)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
        larger.copyMemory(from: base, byteCount: byteCount)
        base.deallocate()
        base = larger
    }

    mutating func take() -> CapturedImages {
        let bytes = [UInt8](UnsafeRawBufferPointer(start: base, count: byteCount))
        defer {
            (byteCount, count) = (0, 0)
            if capacity > Self.keptBytes {
                base.deallocate()
                base = .allocate(byteCount: 0, alignment: 16)
                capacity = 0
            }
        }
        return CapturedImages(bytes: bytes, count: count)
    }
}

extension CustomerStore {
    /// The browse bytes with their header; none before the first browse event.
    @inline(__always) fileprivate func wholeBrowse(of record: Record) -> UnsafeRawBufferPointer {
        let count = Int(record.pointee.browseBytes)
        return UnsafeRawBufferPointer(start: count == 0 ? nil : arena.address(record.pointee.browseBlock), count: count)
    }
}
