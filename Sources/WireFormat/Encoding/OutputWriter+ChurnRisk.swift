import Scoring

/// schemas/outputs/churn-risk.schema.json
extension OutputWriter {
    /// Returns where the effective time stands.
    func write(
        _ change: ChurnRiskChange, _ forecast: ChurnForecast, _ buffer: OutputBuffer, _ freshness: Freshness?,
        _ bytes: inout ByteWriter
    ) -> TextSpan {
        let to = fragments.levels[change.to]
        writeOpening(
            (change.customer, change.sequence), from: change.from.map { fragments.levels[$0] }, to: to, buffer, &bytes)
        let time = writeEffectiveAt(change.effectiveAt, &bytes)
        bytes.append(literal: ",\"probability\":")
        bytes.append(number: change.probability)
        bytes.append(literal: ",\"p_alive\":")
        bytes.append(number: forecast.pAlive)
        bytes.append(literal: ",")
        write(fragments.churnModel, &bytes)
        writeDrivers(change, &bytes)
        write(forecast, after: change.effectiveAt, &bytes)
        // Other shops' parameters and customers without a second purchase day: the model says little about either.
        let isLow = !rule.isCalibrated || change.evidence.history.repeats == 0
        bytes.append(literal: isLow ? ",\"confidence\":\"low\"," : ",\"confidence\":\"normal\",")
        write(change.cause, buffer, &bytes)
        write(freshness, &bytes)
        write(to.actions, &bytes)
        write(fragments.policy, &bytes)
        return time
    }

    private var rule: ChurnRule { policy.churn }

    private func writeDrivers(_ change: ChurnRiskChange, _ bytes: inout ByteWriter) {
        let (evidence, drivers) = (change.evidence, ChurnDrivers(change.evidence, rule.scoring))
        bytes.append(literal: ",\"drivers\":{\"days_since_last_order\":")
        bytes.append(number: change.daysSinceLastOrder)
        bytes.append(literal: ",\"purchase_days\":")
        bytes.append(number: evidence.history.repeats + 1)
        bytes.append(literal: ",\"age_days\":")
        bytes.append(number: evidence.history.age)
        bytes.append(literal: ",\"recent_purchases\":")
        bytes.append(number: rule.scoring.purchaseEWMA(evidence))
        bytes.append(literal: ",\"log_odds\":{\"habit\":")
        bytes.append(number: drivers.habit)
        bytes.append(literal: ",\"silence\":")
        bytes.append(number: drivers.silence)
        bytes.append(literal: ",\"adjustment\":")
        bytes.append(number: drivers.adjustment)
        bytes.append(literal: "}}")
    }

    private func write(_ forecast: ChurnForecast, after time: EventTime, _ bytes: inout ByteWriter) {
        bytes.append(literal: ",\"forecast\":{\"expected_orders\":")
        bytes.append(number: forecast.expectedOrders)
        bytes.append(literal: ",\"expected_value\":")
        bytes.append(number: forecast.expectedValue ?? .nan)
        bytes.append(literal: ",\"value_at_risk\":")
        bytes.append(number: forecast.valueAtRisk ?? .nan)
        bytes.append(literal: ",\"lifetime_value\":")
        bytes.append(number: forecast.lifetimeValue ?? .nan)
        writeNextOrder(forecast, after: time, &bytes)
        bytes.append(literal: "}")
    }

    /// When the next order is expected of a customer who has not left.
    func writeNextOrder(_ forecast: ChurnForecast, after time: EventTime, _ bytes: inout ByteWriter) {
        bytes.append(literal: ",\"next_order\":{\"expected_at\":")
        write(forecast.nextOrderDays, after: time, &bytes)
        bytes.append(literal: ",\"earliest\":")
        write(forecast.nextOrderEarliestDays, after: time, &bytes)
        bytes.append(literal: ",\"latest\":")
        write(forecast.nextOrderLatestDays, after: time, &bytes)
        bytes.append(literal: "}")
    }

    /// The instant so many days later; null for never, or beyond what a time can be.
    private func write(_ days: Double?, after time: EventTime, _ bytes: inout ByteWriter) {
        let later = Double(time.milliseconds) + (days ?? .infinity) * TimeSpan.millisecondsPerDay
        guard later < Double(EventTime.outOfRange.milliseconds) else { return bytes.append(literal: "null") }
        bytes.append(literal: "\"")
        bytes.append(time: EventTime(milliseconds: Int64(later)))
        bytes.append(literal: "\"")
    }
}
