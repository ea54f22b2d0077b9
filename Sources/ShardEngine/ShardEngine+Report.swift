import Scoring

/// A customer's standing at an instant, with everything that it follows from. For look-ups, not for the hot path.
package struct CustomerReport: Sendable {
    package var id: [UInt8]
    package var asOf: EventTime
    /// Indices into the policy; `churnLevel` is nil before the first order.
    package var tier: Int
    package var tierSince: EventTime
    package var tierSequence: UInt32
    /// When a pending downgrade falls due; nil while none is pending.
    package var graceEndsAt: EventTime?
    /// The first instant after the tier's term; nil for a tier without one.
    package var validUntil: EventTime?
    package var score: Double
    /// In the order of `Policy.measures`; nil for unknown.
    package var measures: [Double?]
    /// In the order of `Policy.terms`.
    package var points: [Double]
    package var churnLevel: Int?
    package var churnSequence: UInt32
    /// The churn risk and what it follows from; nil before the first order.
    package var churnRisk: Double?
    package var churnEvidence: ChurnEvidence?
    /// Mean total of the repeat purchase days, major units; 0 without one.
    package var meanAmount: Double
    /// When silence alone raises the churn level next.
    package var churnRisesAt: EventTime?
    /// When the engine looks at the customer next if no event comes, and why.
    package var deadline: EventTime?
    package var deadlineKind: DeadlineKind
    package var firstSeen: EventTime
    package var lastOrderAt: EventTime?
    /// UTF-8: those that commands set and those that the policy gives, sorted by their bytes.
    package var tags: [[UInt8]]
    /// The profile as it would be published now, alone in a buffer; nil where the policy publishes none.
    package var profile: OutputBuffer?
}

extension ShardEngine {
    /// Where a customer stands at `time`, or at the shard's clock if that is later; nil if the shard has never seen it.
    package mutating func report(on id: [UInt8], at time: EventTime) -> CustomerReport? {
        let found = id.withUnsafeBytes { store.find($0, hash: StableHash.of($0)) }
        guard let slot = found.map({ resolve($0) }) else { return nil }
        let record = store.slab[slot]
        guard record.pointee.slotState == .customer else { return nil }
        let asOf = max(time, clock ?? time)
        evaluator.evaluate(record, store, at: asOf)
        let days = store.purchaseDays(of: record, rules)
        let evidence = churnEvidence(days, record, at: asOf)
        let rule = rules.policy.churn
        let lastOrderAt = store.lastOrderAt(of: record)
        return CustomerReport(
            id: id, asOf: asOf, tier: Int(record.pointee.tier),
            tierSince: EventTime(milliseconds: record.pointee.tierSince), tierSequence: record.pointee.tierSequence,
            graceEndsAt: store.isTierPinned(record) ? nil : Self.instant(record.pointee.graceEndsAt),
            validUntil: Self.instant(CustomerRecord.termEnd(record.pointee.validUntil)), score: evaluator.score,
            measures: evaluator.values.elements.map { $0.isNaN ? nil : $0 }, points: evaluator.points.elements,
            churnLevel: record.pointee.churnLevel == CustomerRecord.noChurnLevel ? nil : Int(record.pointee.churnLevel),
            churnSequence: record.pointee.churnSequence,
            churnRisk: evidence.map { rule.scoring.risk($0) }, churnEvidence: evidence,
            meanAmount: days.meanRepeatAmount / rules.minorPerMajor,
            churnRisesAt: evidence.flatMap { riseOfChurn(record, $0, days) },
            deadline: Self.instant(record.pointee.deadline), deadlineKind: record.pointee.deadlineKind,
            firstSeen: EventTime(milliseconds: Int64(record.pointee.firstSeen) * 1000),
            lastOrderAt: lastOrderAt < 0 ? nil : EventTime(milliseconds: lastOrderAt),
            tags: tags(store.decodedAnnex(of: record)), profile: profile(of: record, at: asOf))
    }

    /// The record itself may hold no more than a second before which it cannot be.
    private func riseOfChurn(
        _ record: CustomerStore.Record, _ evidence: ChurnEvidence, _ days: PurchaseDays
    ) -> EventTime? {
        let birth = rules.policy.calendar.start(of: DayIndex(days.first))
        return rules.churnScale.nextRise(above: Int(record.pointee.churnLevel), evidence, birth: birth)
            .map { EventTime(milliseconds: Int64($0) * 1000) }
    }

    static func instant(_ milliseconds: Int64) -> EventTime? {
        milliseconds == .max ? nil : EventTime(milliseconds: milliseconds)
    }

    /// Customers per tier, in the order of `Policy.tiers`. Looks at every customer.
    package func tierCounts() -> [Int] {
        var counts = Array(repeating: 0, count: policy.tiers.count)
        for slot in 0..<UInt32(store.count) {
            let record = store.slab[slot]
            if record.pointee.hasEntered { counts[Int(record.pointee.tier)] += 1 }
        }
        return counts
    }

    /// Whether a deadline is due at `time`; fires nothing.
    package mutating func hasDue(at time: EventTime) -> Bool {
        guard clock != nil, let slot = wheel.popDue(upTo: time.milliseconds, store.slab) else { return false }
        let record = store.slab[slot]
        wheel.reschedule(slot, record, at: record.pointee.deadline)
        return true
    }
}
