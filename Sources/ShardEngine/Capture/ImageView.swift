import Scoring

/// One image of a customer where it lies in memory: its parts lie within the bytes, nothing else is promised before
/// `check`.
struct ImageView {
    static let lengthBytes = 4
    /// hash, time, amount: 8 bytes each; kind: 1.
    static let orderBytes = 25
    /// id hash: 4, day: 2, type: 1, sentiment: 1, score: 2.
    static let feedbackBytes = 10
    static let longestID = 256

    let head: ImageHead
    private let start: UnsafeRawPointer

    /// The image that begins at `start`, of which `available` bytes are there.
    @inline(__always) init(at start: UnsafeRawPointer, available: Int) throws(RestoreError) {
        guard available >= ImageHead.bytes else { throw .lengths }
        head = ImageHead(at: start)
        self.start = start
        guard byteCount <= available, Int(head.length) + Self.lengthBytes == byteCount else { throw .lengths }
    }

    @inline(__always) var byteCount: Int { Self.byteCount(head) }

    @inline(__always) static func byteCount(_ head: ImageHead) -> Int {
        ImageHead.bytes + Int(head.idLength) + Int(head.orderEntries) * orderBytes + Int(head.browseBytes)
            + Int(head.feedbackEntries) * feedbackBytes + Int(head.annexBytes) + Int(head.portraitBytes)
    }

    @inline(__always) var id: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: start + ImageHead.bytes, count: Int(head.idLength))
    }

    @inline(__always) private var ordersStart: UnsafeRawPointer { start + ImageHead.bytes + Int(head.idLength) }

    @inline(__always) private var browseStart: UnsafeRawPointer {
        ordersStart + Int(head.orderEntries) * Self.orderBytes
    }

    /// As in the store: the latest session's hash, then the days.
    @inline(__always) var browse: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: browseStart, count: Int(head.browseBytes))
    }

    @inline(__always) private var annexStart: UnsafeRawPointer {
        browseStart + Int(head.browseBytes) + Int(head.feedbackEntries) * Self.feedbackBytes
    }

    @inline(__always) var annex: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: annexStart, count: Int(head.annexBytes))
    }

    @inline(__always) var portrait: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: annexStart + Int(head.annexBytes), count: Int(head.portraitBytes))
    }

    @inline(__always) static func put(_ entry: OrderEntry, with writer: inout LittleEndianWriter) {
        writer.put(entry.hash)
        writer.put(entry.time)
        writer.put(entry.amount)
        writer.put(entry.kind.rawValue)
    }

    /// The least form that holds all orders.
    @inline(__always) var orderForm: OrderEntry.Form {
        for index in 0..<Int(head.orderEntries) where order(index)?.form == .wide { return .wide }
        return .narrow
    }

    /// Nil for a kind that does not exist.
    @inline(__always) func order(_ index: Int) -> OrderEntry? {
        var reader = LittleEndianReader(ordersStart + index * Self.orderBytes)
        let (hash, time) = (reader.take(UInt64.self), reader.take(Int64.self))
        let amount = reader.take(Int64.self)
        guard let kind = OrderEntry.Kind(rawValue: reader.take()) else { return nil }
        return OrderEntry(hash: hash, time: time, amount: amount, kind: kind)
    }

    @inline(__always) static func put(_ entry: FeedbackEntry, with writer: inout LittleEndianWriter) {
        writer.put(entry.idHash)
        writer.put(entry.day)
        writer.put(entry.type.rawValue)
        writer.put(entry.sentiment?.rawValue ?? noSentiment)
        writer.put(entry.score ?? noScore)
    }

    /// Nil for a type or a sentiment that does not exist.
    @inline(__always) func feedback(_ index: Int) -> FeedbackEntry? {
        var reader = LittleEndianReader(browseStart + Int(head.browseBytes) + index * Self.feedbackBytes)
        let (idHash, day) = (reader.take(UInt32.self), reader.take(UInt16.self))
        let (type, sentiment) = (FeedbackType(rawValue: reader.take()), reader.take(Int8.self))
        let score = reader.take(UInt16.self)
        guard let type, sentiment == Self.noSentiment || Sentiment(rawValue: sentiment) != nil else { return nil }
        return FeedbackEntry(
            idHash: idHash, day: day, type: type, sentiment: Sentiment(rawValue: sentiment),
            score: score == Self.noScore ? nil : score)
    }

    private static let noSentiment = Int8.max
    private static let noScore = UInt16.max
}

/// What a policy allows in an image.
struct ImageLimits {
    var tiers: Int
    var churnLevels: Int
    /// Names of categories and channels.
    var names: Int

    init(_ policy: Policy, names: Int) {
        self.names = names
        tiers = policy.tiers.count
        churnLevels = policy.churn.levels.count
    }

    /// What any policy allows.
    init() {
        names = NameTable.limit
        tiers = 256
        churnLevels = Int(CustomerRecord.noChurnLevel)
    }
}

extension ImageView {
    /// Milliseconds: the year 4199, beyond every deadline; the sum of two instants cannot overflow.
    static let latest: Int64 = 1 << 46
    /// Minor units: what the most orders of the largest amount add up to, many times over.
    private static let largestSum: Int64 = 1 << 62

    /// Refuses whatever no engine writes.
    @inline(__always) func check(_ limits: ImageLimits) throws(RestoreError) {
        guard !id.isEmpty, id.count <= Self.longestID else { throw .invalid(.id, slot: head.slot) }
        guard head.tier < limits.tiers else { throw .invalid(.tier, slot: head.slot) }
        guard isStandingValid(limits) else { throw .invalid(.standing, slot: head.slot) }
        guard head.churnLevel == CustomerRecord.noChurnLevel || head.churnLevel < limits.churnLevels else {
            throw .invalid(.churnLevel, slot: head.slot)
        }
        guard DeadlineKind(rawValue: head.deadlineKind) != nil else { throw .invalid(.deadlineKind, slot: head.slot) }
        guard head.flags & ~ImageHead.knownFlags == 0 else { throw .invalid(.flags, slot: head.slot) }
        guard isSlotValid, isAnnexValid(limits) else { throw .invalid(.slot, slot: head.slot) }
        guard areInstantsInRange else { throw .invalid(.instants, slot: head.slot) }
        let ewma = Double(bitPattern: head.spendEWMA)
        guard ewma.isFinite, ewma >= 0, head.folded.spend.magnitude < UInt64(Self.largestSum) else {
            throw .invalid(.spend, slot: head.slot)
        }
        guard isFoldedValid, areOrdersValid else { throw .invalid(.orders, slot: head.slot) }
        guard BrowseImage(browse).isValid else { throw .invalid(.browsing, slot: head.slot) }
        guard isFeedbackValid else { throw .invalid(.feedback, slot: head.slot) }
        guard PortraitImage.isValid(portrait, names: limits.names) else { throw .invalid(.portrait, slot: head.slot) }
    }

    /// A pin that holds the tier between two tiers that exist, and nothing lost but what lies above.
    @inline(__always) private func isStandingValid(_ limits: ImageLimits) -> Bool {
        func isTier(_ tier: UInt8) -> Bool { tier == CustomerRecord.noTier || tier < limits.tiers }
        return isTier(head.lostTier) && isTier(head.pinCeiling) && head.pinFloor <= head.pinCeiling
            && Int(head.pinFloor) < limits.tiers
    }

    /// A slot without a customer has no histories, and no deadline.
    @inline(__always) private var isSlotValid: Bool {
        guard let state = head.slotState else { return false }
        guard state != .customer else { return true }
        let bytes = Int(head.orderEntries) + Int(head.browseBytes) + Int(head.feedbackEntries) + Int(head.portraitBytes)
        return bytes == 0 && head.deadline == ImageHead.never && !head.hasEntered
            && (state == .alias ? head.portraitAt != head.slot : head.idLength == 8)
    }

    @inline(__always) private func isAnnexValid(_ limits: ImageLimits) -> Bool {
        guard head.annexBytes > 0 else { return true }
        guard let notes = CustomerAnnex(annex)?.notes else { return false }
        let isEarnedValid = notes.earned.map { $0.tier < limits.tiers && Self.isInstant($0.since) } ?? true
        return isEarnedValid && notes.enteredAt.map { Self.isInstant($0) } ?? true
    }

    @inline(__always) private var areInstantsInRange: Bool {
        Self.isInstant(head.deadline, or: ImageHead.never) && Self.isInstant(head.graceEndsAt, or: ImageHead.never)
            && Self.isInstant(head.tierSince) && Self.isInstant(head.ewmaAt) && Self.isInstant(head.folded.lastAt)
    }

    @inline(__always) private static func isInstant(_ time: Int64, or exception: Int64? = nil) -> Bool {
        (0...latest).contains(time) || time == exception
    }

    /// Without orders there are no purchase days either.
    @inline(__always) private var isFoldedValid: Bool {
        let folded = head.folded
        guard folded.purchaseEWMA.isFinite, folded.purchaseEWMA >= 0,
            folded.firstDaySpend.magnitude < UInt64(Self.largestSum)
        else { return false }
        guard folded.days == 0 else { return folded.orders > 0 }
        return folded.orders == 0 && folded.firstDay == 0 && folded.lastAt == 0 && folded.purchaseEWMA == 0
            && folded.firstDaySpend == 0
    }

    /// Sorted by time, what has left the history before all of them.
    @inline(__always) private var areOrdersValid: Bool {
        guard head.orderEntries <= OrderEntry.maximumEntries else { return false }
        var last = head.folded.lastAt
        for index in 0..<Int(head.orderEntries) {
            guard let entry = order(index), entry.time >= last, entry.time < EventTime.outOfRange.milliseconds,
                entry.hash <= OrderEntry.longestHash, entry.amounts.contains(entry.amount)
            else { return false }
            last = entry.time
        }
        return true
    }

    /// Sorted by day.
    @inline(__always) private var isFeedbackValid: Bool {
        guard head.feedbackEntries <= FeedbackEntry.maximumEntries else { return false }
        var last: UInt16 = 0
        for index in 0..<Int(head.feedbackEntries) {
            guard let entry = feedback(index), entry.day >= last else { return false }
            last = entry.day
        }
        return true
    }
}
