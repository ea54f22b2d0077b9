import RealModule
import Scoring

extension DecisionAudit {
    mutating func audit(_ change: ChurnRiskRecord) throws(DecisionRecordError) {
        let rule = policy.churn
        add(
            "model", "\(change.model), \(change.score)", "\(rule.model.kind.rawValue), \(rule.scoring.score.name)",
            change.model == rule.model.kind.rawValue && change.score == rule.scoring.score.name)
        add("horizon in days", change.horizonDays, rule.horizonDays)
        let evidence = try evidence(of: change)
        add("P(alive)", change.pAlive, rule.model.pAlive(evidence.history))
        audit(change, evidence)
        auditLevel(change)
        auditForecast(change, evidence)
        try auditNextOrder(change, evidence)
    }

    /// The purchase history that the record's drivers tell: ages run from the first instant of the first purchase day.
    private func evidence(of change: ChurnRiskRecord) throws(DecisionRecordError) -> ChurnEvidence {
        let (drivers, calendar) = (change.drivers, policy.calendar)
        let now = try Self.time(change.effectiveAt)
        func ago(_ days: Double) -> EventTime {
            let milliseconds = Double(now.milliseconds) - days * TimeSpan.millisecondsPerDay
            return EventTime(milliseconds: Int64(min(max(milliseconds.rounded(), 0), 4e12)))
        }
        // Two hours on: where a day was short an age can reach back to just before the first day.
        let first = calendar.day(of: ago(drivers.ageDays) + TimeSpan(milliseconds: 7_200_000))
        let between = calendar.day(of: ago(drivers.daysSinceLastOrder)) - first
        let history = PurchaseHistory(
            repeats: max(drivers.purchaseDays - 1, 0), ageAtLast: Double(max(between, 0)), age: drivers.ageDays)
        let fading = Double.log(2) / policy.churn.scoring.ewmaHalfLifeDays
        return ChurnEvidence(
            history: history,
            ewmaAtLast: drivers.recentPurchases * Double.exp(fading * max(history.age - history.ageAtLast, 0)),
            adjustment: drivers.logOdds.adjustment)
    }

    private mutating func audit(_ change: ChurnRiskRecord, _ evidence: ChurnEvidence) {
        let (rule, said) = (policy.churn, change.drivers.logOdds)
        if case .logistic = rule.scoring.score {
            add("habit", said.habit.brief, "needs the spend, which is not in the record", .untold)
            add("silence", said.silence.brief, "likewise", .untold)
        } else {
            let drivers = ChurnDrivers(evidence, rule.scoring)
            add("habit, log-odds", said.habit, drivers.habit)
            add("silence, log-odds", said.silence, drivers.silence)
            add("probability", change.probability, rule.scoring.risk(evidence))
        }
        let limit = rule.adjustment == .none ? 0 : rule.adjustment.limit
        add(
            "adjustment, log-odds", said.adjustment.brief, "at most \(limit.brief) either way",
            abs(said.adjustment) <= limit + Self.tolerance)
        let sum = said.habit + said.silence + said.adjustment
        add("their sum as a probability", change.probability, LogOdds.probability(sum))
    }

    private mutating func auditLevel(_ change: ChurnRiskRecord) {
        let rule = policy.churn
        func index(_ name: String) -> Int? { rule.levels.firstIndex { $0.name == name } }
        let held = change.from.flatMap(index)
        let level = rule.levels[rule.level(for: change.probability, held: held)]
        let margin = held == nil ? "" : ", left downwards by \(rule.margin.plain)"
        add("level", change.to, "\(level.name), from \(level.from.plain)\(margin)", change.to == level.name)
        if let said = index(change.to) {
            let actions = rule.levels[said].actions
            add("actions", Self.list(change.actions), Self.list(actions), change.actions == actions)
        }
        let isLow = !rule.isCalibrated || change.drivers.purchaseDays <= 1
        add("confidence", change.confidence, isLow ? "low" : "normal", change.confidence == (isLow ? "low" : "normal"))
    }

    /// The mean amount of a day is not in the record: the three values must be of one and the same amount.
    private mutating func auditForecast(_ change: ChurnRiskRecord, _ evidence: ChurnEvidence) {
        let (forecast, history, model) = (change.forecast, evidence.history, policy.churn.model)
        let horizon = policy.churn.horizonDays
        let orders = model.expectedPurchases(history, horizon: horizon)
        add("expected orders", forecast.expectedOrders, orders)
        guard let value = policy.value else {
            let isNone = forecast.expectedValue == nil && forecast.valueAtRisk == nil && forecast.lifetimeValue == nil
            return add("expected value", isNone ? "none" : "some", "none: the policy has no amounts", isNone)
        }
        let ifAlive = model.expectedPurchasesIfAlive(history, horizon: horizon)
        guard let atRisk = forecast.valueAtRisk, change.probability > 0, ifAlive > 0 else {
            return add("value at risk", forecast.valueAtRisk?.brief ?? "none", "an amount", forecast.valueAtRisk != nil)
        }
        let amount = atRisk / (change.probability * ifAlive)
        let mean = value.amounts.meanAmount(expecting: amount, purchases: history.repeats)
        add(
            "mean amount of a day", "\(amount.brief) expected",
            history.repeats > 0 ? "of \(mean.brief) so far" : "of all", mean >= -Self.tolerance)
        if let said = forecast.expectedValue { add("expected value", said, orders * amount) }
        if let said = forecast.lifetimeValue {
            add("lifetime value", said, value.lifetimeValue(model).value(history, meanAmount: mean))
        }
    }

    private mutating func auditNextOrder(
        _ change: ChurnRiskRecord, _ evidence: ChurnEvidence
    ) throws(DecisionRecordError) {
        let now = try Self.time(change.effectiveAt)
        let said = change.forecast.nextOrder
        let quantiles = [(said.earliest, 0.1), (said.expectedAt, 0.5), (said.latest, 0.9)]
        for (time, quantile) in quantiles {
            let days = policy.churn.model.daysUntilPurchaseIfAlive(evidence.history, quantile: quantile)
            let found = now.later(days: days)
            let isEqual: Bool
            if let time, let found {
                // Cut to milliseconds on the way out.
                let slack = max(1, Self.tolerance * Double((found - now).milliseconds))
                isEqual = abs(Double((try Self.time(time) - found).milliseconds)) <= slack
            } else {
                isEqual = (time == nil) == (found == nil)
            }
            add("next order, \(quantile.percent)", time ?? "never", found?.rfc3339 ?? "never", isEqual)
        }
    }
}

extension OrderValueModel {
    /// The mean amount so far from which `amount` is expected; 0 without a repeat, where any gives the same.
    fileprivate func meanAmount(expecting amount: Double, purchases: Double) -> Double {
        guard purchases > 0 else { return 0 }
        return (amount * (p * purchases + q - 1) / p - v) / purchases
    }
}
