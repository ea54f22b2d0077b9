import Scoring

/// What a snapshot in a topic consists of: its chunks, and where they lie. Layout: schemas/snapshot-topic.v1.md.
package struct SnapshotManifest: Hashable, Sendable {
    /// The journal sequence that the snapshot contains.
    package var sequence: UInt64
    /// Of the snapshot, all chunks together.
    package var bytes: UInt64
    package var chunks: UInt32
    /// `RecordDigest` of the chunks, each at its index and without a key.
    package var digest: UInt64
    /// Offsets of the first and the last chunk.
    package var first: Int64
    package var last: Int64
    /// Who wrote it; part of the chunks' keys.
    package var writer: String

    package init(
        sequence: UInt64, bytes: UInt64, chunks: UInt32, digest: UInt64, first: Int64, last: Int64, writer: String
    ) {
        self.sequence = sequence
        self.bytes = bytes
        self.chunks = chunks
        self.digest = digest
        self.first = first
        self.last = last
        self.writer = writer
    }
}

/// The value of a manifest record: its own manifest, and those of all other snapshots that were there when it was
/// written. So the newest one is enough to know them all.
package struct SnapshotManifests: Hashable, Sendable {
    package var own: SnapshotManifest
    package var others: [SnapshotManifest]

    package init(own: SnapshotManifest, others: [SnapshotManifest]) {
        self.own = own
        self.others = others
    }

    private static let magic: [UInt8] = [0x54, 0x4d]
    private static let formatVersion: UInt8 = 1
    /// The configuration keeps no more than a hundred.
    private static let maximumOthers = 255

    package var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.append(contentsOf: Self.magic)
        writer.append(Self.formatVersion)
        let others = others.prefix(Self.maximumOthers)
        writer.append(UInt8(others.count))
        for manifest in [own] + others { Self.append(manifest, to: &writer) }
        writer.append(writer.bytes.withUnsafeBytes(CRC32C.of))
        return writer.bytes
    }

    /// Nil unless the bytes are a manifest's, to the last one.
    package init?(bytes: [UInt8]) {
        guard bytes.count > 8, bytes[0] == Self.magic[0], bytes[1] == Self.magic[1], bytes[2] == Self.formatVersion
        else { return nil }
        var reader = ByteReader(bytes[...], from: 3)
        do throws(JournalFormatError) {
            let count = Int(try reader.byte())
            own = try Self.manifest(&reader)
            others = []
            for _ in 0..<count { others.append(try Self.manifest(&reader)) }
            let stored: UInt32 = try reader.number()
            guard reader.isAtEnd, bytes.dropLast(4).withUnsafeBytes(CRC32C.of) == stored else { return nil }
        } catch {
            return nil
        }
    }

    private static func append(_ manifest: SnapshotManifest, to bytes: inout ByteWriter) {
        let name = Array(manifest.writer.utf8)
        bytes.append(manifest.sequence)
        bytes.append(manifest.bytes)
        bytes.append(manifest.chunks)
        bytes.append(manifest.digest)
        bytes.append(manifest.first)
        bytes.append(manifest.last)
        bytes.append(UInt16(name.count))
        bytes.append(contentsOf: name)
    }

    private static func manifest(_ reader: inout ByteReader) throws(JournalFormatError) -> SnapshotManifest {
        let manifest = SnapshotManifest(
            sequence: try reader.number(), bytes: try reader.number(), chunks: try reader.number(),
            digest: try reader.number(), first: try reader.number(), last: try reader.number(), writer: "")
        var name: [UInt8] = []
        for _ in 0..<Int(try reader.number() as UInt16) { name.append(try reader.byte()) }
        var whole = manifest
        whole.writer = String(decoding: name, as: UTF8.self)
        return whole
    }
}

/// The key of a record in the topic of snapshots.
package enum SnapshotRecordKey: Hashable, Sendable, CustomStringConvertible {
    case manifest(UInt64)
    case chunk(UInt64, writer: String, index: UInt32)

    /// Nil for a key of no such record.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let sequence = parts.first.flatMap({ UInt64($0) }) else { return nil }
        switch parts.count {
        case 1: self = .manifest(sequence)
        case 3:
            guard let index = UInt32(parts[2]), !parts[1].isEmpty else { return nil }
            self = .chunk(sequence, writer: String(parts[1]), index: index)
        default: return nil
        }
        guard description == text else { return nil }
    }

    package var description: String {
        switch self {
        case .manifest(let sequence): "\(sequence)"
        case .chunk(let sequence, let writer, let index): "\(sequence)/\(writer)/\(index)"
        }
    }
}
