import Scoring
import ShardEngine

/// Turns a header and images into the bytes of a snapshot file, piece by piece: header, customers as often as needed,
/// footer.
package struct SnapshotEncoder {
    private var footer = SnapshotFooter()

    package init() {}

    package mutating func encode(_ header: SnapshotHeader) -> [UInt8] {
        precondition(footer.totalBytes == 0, "the header comes first")
        var bytes = SnapshotFormat.prelude
        let payload = header.payload
        precondition(payload.count <= SnapshotFormat.longestHeader, "names of topics are short")
        payload.withUnsafeBytes { append(.header, $0, to: &bytes) }
        footer.totalBytes = UInt64(bytes.count)
        return bytes
    }

    /// As few frames as hold the images; none for none.
    package mutating func encode(_ images: CapturedImages) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(images.bytes.count + images.bytes.count / 1024 + 64)
        images.bytes.withUnsafeBytes { source in
            var start = 0
            while start < source.count {
                let part = Self.prefix(of: source, from: start)
                appendCustomers(UnsafeRawBufferPointer(rebasing: source[start..<part.end]), part.count, to: &bytes)
                start = part.end
            }
        }
        footer.totalBytes += UInt64(bytes.count)
        return bytes
    }

    package mutating func encodeFooter() -> [UInt8] {
        var bytes: [UInt8] = []
        footer.payload.withUnsafeBytes { append(.footer, $0, to: &bytes) }
        return bytes
    }

    /// How far whole images fit into one frame, one at least.
    private static func prefix(of images: UnsafeRawBufferPointer, from start: Int) -> (end: Int, count: UInt32) {
        var (end, count) = (start, UInt32(0))
        while end < images.count {
            let length = UInt32(littleEndian: images.loadUnaligned(fromByteOffset: end, as: UInt32.self))
            let next = end + 4 + Int(length)
            if next - start > SnapshotFormat.longestCustomers - SnapshotFormat.imageCountBytes { break }
            (end, count) = (next, count + 1)
        }
        precondition(end > start && end <= images.count, "an image fits a frame")
        return (end, count)
    }

    private mutating func appendCustomers(_ images: UnsafeRawBufferPointer, _ count: UInt32, to bytes: inout [UInt8]) {
        var payload = FrameBytes()
        payload.put(count)
        let start = bytes.count
        Self.appendHead(.customers, length: SnapshotFormat.imageCountBytes + images.count, to: &bytes)
        bytes.append(contentsOf: payload.bytes)
        bytes.append(contentsOf: images)
        close(.customers, from: start, in: &bytes)
        footer.customers += UInt64(count)
        footer.customerFrames += 1
    }

    private mutating func append(
        _ kind: SnapshotFormat.FrameKind, _ payload: UnsafeRawBufferPointer, to bytes: inout [UInt8]
    ) {
        let start = bytes.count
        Self.appendHead(kind, length: payload.count, to: &bytes)
        bytes.append(contentsOf: payload)
        close(kind, from: start, in: &bytes)
    }

    private static func appendHead(_ kind: SnapshotFormat.FrameKind, length: Int, to bytes: inout [UInt8]) {
        var head = FrameBytes()
        head.put(kind.rawValue)
        head.put(UInt32(length))
        bytes.append(contentsOf: head.bytes)
    }

    /// Adds the checksum to the frame that begins at `start`, and the frame to the running digest.
    private mutating func close(_ kind: SnapshotFormat.FrameKind, from start: Int, in bytes: inout [UInt8]) {
        var checksum = FrameBytes()
        bytes.withUnsafeBytes { all in
            let frame = UnsafeRawBufferPointer(rebasing: all[start...])
            checksum.put(CRC32C.of(frame))
            let payload = UnsafeRawBufferPointer(rebasing: frame[SnapshotFormat.frameHeadBytes...])
            footer.digest = SnapshotFormat.digest(footer.digest, folding: kind, payload)
        }
        bytes.append(contentsOf: checksum.bytes)
    }
}
