import Scoring

/// The state machine of one shard: `state × event → state × outputs`, and `state × clock → state × outputs`.
///
/// Pure: the same events, clocks and policy give the same state and the same outputs in every process. All state lives
/// in flat memory; applying an event allocates nothing per customer or event beyond the arena's blocks.
///
/// What only looks is `mutating`, too, or inlined, where every event or output comes by: that has the engine passed as it
/// lies. Other calls from where the engine changes copy all of it first. The same goes for its parts.
package struct ShardEngine: ~Copyable {
    package var policy: Policy { rules.policy }
    /// Event time of the shard; never goes back. Nil before the first event or tick.
    package private(set) var clock: EventTime?
    /// Folds every decision since the first event: two engines of the same history have the same.
    package internal(set) var digest: UInt64 = 0
    var store = CustomerStore()
    var wheel = DeadlineWheel()
    var evaluator: MeasureEvaluator
    var warming = Warming()
    var capture = Capture()
    var names: NameTable
    /// The wall clock as the batch under way was stamped with it; nil between batches.
    var present: EventTime?
    /// The customers who have not been settled since the policy became active; nil when all have.
    package internal(set) var retiering: Retiering?
    private(set) var rules: Rules
    private(set) var keptSince = KeptSince()

    package init(policy: Policy) { self.init(policy: policy, names: NameTable()) }

    init(policy: Policy, names: consuming NameTable) {
        self.names = names
        rules = Rules(policy)
        evaluator = MeasureEvaluator(rules)
    }

    /// Decides by other rules from now on; what is recorded stays as it is.
    mutating func adopt(_ rules: Rules) {
        self.rules = rules
        evaluator = MeasureEvaluator(rules)
        keptSince = KeptSince()
        if let clock { keptSince.update(to: rules.policy.calendar.day(of: clock), rules) }
    }

    package var customerCount: Int { store.count }

    /// Bytes taken from the system for customers, index and deadlines.
    package var allocatedBytes: Int { memoryUse.total }

    /// Moves the clock forward; earlier times change nothing. Deadlines that fall due wait for `fireDue`.
    package mutating func advance(to time: EventTime) {
        guard clock.map({ time > $0 }) ?? true else { return }
        clock = time
        wheel.start(at: time.milliseconds)
        keptSince.update(to: rules.policy.calendar.day(of: time), rules)
    }

    /// Fires at most `limit` deadlines that are due at the clock, in (deadline, slot) order; returns how many.
    package mutating func fireDue(limit: Int, into outputs: inout OutputBuffer) -> Int {
        guard let clock else { return 0 }
        var fired = 0
        while fired < limit, let slot = wheel.popDue(upTo: clock.milliseconds, store.slab) {
            fire(slot, into: &outputs)
            fired += 1
        }
        return fired
    }

    mutating func fire(_ slot: UInt32, into outputs: inout OutputBuffer) {
        aboutToChange(slot)
        let record = store.slab[slot]
        var time = EventTime(milliseconds: record.pointee.deadline)
        var kind = record.pointee.deadlineKind
        // Used up: settling files the next one.
        record.pointee.deadline = .max
        if let since = retiering?.since, record.pointee.isUnsettled {
            // No decision of the new rules is dated before them.
            time = max(time, since)
            retier(slot, at: time, into: &outputs)
            // What is not the policy's doing is said apart from it, whether or not that is to be heard.
            let endsPin = record.pointee.isPinned && pinEnd(of: record) <= time.milliseconds
            guard endsPin || kind == .notice || isNoticeDue(record, at: time) else { return }
            if endsPin { kind = .pinEnd }
        }
        let pinChange = endPinIfDue(record, at: time)
        settle(Occasion(slot: slot, time: time, cause: .deadline(kind), pinChange: pinChange), into: &outputs)
    }

    /// Applies one event whose record came from `source`. `parts` is what the event's spans point into, `wallClock` the
    /// journalled reading against which a far future is judged.
    package mutating func apply(
        _ event: Event, from source: SourcePosition, _ parts: EventParts, wallClock: EventTime,
        into outputs: inout OutputBuffer
    ) throws(Rejection) {
        guard event.time >= .earliest, event.time < .outOfRange else { throw Rejection(.outOfRange, .occurredAt) }
        if rules.isTooFarAhead(event.time, of: clock, and: wallClock) { throw Rejection(.tooFarAhead, .occurredAt) }
        advance(to: event.time)
        guard let now = clock else { return }
        try refuseUnusable(event, parts)
        let slot = try enter(parts.raw(event.customer), event, now: now, into: &outputs)
        if case .command(let command) = event.body {
            return try apply(command, event, from: source, to: slot, parts, now: now, into: &outputs)
        }
        let record = store.slab[slot]
        let change = try heedingForgotten(slot, record, at: now, event)
        if rules.portraits != nil { portray(event, change, slot, record, parts, at: now) }
        if event.time == now, record.pointee.hasEntered, isWithinBudget(change, slot, record, event) { return }
        if Int64(record.pointee.firstSeen) * 1000 > event.time.milliseconds {
            record.pointee.firstSeen = UInt32(event.time.milliseconds / 1000)
        }
        var occasion = Occasion(
            slot: slot, time: now, cause: .event(source, id: event.id), lateEvent: now > event.time ? event.time : nil,
            text: parts.text)
        if case .feedback = change { occasion.isEvidence = true }
        if case .orders(let reducedOrderAt) = change {
            (occasion.isEvidence, occasion.ordersChanged) = (true, true)
            occasion.reducedOrderAt = reducedOrderAt
        }
        settle(occasion, into: &outputs)
    }

    /// Whether the standing cannot have changed by an event in time.
    private mutating func isWithinBudget(
        _ change: Change, _ slot: UInt32, _ record: CustomerStore.Record, _ event: Event
    ) -> Bool {
        switch change {
        case .nothing: return true
        case .orders, .feedback, .forgotten: return false
        case .browse(let opensSession):
            guard case .browse(let browse) = event.body,
                let left = rules.browseEffects.left(
                    of: record.pointee.browseBudget, after: browse, opensSession: opensSession)
            else { return false }
            record.pointee.browseBudget = left
            // What came today may be the first to leave a window.
            if record.pointee.mindsExpiry, keptSince.browseExpiry < record.pointee.deadline {
                record.pointee.deadlineKind = .windowExpiry
                wheel.schedule(slot, record, at: keptSince.browseExpiry)
            }
            return true
        }
    }

    /// Gives memory back to itself between batches, a bounded step each time; not visible in any output.
    package mutating func tidy() { store.evacuateStepwise() }

    /// Refuses what no state could accept, before the customer is touched.
    private mutating func refuseUnusable(_ event: Event, _ parts: EventParts) throws(Rejection) {
        switch event.body {
        case .order(let order):
            guard event.time >= keptSince.orders else { throw Rejection(.tooLate, .occurredAt) }
            if order.type.countsTotal { _ = try rules.conversion.amount(order.total, of: order) }
            if order.type == .refunded { _ = try rules.conversion.refund(of: order) }
        case .browse:
            guard event.time >= keptSince.browse else { throw Rejection(.tooLate, .occurredAt) }
        case .feedback:
            guard event.time >= keptSince.feedback else { throw Rejection(.tooLate, .occurredAt) }
        case .command(let command): try refuseUnusable(command, event, parts)
        }
    }

    /// The customer's slot, all of its own deadlines up to now fired first; a new customer is added.
    private mutating func enter(
        _ id: UnsafeRawBufferPointer, _ event: Event, now: EventTime, into outputs: inout OutputBuffer
    ) throws(Rejection) -> UInt32 {
        guard var slot = store.find(id, hash: event.customerHash) else {
            return store.insert(id, hash: event.customerHash, firstSeen: event.time)
        }
        try refuseForgotten(store.slab[slot], event, now: now)
        if store.slab[slot].pointee.slotState != .customer {
            slot = resolve(slot)
            if store.slab[slot].pointee.slotState == .erased { try revive(slot, id, event, now: now) }
        }
        aboutToChange(slot)
        // The wheel's entries for these stay behind and come up as superseded.
        while store.slab[slot].pointee.deadline <= now.milliseconds { fire(slot, into: &outputs) }
        if retiering != nil, store.slab[slot].pointee.isUnsettled { retier(slot, at: now, into: &outputs) }
        return slot
    }

    /// What an event did to its customer's histories.
    enum Change: Equatable {
        case nothing
        /// Changed; and when the order was made of which something was taken back, milliseconds.
        case orders(reducedOrderAt: Int64?)
        case browse(opensSession: Bool)
        case feedback
        /// Only that orders have left the history, where a measure follows from how those that are kept lie apart.
        case forgotten
    }

    /// The change that an event brings. One that brings none, or is refused, may have let orders leave the history: a refused
    /// one decides nothing, so that its customer is woken at once for that.
    @inline(__always) private mutating func heedingForgotten(
        _ slot: UInt32, _ record: CustomerStore.Record, at now: EventTime, _ event: Event
    ) throws(Rejection) -> Change {
        guard rules.plan.drawing.needsTally else { return try change(record, event) }
        let folded = store.folded(of: record)
        do throws(Rejection) {
            let change = try change(record, event)
            return change == .nothing && folded != store.folded(of: record) ? .forgotten : change
        } catch {
            if folded != store.folded(of: record), now.milliseconds < record.pointee.deadline {
                record.pointee.deadlineKind = .windowExpiry
                wheel.schedule(slot, record, at: now.milliseconds)
            }
            throw error
        }
    }

    private mutating func change(_ record: CustomerStore.Record, _ event: Event) throws(Rejection) -> Change {
        switch event.body {
        case .order(let order):
            let entry = try ledgerEntry(order, event, record)
            switch try rules.ledger.apply(entry, to: record, &store, keptSince: keptSince.orders) {
            case .changed: return .orders(reducedOrderAt: nil)
            case .reduced(let orderTime): return .orders(reducedOrderAt: orderTime)
            case .noEffect: return .nothing
            }
        case .browse(let browse):
            let day = UInt16(clamping: rules.policy.calendar.day(of: event.time).value)
            let added = store.addBrowse(browse, on: day, droppingBefore: keptSince.browseDay, of: record)
            guard let opensSession = added else { throw Rejection(.customerFull) }
            return .browse(opensSession: opensSession)
        case .feedback(let feedback):
            try add(feedback, event, to: record)
            return .feedback
        case .command: return .nothing
        }
    }

    /// The order in the policy's terms. It earns at the tier that its customer holds before it, however late it comes; a cost
    /// in a currency without a rate is not known.
    private mutating func ledgerEntry(
        _ order: OrderEvent, _ event: Event, _ record: CustomerStore.Record
    ) throws(Rejection) -> OrderLedger.Entry {
        var entry = OrderLedger.Entry(
            hash: OrderEntry.hash(ofID: event.idHash), time: event.time.milliseconds, type: order.type,
            total: order.type.countsTotal ? try rules.conversion.amount(order.total, of: order) : 0)
        if order.type == .refunded { entry.refund = try rules.conversion.refund(of: order) }
        if rules.keepsCosts { entry.cost = order.cost.flatMap { try? rules.conversion.amount($0, of: order) } }
        if rules.pointsRates.count > 0 { entry.rate = rules.pointsRates[Int(record.pointee.tier)] }
        return entry
    }

    private mutating func add(_ feedback: FeedbackEvent, _ event: Event, to record: CustomerStore.Record)
        throws(Rejection)
    {
        let day = UInt16(clamping: rules.policy.calendar.day(of: event.time).value)
        let idHash = UInt32(truncatingIfNeeded: event.idHash)
        let entries = store.feedback(of: record)
        for index in 0..<entries.count where entries[index].idHash == idHash && entries[index].day == day {
            throw Rejection(.duplicate, .eventID)
        }
        let entry = FeedbackEntry(
            idHash: idHash, day: day, type: feedback.type, sentiment: feedback.sentiment, score: feedback.score)
        guard store.insertFeedback(entry, droppingBefore: keptSince.feedbackDay, of: record) else {
            throw Rejection(.customerFull)
        }
    }
}

/// The oldest instants and days that any window still covers; recomputed when the clock's day changes.
struct KeptSince {
    private var day = DayIndex(-1)
    var orders = EventTime.earliest
    var browse = EventTime.earliest
    var feedback = EventTime.earliest
    var browseDay: UInt16 = 0
    var feedbackDay = DayIndex(0)
    /// When browsing of today first leaves a window, milliseconds.
    var browseExpiry = Int64.max

    mutating func update(to today: DayIndex, _ rules: Rules) {
        guard today != day else { return }
        day = today
        let (calendar, history) = (rules.policy.calendar, rules.policy.history)
        orders = calendar.windowStart(days: history.orderDays, seenOn: today)
        browse = calendar.windowStart(days: history.browseDays, seenOn: today)
        feedback = calendar.windowStart(days: history.feedbackDays, seenOn: today)
        browseDay = UInt16(clamping: (today + (1 - history.browseDays)).value)
        feedbackDay = today + (1 - history.feedbackDays)
        browseExpiry = calendar.start(of: today + rules.browseEffects.shortestWindow).milliseconds
    }
}
