import Scoring

/// A customer's browsing in an image: the latest session's hash in four bytes, then one bucket per day as
/// `BrowseBucket` describes; no bytes at all before the first browse event.
struct BrowseImage {
    private static let headerBytes = 4
    private static let trailerBytes = 4
    private static let sessionsBit = 12

    private let bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The bucket that ends at `end`.
    private struct Bucket {
        let counts: UnsafeRawBufferPointer
        let mask: UInt16
        let day: UInt16
        let dwell: UInt32?
        let start: Int

        /// Nil if it would begin before the header's end.
        @inline(__always) init?(_ bytes: UnsafeRawBufferPointer, endingAt end: Int) {
            guard end - trailerBytes >= headerBytes else { return nil }
            mask = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: end - 4, as: UInt16.self))
            day = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: end - 2, as: UInt16.self))
            let counted = (mask & 0x1fff).nonzeroBitCount
            let hasDwell = mask >> UInt16(BrowseBucket.dwellBit) & 1 == 1
            start = end - trailerBytes - counted - BrowseBucket.dwellBytes(mask)
            let isForm = mask >> UInt16(BrowseBucket.shortDwellBit) <= (hasDwell ? 1 : 0)
            guard start >= headerBytes, isForm, let base = bytes.baseAddress else { return nil }
            counts = UnsafeRawBufferPointer(rebasing: bytes[start..<start + counted])
            dwell = hasDwell ? BrowseBucket.dwell(ofBucketAt: base + start, mask) : nil
        }
    }

    /// Whether the buckets fill the bytes, no day after a later one, nothing present that counts zero.
    @inline(__always) var isValid: Bool {
        guard !bytes.isEmpty else { return true }
        guard bytes.count >= Self.headerBytes, bytes.count <= BrowseBucket.maximumBytes else { return false }
        var (end, next) = (bytes.count, UInt16.max)
        while end > Self.headerBytes {
            guard let bucket = Bucket(bytes, endingAt: end), bucket.day <= next, bucket.dwell != 0,
                !bucket.counts.contains(0)
            else { return false }
            (end, next) = (bucket.start, bucket.day)
        }
        return true
    }

    /// 0 for none.
    var lastSession: UInt32 {
        guard bytes.count >= Self.headerBytes else { return 0 }
        return UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))
    }

    /// The days of valid bytes, from the oldest.
    var days: [CustomerImage.BrowseDay] {
        var days: [CustomerImage.BrowseDay] = []
        var end = bytes.count
        while end > Self.headerBytes, let bucket = Bucket(bytes, endingAt: end) {
            var day = CustomerImage.BrowseDay(day: DayIndex(Int32(bucket.day)))
            var rank = 0
            for bit in 0...Self.sessionsBit where bucket.mask >> UInt16(bit) & 1 == 1 {
                let count = Int(bucket.counts[rank])
                if let type = BrowseType(rawValue: UInt8(bit)) {
                    day.counts.append(CustomerImage.BrowseCount(type: type, count: count))
                } else {
                    day.sessions = count
                }
                rank += 1
            }
            day.dwellMilliseconds = Int64(bucket.dwell ?? 0)
            days.append(day)
            end = bucket.start
        }
        return days.reversed()
    }
}
