import Scoring

/// The framing of a snapshot file, as `schemas/snapshot.v2.md` describes it.
enum SnapshotFormat {
    static let version: UInt16 = 2
    /// "TIERSNAP"
    static let magic: [UInt8] = [0x54, 0x49, 0x45, 0x52, 0x53, 0x4e, 0x41, 0x50]
    /// Magic, version, two bytes of zero, checksum: these never change their meaning.
    static let preludeBytes = 16
    /// Kind and length in front of a payload, the checksum behind it.
    static let frameHeadBytes = 5
    static let checksumBytes = 4
    /// A policy's text, the names of categories and channels, and as much again for everything else.
    static let longestHeader = 1 << 20
    /// Of a frame's payload: an image is shorter than this, whatever a customer did.
    static let longestCustomers = 1 << 19
    static let longestElement = frameHeadBytes + max(longestHeader, longestCustomers) + checksumBytes
    /// The count in front of the images of a frame.
    static let imageCountBytes = 4

    enum FrameKind: UInt8 {
        case header = 1
        case customers = 2
        case footer = 3

        var lengths: ClosedRange<Int> {
            switch self {
            case .header: 0...longestHeader
            case .customers: imageCountBytes...longestCustomers
            case .footer: SnapshotFooter.bytes...SnapshotFooter.bytes
            }
        }
    }

    static var prelude: [UInt8] {
        var bytes = FrameBytes()
        for byte in magic { bytes.put(byte) }
        bytes.put(version)
        bytes.put(UInt16(0))
        bytes.put(bytes.bytes.withUnsafeBytes { CRC32C.of($0) })
        return bytes.bytes
    }

    /// Where the running digest starts.
    static var initialDigest: UInt64 { prelude.withUnsafeBytes { StableHash.of($0) } }

    /// Folds one more frame.
    static func digest(_ digest: UInt64, folding kind: FrameKind, _ payload: UnsafeRawBufferPointer) -> UInt64 {
        let head = UInt64(kind.rawValue) << 32 | UInt64(payload.count)
        return StableHash.mix(digest ^ StableHash.of(payload), head ^ 0x9e37_79b9_7f4a_7c15)
    }
}

/// The last frame: how much there must have been before it.
struct SnapshotFooter: Hashable {
    static let bytes = 32
    static let frameBytes = SnapshotFormat.frameHeadBytes + bytes + SnapshotFormat.checksumBytes

    var customers: UInt64 = 0
    var customerFrames: UInt64 = 0
    /// Of the file before the footer's frame.
    var totalBytes: UInt64 = 0
    /// Over all frames before this one.
    var digest: UInt64

    init() { digest = SnapshotFormat.initialDigest }

    var payload: [UInt8] {
        var bytes = FrameBytes()
        bytes.put(customers)
        bytes.put(customerFrames)
        bytes.put(totalBytes)
        bytes.put(digest)
        return bytes.bytes
    }

    init?(payload: UnsafeRawBufferPointer) {
        var fields = FrameFields(payload)
        guard let customers = fields.take(UInt64.self), let frames = fields.take(UInt64.self),
            let total = fields.take(UInt64.self), let digest = fields.take(UInt64.self), fields.isAtEnd
        else { return nil }
        (self.customers, self.customerFrames, self.totalBytes, self.digest) = (customers, frames, total, digest)
    }
}

extension SnapshotFooter {
    /// From the whole frame; nil unless its checksum is right.
    init?(frame: [UInt8]) {
        guard frame.count == Self.frameBytes, frame[0] == SnapshotFormat.FrameKind.footer.rawValue else { return nil }
        let found: SnapshotFooter? = frame.withUnsafeBytes { bytes in
            let covered = UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count - SnapshotFormat.checksumBytes)])
            let checksum = bytes.loadUnaligned(fromByteOffset: covered.count, as: UInt32.self)
            guard CRC32C.of(covered) == UInt32(littleEndian: checksum) else { return nil }
            return SnapshotFooter(
                payload: UnsafeRawBufferPointer(rebasing: covered[SnapshotFormat.frameHeadBytes...]))
        }
        guard let found else { return nil }
        self = found
    }
}
