import Scoring

/// What few customers have: the engine's notes, a pin's end and author, attributes and tags. Decoded from a run of bytes per
/// customer, which is written anew with every change.
///
///     [kind: 1 byte][length: 2 bytes][content] …
///
/// Kinds: first the notes (`CustomerNotes`), then 1 a pin (u32 end in seconds, 2^32 − 1 for never; u8 length of the author; author; reason), 2 an attribute (u8
/// value's kind: 0 text, 1 number, 2 flag; u8 length of the name; name; value), 3 a tag. Attributes and tags are sorted
/// by their bytes, so that the order of commands leaves no trace.
package struct CustomerAnnex: Hashable, Sendable {
    package var notes = CustomerNotes()
    package var pin: Pin?
    package var attributes: [Attribute] = []
    package var tags: [[UInt8]] = []

    /// Attributes, and tags, of one customer.
    static let maximumCount = 64
    /// Without the notes, for which there is always room.
    static let maximumBytes = 32_768

    package struct Pin: Hashable, Sendable {
        /// Whole seconds, rounded up; nil for never.
        package var until: UInt32?
        package var by: [UInt8]
        package var reason: [UInt8]
    }

    package struct Attribute: Hashable, Sendable {
        package enum Kind: UInt8, Sendable { case text, number, flag }
        package var name: [UInt8]
        package var kind: Kind
        /// As it was written; of a flag one byte, 0 or 1.
        package var value: [UInt8]
    }

    private enum Kind: UInt8 { case pin = 1, attribute, tag }

    package init() {}

    /// Nil for bytes that no engine writes.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard let notes = CustomerNotes(inFrontOf: bytes) else { return nil }
        self.notes = notes
        var offset = notes.byteCount
        while offset < bytes.count {
            guard offset + 3 <= bytes.count, let kind = Kind(rawValue: bytes[offset]) else { return nil }
            let length = Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 1, as: UInt16.self)))
            guard offset + 3 + length <= bytes.count else { return nil }
            let content = Array(bytes[offset + 3..<offset + 3 + length])
            guard append(kind, content) else { return nil }
            offset += 3 + length
        }
        guard attributes.count <= Self.maximumCount, tags.count <= Self.maximumCount else { return nil }
    }

    private mutating func append(_ kind: Kind, _ content: [UInt8]) -> Bool {
        switch kind {
        case .pin:
            guard pin == nil, content.count >= 5, content.count >= 5 + Int(content[4]) else { return false }
            let until = content[..<4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            let end = 5 + Int(content[4])
            pin = Pin(until: until == .max ? nil : until, by: Array(content[5..<end]), reason: Array(content[end...]))
        case .attribute:
            guard content.count >= 2, content.count >= 2 + Int(content[1]),
                let kind = Attribute.Kind(rawValue: content[0])
            else { return false }
            let end = 2 + Int(content[1])
            attributes.append(Attribute(name: Array(content[2..<end]), kind: kind, value: Array(content[end...])))
        case .tag: tags.append(content)
        }
        return true
    }

    var bytes: [UInt8] {
        var bytes = notes.bytes
        func append(_ kind: Kind, _ content: [UInt8]) {
            bytes += [kind.rawValue, UInt8(truncatingIfNeeded: content.count), UInt8(content.count >> 8)] + content
        }
        if let pin {
            let until = pin.until ?? .max
            let end = (0..<4).map { UInt8(truncatingIfNeeded: until >> UInt32(8 * $0)) }
            append(.pin, end + [UInt8(pin.by.count)] + pin.by + pin.reason)
        }
        for attribute in attributes {
            append(
                .attribute, [attribute.kind.rawValue, UInt8(attribute.name.count)] + attribute.name + attribute.value)
        }
        for tag in tags { append(.tag, tag) }
        return bytes
    }

    mutating func set(_ name: [UInt8], _ kind: Attribute.Kind, _ value: [UInt8]) {
        attributes.removeAll { $0.name == name }
        attributes.append(Attribute(name: name, kind: kind, value: value))
        attributes.sort { $0.name.lexicographicallyPrecedes($1.name) }
    }

    mutating func add(tag: [UInt8]) {
        guard !tags.contains(tag) else { return }
        tags.append(tag)
        tags.sort { $0.lexicographicallyPrecedes($1) }
    }

    /// Takes over what the other has and this one has not.
    mutating func adopt(_ other: CustomerAnnex) {
        for attribute in other.attributes where !attributes.contains(where: { $0.name == attribute.name }) {
            guard attributes.count < Self.maximumCount else { break }
            set(attribute.name, attribute.kind, attribute.value)
        }
        for tag in other.tags where tags.count < Self.maximumCount { add(tag: tag) }
    }
}

extension CustomerStore {
    func decodedAnnex(of record: Record) -> CustomerAnnex { CustomerAnnex(annex(of: record)) ?? CustomerAnnex() }

    /// Replaces the annex; false if it is more than one customer may have.
    mutating func setAnnex(_ annex: CustomerAnnex, of record: Record) -> Bool {
        let bytes = annex.bytes
        guard bytes.count - annex.notes.byteCount <= CustomerAnnex.maximumBytes,
            annex.attributes.count <= CustomerAnnex.maximumCount,
            annex.tags.count <= CustomerAnnex.maximumCount
        else { return false }
        let old = Int(record.pointee.annexBytes)
        if bytes.isEmpty {
            if old > 0 { arena.free(record.pointee.annexBlock, bytes: old) }
            record.pointee.annexBlock = .none
        } else {
            let block =
                old == 0
                ? arena.allocate(bytes.count) : arena.resize(record.pointee.annexBlock, from: old, to: bytes.count)
            record.pointee.annexBlock = block
            bytes.withUnsafeBytes { source in
                if let base = source.baseAddress {
                    arena.address(block).copyMemory(from: base, byteCount: source.count)
                }
            }
        }
        record.pointee.annexBytes = UInt16(bytes.count)
        return true
    }
}
