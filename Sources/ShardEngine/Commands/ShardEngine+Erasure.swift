import Scoring

/// What a slot holds. Slots are never given back: decisions are ordered by them, and replays depend on that order.
///
///     customer ──erase──► erased ──an event after the block──► customer, who is told of nothing from before
///         └──────merged into another──► alias
enum SlotState: UInt8 {
    case customer = 0
    /// Nothing is left but the hash of the id, until when its events are refused, and how many changes were said of it: should
    /// the customer come back, they are numbered on, so that no number stands for two.
    case erased = 1
    /// Another slot's customer under a former id.
    case alias = 2
}

extension ShardEngine {
    /// Forgets the customer. What is dated before, or comes within `blockFor`, is refused: a late event raises nobody.
    mutating func erase(
        _ slot: UInt32, at now: EventTime, blockFor: TimeSpan, _ occasion: Occasion, into outputs: inout OutputBuffer
    ) {
        let record = store.slab[slot]
        sayErased(record, occasion, into: &outputs)
        if record.pointee.hasAliases {
            // Former ids are forgotten too; only those who were merged pay for the search.
            let aliases = (0..<UInt32(store.count)).filter {
                store.slab[$0].pointee.slotState == .alias && resolve($0) == slot
            }
            for alias in aliases {
                aboutToChange(alias)
                forget(alias, at: now, blockFor: blockFor)
            }
        }
        forget(slot, at: now, blockFor: blockFor)
    }

    /// Says that the customer is not one any more.
    func sayErased(_ record: CustomerStore.Record, _ occasion: Occasion, into outputs: inout OutputBuffer) {
        outputs.outputs.append(
            .erasure(
                Erasure(
                    customer: outputs.append(text: store.id(of: record)),
                    tier: record.pointee.hasEntered ? Int(record.pointee.tier) : nil,
                    cause: copied(occasion, into: &outputs), effectiveAt: occasion.time)))
    }

    private mutating func forget(_ slot: UInt32, at now: EventTime, blockFor: TimeSpan) {
        let record = store.slab[slot]
        let hash = StableHash.of(store.id(of: record))
        vacate(slot, .erased)
        store.setID(hash.bytes, of: record)
        record.pointee.erasedAt = UInt32(clamping: (now.milliseconds + 999) / 1000)
        record.pointee.blockedUntil = UInt32(clamping: ((now + blockFor).milliseconds + 999) / 1000)
        digest = StableHash.mix(digest ^ 0x6a09_e667_f3bc_c909, hash ^ UInt64(bitPattern: now.milliseconds))
    }

    /// Makes a new customer in the place of an erased one, unless the event is one that must not. Another erasure may:
    /// it blocks anew.
    mutating func revive(
        _ slot: UInt32, _ id: UnsafeRawBufferPointer, _ event: Event, now: EventTime
    ) throws(Rejection) {
        let record = store.slab[slot]
        let isBlocked =
            event.time.milliseconds <= Int64(record.pointee.erasedAt) * 1000
            || now.milliseconds < Int64(record.pointee.blockedUntil) * 1000
        guard !isBlocked || event.isErasure else { throw Rejection(.erased, .customerID) }
        aboutToChange(slot)
        record.pointee.slotState = .customer
        store.setID(Array(id), of: record)
        let erasedAt = record.pointee.erasedAt
        store.note(of: record) { $0.forgottenUpTo = erasedAt }
        record.pointee.erasedAt = 0
        record.pointee.blockedUntil = .max
        record.pointee.firstSeen = UInt32(event.time.milliseconds / 1000)
    }

    /// Refuses what happened before an erasure of the id, whoever stands under it since. A second erasure too: what it asks
    /// for has been done.
    @inline(__always) func refuseForgotten(_ record: CustomerStore.Record, _ event: Event, now: EventTime)
        throws(Rejection)
    {
        // Whoever comes back is younger than the erasure, so that only what is late can be older.
        guard event.time < now else { return }
        let seconds: UInt32?
        switch record.pointee.slotState {
        case .customer: seconds = store.notes(of: record).forgottenUpTo
        case .alias: seconds = record.pointee.erasedAt == 0 ? nil : record.pointee.erasedAt
        case .erased: return
        }
        guard let seconds, event.time.milliseconds <= Int64(seconds) * 1000 else { return }
        throw Rejection(.erased, .customerID)
    }

    /// Frees everything of a slot but its id, its numbers and its place in index and wheel.
    mutating func vacate(_ slot: UInt32, _ state: SlotState) {
        let record = store.slab[slot]
        store.freeHistories(of: record)
        var empty = CustomerRecord()
        empty.hashFragment = record.pointee.hashFragment
        empty.idBlock = record.pointee.idBlock
        empty.idLength = record.pointee.idLength
        empty.queuedBucket = record.pointee.queuedBucket
        empty.slotState = state
        empty.tierSequence = record.pointee.tierSequence
        empty.churnSequence = record.pointee.churnSequence
        // What waits for a re-tiering is known by the crossing; nobody here does.
        empty.churnCrossing = .max
        record.pointee = empty
    }
}

extension Event {
    fileprivate var isErasure: Bool {
        guard case .command(let command) = body, case .erase = command.action else { return false }
        return true
    }
}

extension CustomerRecord {
    /// The last second whose events an erased customer, or an alias that was one, never hears of again.
    var erasedAt: UInt32 {
        get { upgradeNoticeAt }
        set { upgradeNoticeAt = newValue }
    }

    /// Until when nothing raises an erased customer, whole seconds.
    var blockedUntil: UInt32 {
        get { validUntil }
        set { validUntil = newValue }
    }

    /// The slot of the customer whom an alias stands for.
    var target: UInt32 {
        get { portraitAt }
        set { portraitAt = newValue }
    }
}

extension UInt64 {
    /// Little-endian.
    var bytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: self >> UInt64(8 * $0)) } }
}

extension CustomerStore {
    /// Replaces a customer's id; the index knows it by its hash, which stays.
    mutating func setID(_ id: [UInt8], of record: Record) {
        record.pointee.idBlock = arena.resize(record.pointee.idBlock, from: record.pointee.idLength, to: id.count)
        record.pointee.idLength = id.count
        id.withUnsafeBytes { source in
            if let base = source.baseAddress {
                arena.address(record.pointee.idBlock).copyMemory(from: base, byteCount: source.count)
            }
        }
    }

    /// Gives back all blocks but the id's.
    mutating func freeHistories(of record: Record) {
        func free(_ block: BlockHandle, _ bytes: Int) {
            if !block.isNone, bytes > 0 { arena.free(block, bytes: bytes) }
        }
        free(record.pointee.ordersBlock, orderBytes(of: record))
        free(record.pointee.foldedBlock, FoldedOrders.bytes)
        free(record.pointee.browseBlock, Int(record.pointee.browseBytes))
        free(record.pointee.feedbackBlock, Int(record.pointee.feedbackEntries) * FeedbackEntry.bytes)
        free(record.pointee.annexBlock, Int(record.pointee.annexBytes))
        free(record.pointee.portraitBlock, Int(record.pointee.portraitBytes))
    }
}
