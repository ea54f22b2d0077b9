import Scoring

/// A customer as a snapshot holds it, decoded; for exports and tests, not for the hot path.
package struct CustomerImage: Hashable, Sendable {
    package var slot: UInt32
    package var id: [UInt8]
    /// An index into `Policy.tiers`.
    package var tier: Int
    package var tierSince: EventTime
    package var tierSequence: UInt32
    /// False until the entry change is out.
    package var hasEntered: Bool
    /// When a pending downgrade falls due; nil while none is pending.
    package var graceEndsAt: EventTime?
    /// An index into `Policy.churn.levels`; nil before the first order.
    package var churnLevel: Int?
    package var churnSequence: UInt32
    /// Before this instant silence cannot raise the churn level; nil for never, and for who waits for a re-tiering.
    package var churnCrossing: EventTime?
    package var deadline: EventTime?
    package var deadlineKind: DeadlineKind
    package var firstSeen: EventTime
    package var lastOrderAt: EventTime?
    /// Decayed spend in minor units as of `ewmaAt`.
    package var spendEWMA: Double
    package var ewmaAt: EventTime
    package var folded: Folded
    package var orders: [Order]
    /// Low half of the latest session's hash; 0 for none.
    package var lastSession: UInt32
    package var browse: [BrowseDay]
    package var feedback: [Feedback]
    /// The first instant after the tier's term; nil for a tier without one.
    package var validUntil: EventTime?
    package var annex: CustomerAnnex
    /// False for a slot that is left of an erased customer, or of one that was merged into another.
    package var isCustomer: Bool

    /// What has left the individual history of orders.
    package struct Folded: Hashable, Sendable {
        package var spend: Money
        package var orders: UInt32
        package var purchaseDays: UInt16
        /// Nil while nothing has.
        package var firstDay: DayIndex?
        package var lastAt: EventTime?
        /// Of the first purchase day alone.
        package var firstDaySpend: Money
        /// Σ 2^(−days before the last / half-life) over the purchase days.
        package var purchaseEWMA: Double
    }

    /// One line of the order history.
    package struct Order: Hashable, Sendable {
        package var hash: UInt64
        package var time: EventTime
        package var amount: Money
        package var kind: OrderEntry.Kind
    }

    /// One bucket of browsing; a busy day has several.
    package struct BrowseDay: Hashable, Sendable {
        package var day: DayIndex
        package var counts: [BrowseCount] = []
        package var sessions = 0
        package var dwellMilliseconds: Int64 = 0

        package init(day: DayIndex) { self.day = day }
    }

    package struct BrowseCount: Hashable, Sendable {
        package var type: BrowseType
        package var count: Int
    }

    package struct Feedback: Hashable, Sendable {
        package var idHash: UInt32
        package var day: DayIndex
        package var type: FeedbackType
        package var sentiment: Sentiment?
        /// In `FeedbackEvent.score` units.
        package var score: UInt16?
    }
}

extension CustomerImage {
    /// Decodes whole images one after another and hands each to `visit`.
    package static func forEach<Failure: Error>(
        in images: UnsafeRawBufferPointer, _ visit: (CustomerImage) throws(Failure) -> Void,
        refused: (RestoreError) -> Failure
    ) throws(Failure) {
        guard let base = images.baseAddress else { return }
        var offset = 0
        while offset < images.count {
            let view: ImageView
            do throws(RestoreError) {
                view = try ImageView(at: base + offset, available: images.count - offset)
                try view.check(ImageLimits())
            } catch {
                throw refused(error)
            }
            try visit(CustomerImage(view))
            offset += view.byteCount
        }
    }

    /// Decodes whole images, one after another.
    package static func decode(_ images: UnsafeRawBufferPointer) throws(RestoreError) -> [CustomerImage] {
        var decoded: [CustomerImage] = []
        try forEach(in: images, { (image) throws(RestoreError) in decoded.append(image) }, refused: { $0 })
        return decoded
    }

    private init(_ view: ImageView) {
        let head = view.head
        slot = head.slot
        id = Array(view.id)
        tier = Int(head.tier)
        tierSince = EventTime(milliseconds: head.tierSince)
        tierSequence = head.tierSequence
        hasEntered = head.hasEntered
        graceEndsAt = Self.instant(head.graceEndsAt)
        churnLevel = head.churnLevel == CustomerRecord.noChurnLevel ? nil : Int(head.churnLevel)
        churnSequence = head.churnSequence
        let isCrossing = head.churnCrossing != .max && !CustomerRecord.marksUnsettled(head.churnCrossing)
        churnCrossing = isCrossing ? Self.instant(Int64(head.churnCrossing) * 1000) : nil
        deadline = Self.instant(head.deadline)
        deadlineKind = DeadlineKind(rawValue: head.deadlineKind) ?? .none
        firstSeen = EventTime(milliseconds: Int64(head.firstSeen) * 1000)
        spendEWMA = Double(bitPattern: head.spendEWMA)
        ewmaAt = EventTime(milliseconds: head.ewmaAt)
        folded = Folded(head.folded)
        orders = (0..<Int(head.orderEntries)).compactMap { view.order($0).map(Order.init) }
        lastOrderAt = orders.last { $0.kind == .order }?.time ?? folded.lastAt
        let browsing = BrowseImage(view.browse)
        lastSession = browsing.lastSession
        browse = browsing.days
        validUntil = head.validUntil == .max ? nil : Self.instant(Int64(head.validUntil) * 1000)
        annex = CustomerAnnex(view.annex) ?? CustomerAnnex()
        isCustomer = head.slotState == .customer
        feedback = (0..<Int(head.feedbackEntries)).compactMap { view.feedback($0).map(Feedback.init) }
    }

    private static func instant(_ milliseconds: Int64) -> EventTime? {
        milliseconds == ImageHead.never ? nil : EventTime(milliseconds: milliseconds)
    }
}

extension CustomerImage.Folded {
    fileprivate init(_ folded: FoldedOrders) {
        spend = Money(minorUnits: folded.spend)
        orders = folded.orders
        purchaseDays = folded.days
        firstDay = folded.days > 0 ? DayIndex(Int32(folded.firstDay)) : nil
        lastAt = folded.days > 0 ? EventTime(milliseconds: folded.lastAt) : nil
        firstDaySpend = Money(minorUnits: folded.firstDaySpend)
        purchaseEWMA = folded.purchaseEWMA
    }
}

extension CustomerImage.Order {
    fileprivate init(_ entry: OrderEntry) {
        hash = entry.hash
        time = EventTime(milliseconds: entry.time)
        amount = Money(minorUnits: entry.amount)
        kind = entry.kind
    }
}

extension CustomerImage.Feedback {
    fileprivate init(_ entry: FeedbackEntry) {
        idHash = entry.idHash
        day = DayIndex(Int32(entry.day))
        type = entry.type
        sentiment = entry.sentiment
        score = entry.score
    }
}
