import Scoring

/// What the engine notes about a few customers besides the record. It stands in front of the annex, so that it is read
/// without decoding the rest, and in the same form.
///
/// Kinds, rising, each at most once: 4 the last second that is forgotten (u32).
package struct CustomerNotes: Hashable, Sendable {
    /// Of a customer who came back after an erasure, whole seconds: what is not younger is refused.
    package var forgottenUpTo: UInt32?

    private enum Kind: UInt8, CaseIterable {
        case forgotten = 4

        /// Of the content.
        var bytes: Int {
            switch self {
            case .forgotten: 4
            }
        }
    }

    package init() {}

    /// Nil for bytes that no engine writes.
    init?(inFrontOf annex: UnsafeRawBufferPointer) {
        var offset = 0
        for kind in Kind.allCases {
            guard let base = annex.baseAddress, offset + 3 <= annex.count, annex[offset] == kind.rawValue else {
                continue
            }
            guard annex[offset + 1] == kind.bytes, annex[offset + 2] == 0, offset + 3 + kind.bytes <= annex.count else {
                return nil
            }
            take(kind, LittleEndianReader(base + offset + 3))
            offset += 3 + kind.bytes
        }
    }

    private mutating func take(_ kind: Kind, _ content: LittleEndianReader) {
        var content = content
        switch kind {
        case .forgotten: forgottenUpTo = content.take()
        }
    }

    var byteCount: Int { bytes.count }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for kind in Kind.allCases {
            guard let content = content(of: kind) else { continue }
            bytes += [kind.rawValue, UInt8(kind.bytes), 0] + content
        }
        return bytes
    }

    private func content(of kind: Kind) -> [UInt8]? {
        switch kind {
        case .forgotten: forgottenUpTo.map { Array(UInt64($0).bytes.prefix(kind.bytes)) }
        }
    }
}

extension CustomerStore {
    @inline(__always) func notes(of record: Record) -> CustomerNotes {
        guard record.pointee.annexBytes > 0 else { return CustomerNotes() }
        return CustomerNotes(inFrontOf: annex(of: record)) ?? CustomerNotes()
    }
}
