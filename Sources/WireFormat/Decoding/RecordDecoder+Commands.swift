import Scoring

/// The names that commands use.
struct CommandNames: Sendable {
    let types = WireNames(CommandType.allCases.map { ($0.wireName, $0) })
    let modes = WireNames(TierPin.Mode.allCases.map { ($0.name, $0) })
}

extension RecordDecoder {
    /// Bytes of the longest name of a tier.
    static let maximumTierBytes = 64

    mutating func command(
        _ record: JSONRecord, _ key: UnsafeRawBufferPointer?, _ buffer: inout EventBuffer
    ) throws(Rejection) {
        try record.refuseDuplicates(of: keys.command)
        let envelope = try unsafe Envelope(record, id: .eventID, key: key, requiresKey: requiresKey)
        let type = try record.value(.type, in: commandNames.types, otherwise: .unknownType)
        let action = try unsafe action(type, record, envelope, &buffer)
        let by = unsafe texts.add(label: try record.label(.by))
        if by.isEmpty, type == .pin || type == .unpin { throw Rejection(.missingField, .by) }
        let reason = unsafe texts.add(label: try record.label(.reason))
        unsafe envelope.append(.command(CommandEvent(action, by: by, reason: reason)), &texts, to: &buffer)
    }

    private mutating func action(
        _ type: CommandType, _ record: JSONRecord, _ envelope: Envelope, _ buffer: inout EventBuffer
    ) throws(Rejection) -> CommandEvent.Action {
        switch type {
        case .erase: .erase(blockFor: try record.span(.blockFor))
        case .pin: .pin(try unsafe pin(record, after: envelope.time))
        case .unpin: .unpin
        case .merge: .merge(try unsafe merged(record, into: envelope.customer))
        case .attribute: .attribute(try changes(record, &buffer))
        case .recompute: .recompute
        }
    }

    private mutating func pin(_ record: JSONRecord, after time: EventTime) throws(Rejection) -> TierPin {
        _ = try record.required(.tier)
        guard let tier = try unsafe record.text(.tier), (1...Self.maximumTierBytes).contains(tier.count) else {
            throw Rejection(.invalidValue, .tier)
        }
        let mode = try record.value(.mode, in: commandNames.modes, otherwise: .invalidValue)
        var until: EventTime?
        if record[.until] != nil {
            let end = try record.time(.until)
            guard end > time else { throw Rejection(.outOfRange, .until) }
            until = end
        }
        return unsafe TierPin(tier: texts.add(tier), mode: mode, until: until)
    }

    private mutating func merged(
        _ record: JSONRecord, into survivor: UnsafeRawBufferPointer
    ) throws(Rejection) -> MergedCustomer {
        let merged = try unsafe record.id(.mergedCustomerID)
        guard unsafe !merged.hasSameBytes(as: survivor) else { throw Rejection(.invalidValue, .mergedCustomerID) }
        return unsafe MergedCustomer(id: texts.add(merged), hash: StableHash.of(merged))
    }
}

extension JSONRecord {
    /// A century, as for the lengths of time in a policy.
    private static let longestSpan = TimeSpan.days(36_525)
    private static let units = WireNames<Int64>([
        ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ])

    /// A length of time as policies write it: `90d`, `12h`, `5m`, `30s` or `250ms`.
    func span(_ key: RecordKey) throws(Rejection) -> TimeSpan? {
        guard let text = try unsafe text(key) else { return nil }
        let digits = unsafe text.prefix { (48...57).contains($0) }
        guard let count = unsafe DecimalNumber.plainDigits(UnsafeRawBufferPointer(rebasing: digits)),
            let unit = unsafe Self.units.find(UnsafeRawBufferPointer(rebasing: text[digits.endIndex...]))
        else { throw Rejection(.invalidValue, key.field) }
        let (product, overflows) = count.multipliedReportingOverflow(by: unit)
        guard !overflows, product <= Self.longestSpan.milliseconds else { throw Rejection(.outOfRange, key.field) }
        return TimeSpan(milliseconds: product)
    }
}

extension CommandType {
    /// The name on the wire.
    var wireName: StaticString {
        switch self {
        case .erase: "erase"
        case .pin: "pin"
        case .unpin: "unpin"
        case .merge: "merge"
        case .attribute: "attribute"
        case .recompute: "recompute"
        }
    }
}
