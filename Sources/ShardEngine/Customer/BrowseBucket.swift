import Scoring

/// One day of a customer's browsing.
///
/// In the arena a bucket is as long as its day was varied: one byte per kind of event that happened, one for sessions,
/// three for dwell (four from 4.6 hours on), then the mask of what is present and the day. Reading goes from the end,
/// newest day first. A count that would pass 255 goes on in a second bucket of the same day.
///
///     [last session: 4 bytes] [counts… sessions? dwell? mask day] [counts… sessions? dwell? mask day] …
struct BrowseBucket {
    static let sessionsBit = 12
    static let dwellBit = 13
    /// Set beside `dwellBit` where the dwell has three bytes.
    static let shortDwellBit = 14
    private static let longestShortDwell: UInt32 = 1 << 24 - 1
    static let countBits: UInt16 = 0x1fff
    static let headerBytes = 4
    private static let trailerBytes = 4
    /// What one event can add: the trailer, its kind, a session, the dwell.
    static let longestGrowth = trailerBytes + 1 + 1 + 4
    /// The most bytes one customer's browsing may take.
    static let maximumBytes = 60_000

    var day: UInt16
    /// A bit for each kind of event present, for sessions and for dwell.
    private(set) var mask: UInt16 = 0
    private var counts = InlineArray<13, UInt8>(repeating: 0)
    private var dwell: UInt32 = 0

    init(day: UInt16) { self.day = day }

    /// The bytes of the stored bucket that ends at `end`.
    @inline(__always) static func length(endingAt end: UnsafeRawPointer) -> Int {
        let mask = end.loadUnaligned(fromByteOffset: -4, as: UInt16.self)
        return trailerBytes + (mask & countBits).nonzeroBitCount + dwellBytes(mask)
    }

    @inline(__always) static func dwellBytes(_ mask: UInt16) -> Int {
        Int(mask >> 13 & 1) * 4 - Int(mask >> 14 & 1)
    }

    /// The dwell, milliseconds, of a stored bucket that begins at `start`; 0 for none.
    @inline(__always) static func dwell(ofBucketAt start: UnsafeRawPointer, _ mask: UInt16) -> UInt32 {
        guard mask >> 13 & 1 == 1 else { return 0 }
        let place = start + (mask & countBits).nonzeroBitCount
        guard mask >> 14 & 1 == 1 else { return UInt32(littleEndian: place.loadUnaligned(as: UInt32.self)) }
        // There is a byte before it: a count, or the header.
        return UInt32(littleEndian: (place - 1).loadUnaligned(as: UInt32.self)) >> 8
    }

    /// Reads the stored bucket that ends at `end`.
    init(endingAt end: UnsafeRawPointer) {
        day = end.loadUnaligned(fromByteOffset: -2, as: UInt16.self)
        mask = end.loadUnaligned(fromByteOffset: -4, as: UInt16.self)
        var cursor = end - Self.length(endingAt: end)
        var present = mask & Self.countBits
        while present != 0 {
            counts[present.trailingZeroBitCount] = cursor.load(as: UInt8.self)
            cursor += 1
            present &= present - 1
        }
        dwell = Self.dwell(ofBucketAt: end - Self.length(endingAt: end), mask)
    }

    /// Adds to the dwell of a stored bucket; false if it has none or if the sum needs more bytes.
    @inline(__always) static func addDwell(
        _ more: UInt32, toBucketAt start: UnsafeMutableRawPointer, _ mask: UInt16
    ) -> Bool {
        let bytes = dwellBytes(mask)
        let (sum, overflow) = dwell(ofBucketAt: start, mask).addingReportingOverflow(more)
        guard bytes > 0, !overflow, bytes == 4 || sum <= longestShortDwell else { return false }
        let place = start + (mask & countBits).nonzeroBitCount
        if bytes == 4 {
            place.storeBytes(of: sum.littleEndian, as: UInt32.self)
        } else {
            place.storeBytes(of: UInt16(truncatingIfNeeded: sum).littleEndian, as: UInt16.self)
            place.storeBytes(of: UInt8(truncatingIfNeeded: sum >> 16), toByteOffset: 2, as: UInt8.self)
        }
        return true
    }

    var length: Int { Self.trailerBytes + (mask & Self.countBits).nonzeroBitCount + Self.dwellBytes(mask) }

    func store(to address: UnsafeMutableRawPointer) {
        var cursor = address
        var present = mask & Self.countBits
        while present != 0 {
            cursor.storeBytes(of: counts[present.trailingZeroBitCount], as: UInt8.self)
            cursor += 1
            present &= present - 1
        }
        for byte in 0..<Self.dwellBytes(mask) {
            cursor.storeBytes(of: UInt8(truncatingIfNeeded: dwell >> UInt32(8 * byte)), as: UInt8.self)
            cursor += 1
        }
        cursor.storeBytes(of: mask, as: UInt16.self)
        cursor.storeBytes(of: day, toByteOffset: 2, as: UInt16.self)
    }

    /// Both together; nil if a count would not fit.
    func adding(_ other: BrowseBucket) -> BrowseBucket? {
        var sum = self
        for bit in 0...Self.sessionsBit {
            let (count, overflow) = counts[bit].addingReportingOverflow(other.counts[bit])
            if overflow { return nil }
            sum.counts[bit] = count
        }
        let (total, overflow) = dwell.addingReportingOverflow(other.dwell)
        if overflow { return nil }
        sum.mask |= other.mask
        sum.set(dwell: total)
        return sum
    }

    /// Events of all kinds.
    var eventCount: Int {
        var sum = 0
        for bit in 0..<Self.sessionsBit { sum += Int(counts[bit]) }
        return sum
    }

    /// Whether one more event of `type` and that dwell fit.
    func hasRoom(type: BrowseType, newSession: Bool, dwell more: UInt32) -> Bool {
        counts[Int(type.rawValue)] < 255 && (!newSession || counts[Self.sessionsBit] < 255)
            && !dwell.addingReportingOverflow(more).overflow
    }

    mutating func add(type: BrowseType, newSession: Bool, dwell more: UInt32) {
        count(Int(type.rawValue))
        if newSession { count(Self.sessionsBit) }
        set(dwell: dwell + more)
    }

    private mutating func set(dwell new: UInt32) {
        dwell = new
        mask &= Self.countBits
        if new > 0 { mask |= 1 << UInt16(Self.dwellBit) }
        if new > 0, new <= Self.longestShortDwell { mask |= 1 << UInt16(Self.shortDwellBit) }
    }

    private mutating func count(_ bit: Int) {
        counts[bit] += 1
        mask |= 1 << UInt16(bit)
    }
}

extension CustomerStore {
    /// The browse bytes without the header, and where they end.
    @inline(__always) func browse(of record: Record) -> UnsafeRawBufferPointer {
        let bytes = Int(record.pointee.browseBytes)
        guard bytes > BrowseBucket.headerBytes else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let base = arena.address(record.pointee.browseBlock)
        return UnsafeRawBufferPointer(start: base + BrowseBucket.headerBytes, count: bytes - BrowseBucket.headerBytes)
    }

    /// Counts one event on `day`, dropping days before `firstDay` when the block must grow. Returns whether it opened a
    /// session; nil at the limit.
    mutating func addBrowse(_ event: BrowseEvent, on day: UInt16, droppingBefore firstDay: UInt16, of record: Record)
        -> Bool?
    {
        let newSession = beginSession(event.sessionHash, of: record)
        if incrementLast(event, on: day, newSession: newSession, of: record)
            || insertBrowse(event, on: day, droppingBefore: firstDay, newSession: newSession, of: record)
        {
            return newSession
        }
        return nil
    }

    /// Whether the event opens a session: it names one that is not the customer's latest. Remembers it.
    private mutating func beginSession(_ hash: UInt64, of record: Record) -> Bool {
        if record.pointee.browseBytes == 0 {
            record.pointee.browseBlock = arena.allocate(BrowseBucket.headerBytes)
            record.pointee.browseBytes = UInt16(BrowseBucket.headerBytes)
            arena.address(record.pointee.browseBlock).storeBytes(of: 0, as: UInt32.self)
        }
        let session = UInt32(truncatingIfNeeded: hash)
        let header = arena.address(record.pointee.browseBlock)
        guard session != 0, header.load(as: UInt32.self) != session else { return false }
        header.storeBytes(of: session, as: UInt32.self)
        return true
    }

    /// The common case: the day's bucket is the last one and has a place for everything the event adds.
    @inline(__always) private func incrementLast(
        _ event: BrowseEvent, on day: UInt16, newSession: Bool, of record: Record
    ) -> Bool {
        let bytes = Int(record.pointee.browseBytes)
        guard bytes > BrowseBucket.headerBytes else { return false }
        let end = arena.address(record.pointee.browseBlock) + bytes
        guard end.loadUnaligned(fromByteOffset: -2, as: UInt16.self) == day else { return false }
        let mask = end.loadUnaligned(fromByteOffset: -4, as: UInt16.self)
        let bit = UInt16(event.type.rawValue)
        let start = end - BrowseBucket.length(endingAt: end)
        let place = start + (mask & (1 << bit &- 1)).nonzeroBitCount
        guard !newSession, mask >> bit & 1 == 1, place.load(as: UInt8.self) < 255 else { return false }
        if event.dwellMilliseconds > 0 {
            guard BrowseBucket.addDwell(event.dwellMilliseconds, toBucketAt: start, mask) else { return false }
        }
        place.storeBytes(of: place.load(as: UInt8.self) + 1, as: UInt8.self)
        return true
    }

    private mutating func insertBrowse(
        _ event: BrowseEvent, on day: UInt16, droppingBefore firstDay: UInt16, newSession: Bool, of record: Record
    ) -> Bool {
        // Old days are dropped when their place is needed.
        let atMost = Int(record.pointee.browseBytes) + BrowseBucket.longestGrowth
        let mustGrow = BlockArena.capacity(for: atMost) > BlockArena.capacity(for: Int(record.pointee.browseBytes))
        if mustGrow || atMost > BrowseBucket.maximumBytes {
            dropBrowse(before: firstDay, of: record)
        }
        let base = arena.address(record.pointee.browseBlock)
        var end = Int(record.pointee.browseBytes)
        while end > BrowseBucket.headerBytes, (base + end).loadUnaligned(fromByteOffset: -2, as: UInt16.self) > day {
            end -= BrowseBucket.length(endingAt: base + end)
        }
        var bucket = BrowseBucket(day: day)
        var start = end
        if end > BrowseBucket.headerBytes, (base + end).loadUnaligned(fromByteOffset: -2, as: UInt16.self) == day {
            let found = BrowseBucket(endingAt: base + end)
            if found.hasRoom(type: event.type, newSession: newSession, dwell: event.dwellMilliseconds) {
                bucket = found
                start = end - BrowseBucket.length(endingAt: base + end)
            }
        }
        bucket.add(type: event.type, newSession: newSession, dwell: event.dwellMilliseconds)
        return replaceBrowse(start..<end, with: bucket, of: record)
    }

    private mutating func replaceBrowse(_ range: Range<Int>, with bucket: BrowseBucket, of record: Record) -> Bool {
        let old = Int(record.pointee.browseBytes)
        let length = bucket.length
        let new = old - range.count + length
        guard new <= BrowseBucket.maximumBytes else { return false }
        record.pointee.browseBlock = arena.resize(record.pointee.browseBlock, from: old, to: new)
        record.pointee.browseBytes = UInt16(new)
        let base = arena.address(record.pointee.browseBlock)
        memmoveBytes(base + range.lowerBound + length, base + range.upperBound, old - range.upperBound)
        bucket.store(to: base + range.lowerBound)
        return true
    }

    /// Removes the buckets of days before `firstDay`.
    private mutating func dropBrowse(before firstDay: UInt16, of record: Record) {
        let bytes = Int(record.pointee.browseBytes)
        let base = arena.address(record.pointee.browseBlock)
        var start = bytes
        while start > BrowseBucket.headerBytes,
            (base + start).loadUnaligned(fromByteOffset: -2, as: UInt16.self) >= firstDay
        {
            start -= BrowseBucket.length(endingAt: base + start)
        }
        guard start > BrowseBucket.headerBytes else { return }
        memmoveBytes(base + BrowseBucket.headerBytes, base + start, bytes - start)
        let left = bytes - (start - BrowseBucket.headerBytes)
        record.pointee.browseBlock = arena.resize(record.pointee.browseBlock, from: bytes, to: left)
        record.pointee.browseBytes = UInt16(left)
    }
}
