import Scoring
import ShardEngine

/// Reads the bytes of a snapshot in pieces of any size and hands out its parts; nothing is good before `finish` says so.
///
///     prelude ──► header ──► customers ──► footer ──► end
///                              └──◄──┘
package struct SnapshotDecoder: ~Copyable {
    /// A whole part of the snapshot, its checksum right.
    package enum Part {
        case header(SnapshotHeader)
        /// Images, one after another; valid until the decoder is asked for the next part.
        case customers(UnsafeRawBufferPointer)
        case footer
    }

    private enum Stage { case prelude, header, customers, end }

    private var stage = Stage.prelude
    private var header: SnapshotHeader?
    private var seen = SnapshotFooter()
    /// Bytes before the part that comes next.
    private var position: UInt64 = 0
    /// A part that has begun, as far as it has come.
    private let pending = UnsafeMutableRawPointer.allocate(byteCount: SnapshotFormat.longestElement, alignment: 16)
    private var pendingBytes = 0
    private var pendingIsHandedOut = false

    package init() {}

    deinit { pending.deallocate() }

    /// Takes bytes from the front of `chunk`: returns the next part, or nil when the chunk is used up.
    package mutating func next(from chunk: inout UnsafeRawBufferPointer) throws(SnapshotError) -> Part? {
        if pendingIsHandedOut { (pendingBytes, pendingIsHandedOut) = (0, false) }
        while !chunk.isEmpty {
            if pendingBytes == 0, let size = try elementSize(chunk), chunk.count >= size {
                let element = UnsafeRawBufferPointer(rebasing: chunk[..<size])
                chunk = UnsafeRawBufferPointer(rebasing: chunk[size...])
                if let part = try read(element) { return part }
                continue
            }
            guard let element = try gather(&chunk) else { continue }
            pendingIsHandedOut = true
            if let part = try read(element) { return part }
            (pendingBytes, pendingIsHandedOut) = (0, false)
        }
        return nil
    }

    /// Says whether all was there; call it after the last piece.
    package func finish() throws(SnapshotError) -> SnapshotHeader {
        guard stage == .end, let header else { throw .truncated(at: position + UInt64(pendingBytes)) }
        return header
    }

    /// Adds to the pending part; the whole of it once it is there.
    private mutating func gather(
        _ chunk: inout UnsafeRawBufferPointer
    ) throws(SnapshotError) -> UnsafeRawBufferPointer? {
        let wanted = try elementSize(UnsafeRawBufferPointer(start: pending, count: pendingBytes))
        let missing = (wanted ?? SnapshotFormat.frameHeadBytes) - pendingBytes
        let taken = UnsafeRawBufferPointer(rebasing: chunk[..<min(missing, chunk.count)])
        if let source = taken.baseAddress {
            (pending + pendingBytes).copyMemory(from: source, byteCount: taken.count)
        }
        pendingBytes += taken.count
        chunk = UnsafeRawBufferPointer(rebasing: chunk[taken.count...])
        let element = UnsafeRawBufferPointer(start: pending, count: pendingBytes)
        return try elementSize(element) == pendingBytes ? element : nil
    }

    /// How long the part that `bytes` begin is; nil while that cannot be seen.
    private func elementSize(_ bytes: UnsafeRawBufferPointer) throws(SnapshotError) -> Int? {
        switch stage {
        case .prelude: return SnapshotFormat.preludeBytes
        case .end: throw .trailingBytes(at: position)
        case .header, .customers: break
        }
        guard bytes.count >= SnapshotFormat.frameHeadBytes else { return nil }
        let length = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 1, as: UInt32.self)))
        guard let kind = SnapshotFormat.FrameKind(rawValue: bytes[0]), kind.lengths.contains(length),
            (kind == .header) == (stage == .header)
        else { throw .corrupt(.frame, at: position) }
        return SnapshotFormat.frameHeadBytes + length + SnapshotFormat.checksumBytes
    }

    private mutating func read(_ element: UnsafeRawBufferPointer) throws(SnapshotError) -> Part? {
        if stage == .prelude {
            try readPrelude(element)
            return nil
        }
        let covered = UnsafeRawBufferPointer(rebasing: element[..<(element.count - SnapshotFormat.checksumBytes)])
        let checksum = element.loadUnaligned(fromByteOffset: covered.count, as: UInt32.self)
        guard CRC32C.of(covered) == UInt32(littleEndian: checksum),
            let kind = SnapshotFormat.FrameKind(rawValue: element[0])
        else { throw .corrupt(.checksum, at: position) }
        let payload = UnsafeRawBufferPointer(rebasing: covered[SnapshotFormat.frameHeadBytes...])
        let part = try read(kind, payload)
        position += UInt64(element.count)
        return part
    }

    private mutating func readPrelude(_ bytes: UnsafeRawBufferPointer) throws(SnapshotError) {
        guard bytes.prefix(SnapshotFormat.magic.count).elementsEqual(SnapshotFormat.magic) else { throw .notSnapshot }
        let covered = UnsafeRawBufferPointer(rebasing: bytes[..<12])
        guard CRC32C.of(covered) == UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
        else { throw .corrupt(.checksum, at: 0) }
        let version = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt16.self))
        guard version <= SnapshotFormat.version else {
            throw .newerFormat(found: version, supported: SnapshotFormat.version)
        }
        guard version == SnapshotFormat.version else {
            throw .olderFormat(found: version, supported: SnapshotFormat.version)
        }
        guard bytes[10] == 0, bytes[11] == 0 else { throw .corrupt(.frame, at: 0) }
        position = UInt64(bytes.count)
        stage = .header
    }

    private mutating func read(
        _ kind: SnapshotFormat.FrameKind, _ payload: UnsafeRawBufferPointer
    ) throws(SnapshotError) -> Part {
        switch kind {
        case .header:
            guard let header = SnapshotHeader(payload: payload) else { throw .corrupt(.header, at: position) }
            guard header.engineVersion == EngineVersion.state else {
                throw .otherEngine(found: header.engineVersion, supported: EngineVersion.state)
            }
            self.header = header
            stage = .customers
            seen.digest = SnapshotFormat.digest(seen.digest, folding: kind, payload)
            return .header(header)
        case .customers:
            let images = try splitImages(payload)
            seen.digest = SnapshotFormat.digest(seen.digest, folding: kind, payload)
            return .customers(images)
        case .footer:
            try check(SnapshotFooter(payload: payload))
            stage = .end
            return .footer
        }
    }

    /// The images of a frame, their lengths and their number checked.
    private mutating func splitImages(_ payload: UnsafeRawBufferPointer) throws(SnapshotError) -> UnsafeRawBufferPointer
    {
        let count = UInt32(littleEndian: payload.loadUnaligned(as: UInt32.self))
        let images = UnsafeRawBufferPointer(rebasing: payload[SnapshotFormat.imageCountBytes...])
        var (offset, found) = (0, UInt32(0))
        while images.count - offset >= 4 {
            offset += 4 + Int(UInt32(littleEndian: images.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
            found += 1
        }
        guard offset == images.count, found == count else { throw .corrupt(.images, at: position) }
        seen.customers += UInt64(count)
        seen.customerFrames += 1
        return images
    }

    private func check(_ footer: SnapshotFooter?) throws(SnapshotError) {
        guard let footer, let header, footer.customers == seen.customers, footer.totalBytes == position,
            footer.customerFrames == seen.customerFrames, footer.customers == UInt64(header.mark.customerCount)
        else { throw .corrupt(.counts, at: position) }
        guard footer.digest == seen.digest else { throw .corrupt(.digest, at: position) }
    }
}
