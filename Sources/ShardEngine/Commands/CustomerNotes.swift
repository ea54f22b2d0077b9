import Scoring

/// What the engine notes about a few customers besides the record. It stands in front of the annex, so that it is read
/// without decoding the rest, and in the same form.
///
/// Kinds, rising, each at most once: 4 the last second that is forgotten (u32); 5 the tier that the rules give where a pin
/// gives another (u8), when it was given (i64, milliseconds) and when its term ends (u32, seconds; 2^32 − 1 for never); 6
/// when a renewed tier was given (i64).
package struct CustomerNotes: Hashable, Sendable {
    /// Of a customer who came back after an erasure, whole seconds: what is not younger is refused.
    package var forgottenUpTo: UInt32?
    /// What the rules give, where a pin gives something else.
    var earned: Standing.Grant?
    /// As in `Standing`.
    var enteredAt: Int64?

    private enum Kind: UInt8, CaseIterable {
        case forgotten = 4
        case earned
        case entered

        /// Of the content.
        var bytes: Int {
            switch self {
            case .forgotten: 4
            case .earned: 13
            case .entered: 8
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
        case .earned:
            let (tier, since, end) = (content.take(UInt8.self), content.take(Int64.self), content.take(UInt32.self))
            earned = Standing.Grant(tier: Int(tier), since: since, validUntil: CustomerRecord.termEnd(end))
        case .entered: enteredAt = content.take()
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
        case .forgotten: forgottenUpTo.map { Array(UInt64($0).bytes.prefix(4)) }
        case .earned:
            earned.map {
                [UInt8($0.tier)] + UInt64(bitPattern: $0.since).bytes
                    + UInt64(CustomerRecord.termSeconds($0.validUntil)).bytes.prefix(4)
            }
        case .entered: enteredAt.map { UInt64(bitPattern: $0).bytes }
        }
    }
}

extension CustomerStore {
    @inline(__always) func notes(of record: Record) -> CustomerNotes {
        guard record.pointee.annexBytes > 0 else { return CustomerNotes() }
        return CustomerNotes(inFrontOf: annex(of: record)) ?? CustomerNotes()
    }

    /// Where the customer stands. The record has what is to be seen; where a pin gives it, what the rules give is noted.
    @inline(__always) func standing(of record: Record) -> Standing {
        let notes = notes(of: record)
        let lost = record.pointee.lostTier
        var standing = Standing(
            tier: Int(record.pointee.tier), since: record.pointee.tierSince, enteredAt: notes.enteredAt,
            graceEndsAt: record.pointee.graceEndsAt,
            validUntil: CustomerRecord.termEnd(record.pointee.validUntil),
            lost: lost == CustomerRecord.noTier ? nil : Int(lost),
            bounds: Int(record.pointee.pinFloor)...Int(record.pointee.pinCeiling))
        if let earned = notes.earned { (standing.pinned, standing.grant) = (standing.current, earned) }
        return standing
    }

    mutating func setStanding(_ standing: Standing, of record: Record) {
        let (current, isPinned) = (standing.current, standing.pinned != nil)
        record.pointee.tier = UInt8(current.tier)
        record.pointee.tierSince = current.since
        record.pointee.validUntil = isPinned ? .max : CustomerRecord.termSeconds(standing.validUntil)
        record.pointee.graceEndsAt = standing.graceEndsAt
        record.pointee.lostTier = standing.lost.map { UInt8($0) } ?? CustomerRecord.noTier
        note(of: record) { ($0.earned, $0.enteredAt) = (isPinned ? standing.grant : nil, standing.enteredAt) }
    }

    /// Whether the customer has a tier that only the pin gives.
    func isTierPinned(_ record: Record) -> Bool { record.pointee.isPinned && notes(of: record).earned != nil }

    /// Changes the notes; the annex is written anew only for other ones.
    mutating func note(of record: Record, _ change: (inout CustomerNotes) -> Void) {
        let before = notes(of: record)
        var notes = before
        change(&notes)
        guard notes != before else { return }
        var annex = decodedAnnex(of: record)
        annex.notes = notes
        // There is always room for them.
        _ = setAnnex(annex, of: record)
    }
}
