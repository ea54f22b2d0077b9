import Scoring

extension ShardEngine {
    /// Refuses a command that nobody could carry out, before any customer is touched.
    mutating func refuseUnusable(_ command: CommandEvent, _ event: Event, _ parts: EventParts) throws(Rejection) {
        switch command.action {
        case .pin(let pin):
            guard tier(named: parts.bytes(pin.tier)) != nil else { throw Rejection(.invalidValue, .tier) }
            if let until = pin.until, until <= max(clock ?? event.time, event.time) {
                throw Rejection(.tooLate, .until)
            }
        case .merge(let merged):
            guard merged.hash != event.customerHash || parts.bytes(merged.id) != parts.bytes(event.customer) else {
                throw Rejection(.invalidValue, .mergedCustomerID)
            }
            guard let slot = store.find(parts.raw(merged.id), hash: merged.hash) else {
                throw Rejection(.unknownCustomer, .mergedCustomerID)
            }
            // Whoever stands under an erased id since is not who was meant before.
            try refuseForgotten(store.slab[slot], event, now: clock ?? event.time)
        case .erase, .unpin, .attribute, .recompute: break
        }
    }

    /// Carries out a command about a customer whose deadlines up to now have fired, and settles it.
    mutating func apply(
        _ command: CommandEvent, _ event: Event, from source: SourcePosition, to slot: UInt32, _ parts: EventParts,
        now: EventTime, into outputs: inout OutputBuffer
    ) throws(Rejection) {
        let record = store.slab[slot]
        var occasion = Occasion(slot: slot, time: now, cause: .event(source, id: event.id), text: parts.text)
        switch command.action {
        case .erase(let blockFor): return erase(slot, at: now, blockFor: blockFor ?? .zero, occasion, into: &outputs)
        case .pin(let pin):
            occasion.pinChange = try set(pin, command, record, parts)
        case .unpin: occasion.pinChange = liftPin(record)
        case .attribute(let changes):
            var annex = store.decodedAnnex(of: record)
            for index in changes.range { annex.apply(parts.attributes[index], parts) }
            guard store.setAnnex(annex, of: record) else { throw Rejection(.customerFull) }
            occasion.attributesChanged = true
        case .merge(let merged):
            merge(store.find(parts.raw(merged.id), hash: merged.hash), into: slot, &occasion, into: &outputs)
            (occasion.ordersChanged, occasion.isEvidence) = (true, true)
        case .recompute: (occasion.ordersChanged, occasion.isEvidence) = (true, true)
        }
        settle(occasion, into: &outputs)
    }

    private func tier(named name: [UInt8]) -> Int? {
        rules.policy.tiers.firstIndex { Array($0.name.utf8) == name }
    }

    private mutating func set(
        _ pin: TierPin, _ command: CommandEvent, _ record: CustomerStore.Record, _ parts: EventParts
    ) throws(Rejection) -> PinChange? {
        guard let tier = tier(named: parts.bytes(pin.tier)) else { throw Rejection(.invalidValue, .tier) }
        // Nobody can be below the lowest tier: a floor there asks for nothing, and ends what was asked before.
        if pin.mode == .floor, tier == 0 { return liftPin(record) }
        var annex = store.decodedAnnex(of: record)
        annex.pin = CustomerAnnex.Pin(
            until: pin.until.map { UInt32(($0.milliseconds + 999) / 1000) },
            by: parts.bytes(command.by).cut(to: 255), reason: parts.bytes(command.reason))
        guard store.setAnnex(annex, of: record) else { throw Rejection(.customerFull) }
        record.pointee.pinFloor = pin.mode == .ceiling ? 0 : UInt8(tier)
        record.pointee.pinCeiling = pin.mode == .floor ? CustomerRecord.noTier : UInt8(tier)
        return .set
    }

    /// Nil when there was none.
    private mutating func liftPin(_ record: CustomerStore.Record) -> PinChange? {
        guard record.pointee.isPinned else { return nil }
        (record.pointee.pinFloor, record.pointee.pinCeiling) = (0, CustomerRecord.noTier)
        var annex = store.decodedAnnex(of: record)
        annex.pin = nil
        // Less than before always fits.
        _ = store.setAnnex(annex, of: record)
        return .ended
    }

    /// Ends a pin of which a change of policy has left nothing: a floor on the lowest tier.
    mutating func endVanishedPin(_ record: CustomerStore.Record) -> PinChange? {
        guard record.pointee.annexBytes > 0, !record.pointee.isPinned else { return nil }
        var annex = store.decodedAnnex(of: record)
        guard annex.pin != nil else { return nil }
        annex.pin = nil
        // Less than before always fits.
        _ = store.setAnnex(annex, of: record)
        return .vanished
    }

    /// The pin that holds the tier; nil without one.
    mutating func pin(of record: CustomerStore.Record, into outputs: inout OutputBuffer) -> PinEvidence? {
        guard record.pointee.isPinned, let pin = store.decodedAnnex(of: record).pin else { return nil }
        let (floor, ceiling) = (record.pointee.pinFloor, record.pointee.pinCeiling)
        let isExact = floor == ceiling
        return PinEvidence(
            floor: floor > 0 || isExact ? Int(floor) : nil,
            ceiling: ceiling == CustomerRecord.noTier ? nil : Int(ceiling),
            until: pin.until.map { EventTime(milliseconds: Int64($0) * 1000) },
            by: pin.by.withUnsafeBytes { outputs.append(text: $0) },
            reason: pin.reason.isEmpty ? nil : pin.reason.withUnsafeBytes { outputs.append(text: $0) })
    }

    /// When the pin ends, milliseconds; `.max` for never.
    mutating func pinEnd(of record: CustomerStore.Record) -> Int64 {
        store.decodedAnnex(of: record).pin?.until.map { Int64($0) * 1000 } ?? .max
    }

    /// Lifts a pin whose time is over.
    mutating func endPinIfDue(_ record: CustomerStore.Record, at time: EventTime) -> PinChange? {
        guard record.pointee.isPinned, pinEnd(of: record) <= time.milliseconds else { return nil }
        return liftPin(record)
    }
}

extension [UInt8] {
    /// The beginning of a UTF-8 text, whole characters only.
    fileprivate func cut(to limit: Int) -> [UInt8] {
        guard count > limit else { return self }
        let isContinuation = { (byte: UInt8) in byte & 0b1100_0000 == 0b1000_0000 }
        return Array(self[..<(indices.prefix(limit + 1).last { !isContinuation(self[$0]) } ?? 0)])
    }
}

extension CustomerAnnex {
    fileprivate mutating func apply(_ change: AttributeChange, _ parts: EventParts) {
        let name = parts.bytes(change.name)
        switch change.change {
        case .setText(let text): set(name, .text, parts.bytes(text))
        case .setNumber(let digits): set(name, .number, parts.bytes(digits))
        case .setFlag(let flag): set(name, .flag, [flag ? 1 : 0])
        case .unset: attributes.removeAll { $0.name == name }
        case .addTag: add(tag: name)
        case .removeTag: tags.removeAll { $0 == name }
        }
    }
}
