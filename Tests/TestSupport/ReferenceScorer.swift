import Scoring

/// The oracle: decides by the policy's plain words, from complete lists, stepping through all of silence.
///
/// Midnights, grace ends and the seconds of churn crossings are visited one by one; what moves continuously is looked at
/// every few hours and bisected to the millisecond when the decision has changed.
package struct ReferenceScorer {
    private let policy: Policy
    private var customers: [String: Customer] = [:]
    private var clock: EventTime?
    package private(set) var said: [String: EngineRun.Said] = [:]
    package private(set) var rejections: [EngineRun.Refusal] = []

    /// Between two looks the score of a silent customer is taken not to turn round twice.
    private let stride: TimeSpan

    private struct Customer {
        var name: String
        var history: ReferenceHistory
        /// Up to when silence has been looked at.
        var seen: EventTime
        var tier: Int?
        var tierSince = EventTime.earliest
        /// The same without renewals.
        var tierEntered = EventTime.earliest
        var graceEnd: EventTime?
        var validUntil: EventTime?
        /// What the last downgrade took.
        var lost: Int?
        var level: Int?
        var tierSequence: UInt32 = 0
        var churnSequence: UInt32 = 0
    }

    package init(_ policy: Policy, lookingEvery stride: TimeSpan = .minutes(12 * 60)) {
        self.policy = policy
        self.stride = stride
    }

    /// Applies events as one batch: in the order of time, then input, then as they stand.
    package mutating func apply(_ events: [ScriptedEvent]) {
        let order = events.indices.sorted {
            let (left, right) = (events[$0], events[$1])
            if left.time != right.time { return left.time < right.time }
            if left.input != right.input { return left.input.rawValue < right.input.rawValue }
            return $0 < $1
        }
        for index in order {
            guard let reason = apply(events[index]) else { continue }
            rejections.append(EngineRun.Refusal(id: events[index].id, reason: reason))
        }
    }

    /// Lets time pass for everybody.
    package mutating func wait(until time: EventTime) {
        clock = max(clock ?? time, time)
        for name in customers.keys.sorted() {
            guard var customer = customers[name] else { continue }
            endure(until: time, &customer)
            customers[name] = customer
        }
    }

    private mutating func apply(_ event: ScriptedEvent) -> Rejection.Reason? {
        let now = max(clock ?? event.time, event.time)
        clock = now
        let today = policy.calendar.day(of: now)
        let kept = (
            orders: policy.calendar.windowStart(days: policy.history.orderDays, seenOn: today),
            browse: policy.calendar.windowStart(days: policy.history.browseDays, seenOn: today),
            feedback: policy.calendar.windowStart(days: policy.history.feedbackDays, seenOn: today)
        )
        var customer =
            customers[event.customer] ?? Customer(name: event.customer, history: ReferenceHistory(policy), seen: now)
        endure(until: now, &customer)
        defer { if customer.tier != nil { customers[event.customer] = customer } }
        var ordersChanged = false
        var reducedOrderAt: EventTime?
        switch event.body {
        case .order(let order):
            guard event.time >= kept.orders else { return .tooLate }
            let outcome = customer.history.add(
                order, id: event.id, at: event.time, keptSince: kept.orders, tier: customer.tier ?? 0)
            if outcome == .duplicate { return .duplicate }
            ordersChanged = outcome == .changed
            reducedOrderAt = customer.history.reducedOrderAt
        case .browse(let browse):
            guard event.time >= kept.browse else { return .tooLate }
            customer.history.add(browse, at: event.time)
        case .feedback(let feedback):
            guard event.time >= kept.feedback else { return .tooLate }
            guard customer.history.add(feedback, id: event.id, at: event.time) else { return .duplicate }
        case .command: return .unknownCustomer
        }
        customer.history.see(event)
        decideTier(
            &customer, at: now, byTime: false, late: event.time < now ? event.time : nil, reduced: reducedOrderAt)
        if ordersChanged { decideChurn(&customer, at: now, byTime: false) }
        return nil
    }

    // MARK: Silence

    private mutating func endure(until end: EventTime, _ customer: inout Customer) {
        guard customer.tier != nil else { return }
        while customer.seen < end {
            let midnight = policy.calendar.start(of: policy.calendar.day(of: customer.seen) + 1)
            var next = min(end, midnight, customer.seen + stride)
            if let grace = customer.graceEnd { next = min(next, max(grace, customer.seen + TimeSpan(milliseconds: 1))) }
            if let rise = riseSecond(customer, from: customer.seen, to: next) { next = min(next, rise) }
            next = firstChange(customer, from: customer.seen, to: next)
            customer.seen = next
            decideTier(&customer, at: next, byTime: true, late: nil, reduced: nil)
            if customer.level != nil, riseIsDue(customer, at: next) {
                decideChurn(&customer, at: next, byTime: true)
            }
        }
    }

    /// The first whole second in the span at which the risk has reached the next level.
    private func riseSecond(_ customer: Customer, from: EventTime, to: EventTime) -> EventTime? {
        guard customer.level != nil else { return nil }
        var low = from.milliseconds / 1000
        var high = to.milliseconds / 1000
        guard high > low, riseIsDue(customer, at: EventTime(milliseconds: high * 1000)) else { return nil }
        while high - low > 1 {
            let middle = (low + high) / 2
            if riseIsDue(customer, at: EventTime(milliseconds: middle * 1000)) { high = middle } else { low = middle }
        }
        return EventTime(milliseconds: high * 1000)
    }

    private func riseIsDue(_ customer: Customer, at time: EventTime) -> Bool {
        guard let level = customer.level, level + 1 < policy.churn.levels.count else { return false }
        return time.milliseconds % 1000 == 0 && customer.history.risk(at: time) >= policy.churn.levels[level + 1].from
    }

    /// The first millisecond in the span at which the decision is another, else its end.
    private func firstChange(_ customer: Customer, from: EventTime, to: EventTime) -> EventTime {
        guard wouldChange(customer, at: to) else { return to }
        var (low, high) = (from.milliseconds, to.milliseconds)
        while high - low > 1 {
            let middle = (low + high) / 2
            if wouldChange(customer, at: EventTime(milliseconds: middle)) { high = middle } else { low = middle }
        }
        return EventTime(milliseconds: high)
    }

    private func wouldChange(_ customer: Customer, at time: EventTime) -> Bool {
        guard let tier = customer.tier else { return false }
        let view = View(policy, customer.history, at: time)
        if view.qualified > tier { return true }
        guard policy.downgrade.timing == .atOnce || customer.graceEnd != nil else { return false }
        return (view.retained(upTo: tier) < tier) != (customer.graceEnd != nil)
    }

    // MARK: Decisions

    private mutating func decideTier(
        _ customer: inout Customer, at time: EventTime, byTime: Bool, late: EventTime?, reduced: EventTime?
    ) {
        customer.seen = max(customer.seen, time)
        guard customer.tier != nil else {
            let view = View(policy, customer.history, at: time)
            move(&customer, to: view.qualified, .entry, .firstSeen, time, byTime, view.score)
            return
        }
        if let late { giveBack(late, &customer, at: time, byTime) }
        if let end = customer.validUntil, end <= time, customer.graceEnd == nil {
            // Decided as of the last instant of the term.
            fallIfDue(
                &customer, View(asOf: end.before, knownAt: time, policy, customer.history), at: time, byTime, once: true
            )
        }
        let view = View(policy, customer.history, at: time)
        if let reduced { withdraw(reduced, &customer, view, at: time, byTime) }
        if let held = customer.tier, view.qualified > held {
            let isCorrection = late.map { $0 < customer.tierSince } ?? false
            move(
                &customer, to: view.qualified, isCorrection ? .correction : .upgrade,
                isCorrection ? .lateEvent : .requirementMet, time, byTime, view.score)
        }
        fallIfDue(&customer, view, at: time, byTime, once: false)
    }

    /// With what came late it might never have been lost.
    private mutating func giveBack(_ late: EventTime, _ customer: inout Customer, at time: EventTime, _ byTime: Bool) {
        guard let lost = customer.lost, let tier = customer.tier, late < customer.tierSince else { return }
        let lostAt = customer.tierSince
        var then = View(asOf: lostAt.before, knownAt: time, policy, customer.history)
        var kept = then.retained(upTo: lost)
        if kept > tier, policy.downgrade.timing == .atOnce, policy.downgrade.grace == .zero {
            then = View(asOf: lostAt, knownAt: time, policy, customer.history)
            kept = then.retained(upTo: kept)
        }
        guard kept > tier else { return }
        move(&customer, to: kept, .correction, .lateEvent, time, byTime, then.score, since: lostAt)
    }

    /// What a refunded order had earned is taken back unless it would be held without it: kept then or now, or reached by
    /// the last order of a day since.
    private mutating func withdraw(
        _ orderTime: EventTime, _ customer: inout Customer, _ now: View, at time: EventTime, _ byTime: Bool
    ) {
        guard policy.downgrade.withdrawsOnRefund, let tier = customer.tier, customer.graceEnd == nil,
            orderTime <= customer.tierSince, now.retained(upTo: tier) < tier
        else { return }
        let given = [customer.tierSince, customer.tierSince.before].map {
            View(asOf: $0, knownAt: time, policy, customer.history).retained(upTo: tier)
        }
        var kept = given.reduce(now.retained(upTo: tier), max)
        var since = customer.tierSince
        let later = customer.history.lastOrders(after: customer.tierSince)
        for instant in later where kept < tier {
            let reached = min(View(asOf: instant, knownAt: time, policy, customer.history).qualified, tier)
            if reached > kept { (kept, since) = (reached, instant) }
        }
        guard kept < tier else {
            // It is held by that order from now on.
            if since > customer.tierSince { (customer.tierSince, customer.lost) = (since, nil) }
            return
        }
        move(
            &customer, to: kept, .correction, .orderWithdrawn, time, byTime, now.score, since: since,
            until: since == customer.tierSince ? customer.validUntil : nil)
    }

    private mutating func fallIfDue(
        _ customer: inout Customer, _ view: View, at time: EventTime, _ byTime: Bool, once: Bool
    ) {
        while let tier = customer.tier {
            let termIsOver = customer.validUntil.map { $0 <= time } ?? false
            guard policy.downgrade.timing == .atOnce || termIsOver else {
                customer.graceEnd = nil
                return
            }
            let retained = view.retained(upTo: tier)
            guard retained < tier else {
                customer.graceEnd = nil
                if termIsOver { move(&customer, to: tier, .renewal, .termRenewed, time, byTime, view.score) }
                return
            }
            let hadGrace = customer.graceEnd != nil
            let end =
                customer.graceEnd
                ?? max(time + policy.downgrade.grace, customer.tierEntered + policy.downgrade.minimumDwell)
            customer.graceEnd = end
            guard end <= time else { return }
            move(
                &customer, to: policy.downgrade.mode == .oneStep ? tier - 1 : retained, .downgrade,
                hadGrace ? .graceEnded : termIsOver ? .termEnded : .requirementLost, time, byTime, view.score)
            if once { return }
        }
    }

    private mutating func move(
        _ customer: inout Customer, to tier: Int, _ direction: TierChange.Direction, _ reason: TierChange.Reason,
        _ time: EventTime, _ byTime: Bool, _ score: Double, since: EventTime? = nil,
        until: EventTime? = nil
    ) {
        customer.tierSequence += 1
        let since = since ?? time
        customer.validUntil = tier == 0 ? nil : until ?? policy.termEnd(ofTier: tier, from: since)
        said[customer.name, default: EngineRun.Said()].tiers.append(
            EngineRun.TierMove(
                from: customer.tier, to: tier, direction: direction, reason: reason, at: time,
                validUntil: customer.validUntil, isByTime: byTime, sequence: customer.tierSequence, score: score))
        if direction == .downgrade {
            let isTogether = customer.lost != nil && customer.tierSince == time
            customer.lost = isTogether ? customer.lost : customer.tier
        } else {
            customer.lost = nil
        }
        customer.tier = tier
        customer.tierSince = since
        if direction != .renewal { customer.tierEntered = since }
        customer.graceEnd = nil
    }

    private mutating func decideChurn(_ customer: inout Customer, at time: EventTime, byTime: Bool) {
        let risk = customer.history.risk(at: time)
        guard !risk.isNaN else {
            customer.level = nil
            return
        }
        let levels = policy.churn.levels
        var level = levels.lastIndex { risk >= $0.from } ?? 0
        if let held = customer.level, level < held, risk >= levels[held].from - policy.churn.margin { level = held }
        guard level != customer.level else { return }
        customer.churnSequence += 1
        said[customer.name, default: EngineRun.Said()].churn.append(
            EngineRun.ChurnMove(
                from: customer.level, to: level, at: time, isByTime: byTime, sequence: customer.churnSequence,
                probability: risk))
        customer.level = level
    }
}

/// A customer's numbers at an instant.
private struct View {
    private let policy: Policy
    private let values: [Double]
    let score: Double

    init(_ policy: Policy, _ history: ReferenceHistory, at time: EventTime) {
        self.policy = policy
        let values = policy.measures.map { history.value($0, at: time) }
        self.values = values
        let sum = policy.terms.reduce(0.0) {
            let value = values[$1.measure]
            return $0 + $1.weight * (value.isNaN ? $1.whenUnknown : $1.curve.value(at: value))
        }
        score = min(max(sum, 0), 100)
    }

    /// As if nothing later were known.
    init(asOf time: EventTime, knownAt now: EventTime, _ policy: Policy, _ history: ReferenceHistory) {
        self.init(policy, history.upTo(time, knownAt: now), at: time)
    }

    private func meets(_ condition: Condition?) -> Bool {
        guard let condition else { return true }
        return condition.isMet { subject in
            if case .measure(let index) = subject { return values[index] }
            return score
        }
    }

    var qualified: Int { policy.tiers.indices.last { meets(policy.tiers[$0].entry) } ?? 0 }

    func retained(upTo tier: Int) -> Int {
        (0...tier).last { meets(policy.tiers[$0].entry?.eased(by: policy.downgrade.margin)) } ?? 0
    }
}

extension EventTime {
    fileprivate var before: EventTime { EventTime(milliseconds: milliseconds - 1) }
}
