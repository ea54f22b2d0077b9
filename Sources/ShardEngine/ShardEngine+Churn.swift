import Scoring

extension ShardEngine {
    /// Computes the churn risk, moves the level if it must, and foresees the next rise: after an order by a safe bound,
    /// for most customers order again before it, and exactly when that bound has come.
    mutating func settleChurn(
        _ occasion: Occasion, _ record: CustomerStore.Record, into outputs: inout OutputBuffer
    ) {
        let days = store.purchaseDays(of: record, rules.policy.calendar)
        guard let history = days.history(at: occasion.time, rules.policy.calendar) else {
            record.pointee.churnLevel = CustomerRecord.noChurnLevel
            record.pointee.churnCrossing = .max
            return
        }
        let rule = rules.churnScale.rule
        let risk = rule.model.probabilityOfNoPurchase(history, horizon: rule.horizonDays)
        let held = record.pointee.churnLevel == CustomerRecord.noChurnLevel ? nil : Int(record.pointee.churnLevel)
        let level = rules.churnScale.level(for: risk, held: held)
        if held != level { report(level, from: held, risk, history, occasion, record, into: &outputs) }
        let birth = rules.policy.calendar.start(of: DayIndex(days.first))
        let isWakeUp = Int64(record.pointee.churnCrossing) * 1000 <= occasion.time.milliseconds
        let next =
            isWakeUp
            ? rules.churnScale.nextRise(above: level, history, birth: birth)
            : rules.churnScale.noRiseBefore(above: level, risk, history, at: occasion.time)
        let soonest = UInt32(truncatingIfNeeded: occasion.time.milliseconds / 1000 + 1)
        record.pointee.churnCrossing = next.map { max($0, soonest) } ?? .max
    }

    private mutating func report(
        _ level: Int, from held: Int?, _ risk: Double, _ history: PurchaseHistory, _ occasion: Occasion,
        _ record: CustomerStore.Record, into outputs: inout OutputBuffer
    ) {
        record.pointee.churnLevel = UInt8(level)
        record.pointee.churnSequence &+= 1
        let rule = rules.churnScale.rule
        let silence = Double(occasion.time.milliseconds - store.lastOrderAt(of: record)) / TimeSpan.millisecondsPerDay
        outputs.outputs.append(
            .churnRisk(
                ChurnRiskChange(
                    customer: outputs.append(text: store.id(of: record)), from: held, to: level,
                    cause: copied(occasion, into: &outputs), effectiveAt: occasion.time,
                    sequence: record.pointee.churnSequence, probability: risk,
                    pAlive: rule.model.pAlive(history), history: history, daysSinceLastOrder: max(0, silence))))
    }
}
