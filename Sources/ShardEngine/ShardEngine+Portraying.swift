import Scoring

/// What events add to a customer's portrait. Only what the event itself brings is touched, so that a page view costs
/// nothing and a view of a product one line of memory.
extension ShardEngine {
    /// What an accepted event adds, and that a profile is owed for it.
    @inline(__always) mutating func portray(
        _ event: Event, _ change: Change, _ slot: UInt32, _ record: CustomerStore.Record,
        _ parts: EventParts, at now: EventTime
    ) {
        switch (event.body, change) {
        case (.browse(let browse), _):
            portray(browse, at: event.time, record, parts)
            portrayBrowsing(slot, record, at: now)
        case (.order(let order), .orders(reducedOrderAt: nil)) where order.type.rawValue <= OrderType.completed.rawValue:
            portray(order, at: event.time, record, parts)
        case (.feedback(let feedback), _): portray(feedback, at: event.time, record, parts)
        case (.order, _), (.command, _): break
        }
    }

    private mutating func portray(
        _ browse: BrowseEvent, at time: EventTime, _ record: CustomerStore.Record, _ parts: EventParts
    ) {
        switch browse.type {
        case .productViewed:
            noteView(of: browse.skuHash, at: time, record)
            noteInterest(browse.category, at: time, record, parts)
        case .categoryViewed: noteInterest(browse.category, at: time, record, parts)
        case .emailOpened, .emailClicked, .pushOpened, .linkClicked: noteContact(browse, at: time, record, parts)
        case .pageViewed, .searched, .cartAdded, .cartRemoved, .checkoutStarted, .wishlistAdded: break
        }
        if !browse.channel.isEmpty { noteAcquisition(browse.channel, record, parts) }
    }

    private mutating func noteView(of skuHash: UInt64, at time: EventTime, _ record: CustomerStore.Record) {
        let portrait = store.portrait(orBeginOf: record)
        let second = UInt32(clamping: time.milliseconds / 1000)
        if portrait.views == 0 || second < portrait.firstViewAt { portrait.firstViewAt = max(second, 1) }
        portrait.add(UInt16(1), at: 16)
        if skuHash != 0 { portrait.compared |= 1 << UInt32(skuHash & 31) }
    }

    @inline(__always) private mutating func noteInterest(
        _ category: TextSpan, at time: EventTime, _ record: CustomerStore.Record, _ parts: EventParts
    ) {
        guard !category.isEmpty else { return }
        let entry = Portrait.Entry(name: number(of: category, parts), weight: PreferenceWeight.view, answered: 0)
        store.weigh(entry, in: .categories, period: period(of: time), of: record)
    }

    private func period(of time: EventTime) -> UInt16 {
        PreferenceWeight.period(of: rules.policy.calendar.day(of: time).value)
    }

    private mutating func number(of name: TextSpan, _ parts: EventParts) -> UInt16 {
        names.number(of: parts.raw(name))
    }

    /// An e-mail opened is a contact; one clicked, a push opened or a link followed is an answer too. Links count when the
    /// producer says what they belong to.
    private mutating func noteContact(
        _ browse: BrowseEvent, at time: EventTime, _ record: CustomerStore.Record, _ parts: EventParts
    ) {
        if browse.type == .linkClicked, browse.campaign.isEmpty { return }
        let isAnswer = browse.type != .emailOpened
        if isAnswer {
            let portrait = store.portrait(orBeginOf: record)
            portrait.answeredAt = max(portrait.answeredAt, UInt32(clamping: time.milliseconds / 1000))
        }
        let name: UInt16
        if browse.channel.isEmpty {
            name =
                switch browse.type {
                case .pushOpened: names.number(of: "push")
                case .linkClicked: names.number(of: "link")
                default: names.number(of: "email")
                }
        } else {
            name = number(of: browse.channel, parts)
        }
        weigh(.marketing, name, isAnswer: isAnswer, at: time, record)
    }

    private mutating func weigh(
        _ kind: Portrait.ChannelKind, _ name: UInt16, isAnswer: Bool, at time: EventTime,
        _ record: CustomerStore.Record
    ) {
        let weight = PreferenceWeight.view
        let entry = Portrait.Entry(name: kind.rawValue << 14 | name, weight: weight, answered: isAnswer ? weight : 0)
        store.weigh(entry, in: .channels, period: period(of: time), of: record)
    }

    private mutating func noteAcquisition(
        _ channel: TextSpan, _ record: CustomerStore.Record, _ parts: EventParts
    ) {
        let portrait = store.portrait(orBeginOf: record)
        if portrait.acquisition == NameTable.none { portrait.acquisition = number(of: channel, parts) }
    }

    /// An order that has just begun to count. What later happens to it does not change how it came about.
    private mutating func portray(
        _ order: OrderEvent, at time: EventTime, _ record: CustomerStore.Record, _ parts: EventParts
    ) {
        noteOrder(order, at: time, record, parts.items)
        noteCost(of: order, record)
        if !order.channel.isEmpty {
            weigh(.sales, number(of: order.channel, parts), isAnswer: false, at: time, record)
            noteAcquisition(order.channel, record, parts)
        }
        for index in order.items.range where !parts.items[index].category.isEmpty {
            let (name, weight) = (number(of: parts.items[index].category, parts), PreferenceWeight.orderLine)
            store.weigh(
                Portrait.Entry(name: name, weight: weight, answered: weight), in: .categories,
                period: period(of: time), of: record)
        }
    }

    private mutating func noteOrder(
        _ order: OrderEvent, at time: EventTime, _ record: CustomerStore.Record,
        _ items: UnsafeBufferPointer<OrderItem>
    ) {
        let (portrait, sums) = store.portraitPart(.orders, of: record)
        let second = UInt32(clamping: time.milliseconds / 1000)
        portrait.add(UInt16(1), at: sums)
        if order.hasCoupon || order.discount ?? .zero != .zero { portrait.add(UInt16(1), at: sums + 2) }
        let answered = portrait.answeredAt
        if answered > 0, answered <= second, second - answered <= 86_400 { portrait.add(UInt16(1), at: sums + 4) }
        var thousandths: UInt64 = 0
        for index in order.items.range { thousandths += UInt64(items[index].quantityThousandths) }
        portrait.add(UInt16(clamping: (thousandths + 500) / 1000), at: sums + 16)
        // An order from before the views did not come of them.
        guard portrait.views > 0, portrait.firstViewAt <= second else { return }
        portrait.add(UInt16(1), at: sums + 6)
        portrait.add((second - portrait.firstViewAt) / 60, at: sums + 8)
        portrait.add(portrait.views, at: sums + 12)
        portrait.add(Portrait.estimate(portrait.compared), at: sums + 14)
        (portrait.views, portrait.compared, portrait.firstViewAt) = (0, 0, 0)
    }

    /// Costs in a currency without a rate are not known.
    private mutating func noteCost(of order: OrderEvent, _ record: CustomerStore.Record) {
        guard let cost = order.cost, let total = try? rules.conversion.amount(order.total, of: order),
            let spent = try? rules.conversion.amount(cost, of: order)
        else { return }
        let (portrait, offset) = store.portraitPart(.costs, of: record)
        portrait.store(portrait.load(offset, as: Int64.self) &+ total, offset)
        portrait.store(portrait.load(offset + 8, as: Int64.self) &+ spent, offset + 8)
    }

    private mutating func portray(
        _ feedback: FeedbackEvent, at time: EventTime, _ record: CustomerStore.Record, _ parts: EventParts
    ) {
        if feedback.type == .referral { noteReferral(isConverted: feedback.isConverted == true, record) }
        guard !feedback.channel.isEmpty else { return }
        weigh(.service, number(of: feedback.channel, parts), isAnswer: false, at: time, record)
        noteAcquisition(feedback.channel, record, parts)
    }

    /// A producer may tell of one referral twice, when it is made and when it is converted.
    private mutating func noteReferral(isConverted: Bool, _ record: CustomerStore.Record) {
        let (portrait, offset) = store.portraitPart(.referrals, of: record)
        portrait.add(UInt16(1), at: isConverted ? offset + 2 : offset)
        let (made, converted) = (portrait.load(offset, as: UInt16.self), portrait.load(offset + 2, as: UInt16.self))
        portrait.store(max(made, converted), offset)
    }
}
