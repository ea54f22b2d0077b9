import RealModule
import Scoring

/// Turns what records say in one policy's terms into another's: tiers and levels go by name, decayed spend by half-life.
///
/// A tier that is gone stands for the highest one below it that is left. A level that is gone stands for none, until the
/// risk is computed again. Days that were counted in another time zone keep their numbers.
///
/// Recent purchases need no translation: those of the history are added up anew for every decision, by the half-life that
/// holds then. The sum of those that have left it is kept as of the latest of them (`FoldedOrders.purchaseEWMA`): among
/// themselves they stay faded by the former half-life, and from that day on they fade together by the new one, the days
/// before the switch included. So both sums, of spend and of purchases, are what the new half-life gives as far as single
/// orders are known.
struct PolicyTranslation {
    private let tiers: [UInt8]
    private let goneTiers: [Bool]
    private let levels: [UInt8]
    /// Per millisecond; nil where both are the same.
    private let decay: (former: Double, new: Double)?

    init(from former: Policy, to policy: Policy) {
        let names = policy.tiers.map(\.name)
        var below: UInt8 = 0
        var tiers: [UInt8] = []
        for tier in former.tiers {
            if let index = names.firstIndex(of: tier.name) { below = UInt8(index) }
            tiers.append(below)
        }
        self.tiers = tiers
        goneTiers = former.tiers.map { !names.contains($0.name) }
        let levelNames = policy.churn.levels.map(\.name)
        levels = former.churn.levels.map { level in
            levelNames.firstIndex(of: level.name).map { UInt8($0) } ?? CustomerRecord.noChurnLevel
        }
        let (old, new) = (former.spendHalfLife.milliseconds, policy.spendHalfLife.milliseconds)
        decay = old == new ? nil : (Double.log(2) / Double(old), Double.log(2) / Double(new))
    }

    /// Where a former tier stands in the new policy, and whether that is only the next below it.
    func standing(of former: Int) -> (tier: Int, isGone: Bool) { (Int(tiers[former]), goneTiers[former]) }

    /// The new index of a former tier.
    private func tier(_ former: UInt8) -> UInt8 { tiers[Int(former)] }

    /// Translates one record at `time` and marks it as not settled yet. `isAlreadyMarked`: an earlier re-tiering has not come
    /// to it. `rules` are the new policy's.
    func apply(
        to record: CustomerStore.Record, _ store: inout CustomerStore, isAlreadyMarked: Bool, at time: Int64,
        _ rules: borrowing StandingRules
    ) {
        guard record.pointee.hasEntered else { return }
        let former = Int(record.pointee.tier)
        let wasGone = isAlreadyMarked && record.pointee.isTierGone
        record.pointee.markUnsettled(isTierGone: wasGone || goneTiers[former])
        record.pointee.tier = tier(record.pointee.tier)
        translateBounds(of: record)
        translateEarned(of: record, &store, at: time, rules)
        if record.pointee.churnLevel != CustomerRecord.noChurnLevel {
            record.pointee.churnLevel = levels[Int(record.pointee.churnLevel)]
        }
        record.pointee.browseBudget = 0
        if let decay { refade(record, store, decay.former, decay.new) }
    }

    /// What the rules give behind a pin. Nobody hears of it, so that it need not wait until its customer is settled: in the
    /// place of a tier that is gone the one below is given anew, with a term of its own.
    private func translateEarned(
        of record: CustomerStore.Record, _ store: inout CustomerStore, at time: Int64,
        _ rules: borrowing StandingRules
    ) {
        guard let earned = store.notes(of: record).earned else { return }
        let new = Int(tier(UInt8(earned.tier)))
        var grant = goneTiers[earned.tier] ? rules.grant(new, at: time) : earned
        grant.tier = new
        // The lowest tier has no term.
        if new == 0 { grant.validUntil = .max }
        store.note(of: record) { notes in
            notes.earned = grant
            if goneTiers[earned.tier] { notes.enteredAt = nil }
        }
    }

    /// What a pin holds the tier between, and what was lost and could be given back. A floor that comes to the lowest tier
    /// asks for nothing any more: it is ended, and said to be, when its customer is settled.
    private func translateBounds(of record: CustomerStore.Record) {
        // 0 and none are no bounds, whatever the lowest tier is called.
        if record.pointee.pinFloor > 0 { record.pointee.pinFloor = tier(record.pointee.pinFloor) }
        if record.pointee.pinCeiling != CustomerRecord.noTier {
            // Tiers may have changed places: the floor holds.
            record.pointee.pinCeiling = max(tier(record.pointee.pinCeiling), record.pointee.pinFloor)
        }
        let lost = record.pointee.lostTier
        guard lost != CustomerRecord.noTier else { return }
        record.pointee.lostTier = goneTiers[Int(lost)] ? CustomerRecord.noTier : tier(lost)
    }

    /// Takes each order of the history out of the decayed spend at the former rate and puts it back at the new one. What has
    /// left the history keeps its value: its parts are not known any more.
    private func refade(
        _ record: CustomerStore.Record, _ store: borrowing CustomerStore, _ former: Double, _ new: Double
    ) {
        guard record.pointee.spendEWMA > 0 else { return }
        let entries = store.orders(of: record)
        var change = 0.0
        for index in 0..<entries.count where OrderEntry.adds(rawKind: entries.rawKind(index)) {
            let age = Double(max(record.pointee.ewmaAt - entries.time(index), 0))
            change += Double(entries.amount(index)) * (Double.exp(-new * age) - Double.exp(-former * age))
        }
        let spend = record.pointee.spendEWMA + change
        // As after a refund: less than a millionth of a minor unit is rounding noise.
        record.pointee.spendEWMA = spend < 1e-6 ? 0 : spend
    }
}
