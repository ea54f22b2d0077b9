import Scoring

/// schemas/outputs/churn-risk.schema.json
extension OutputEncoder {
    /// Returns where the effective time stands.
    func write(_ change: ChurnRiskChange, _ buffer: OutputBuffer, _ bytes: inout ByteWriter) -> TextSpan {
        let to = fragments.levels[change.to]
        writeOpening(
            (change.customer, change.sequence), from: change.from.map { fragments.levels[$0] }, to: to, buffer, &bytes)
        let time = writeEffectiveAt(change.effectiveAt, &bytes)
        bytes.append(literal: ",\"probability\":")
        bytes.append(number: change.probability)
        bytes.append(literal: ",\"p_alive\":")
        bytes.append(number: change.pAlive)
        bytes.append(literal: ",")
        write(fragments.churnModel, &bytes)
        writeDrivers(change, &bytes)
        // Other shops' parameters and customers without a second purchase day: the model says little about either.
        let isLow = !fragments.isCalibrated || change.history.repeats == 0
        bytes.append(literal: isLow ? ",\"confidence\":\"low\"," : ",\"confidence\":\"normal\",")
        write(change.cause, buffer, &bytes)
        write(to.closing, &bytes)
        return time
    }

    private func writeDrivers(_ change: ChurnRiskChange, _ bytes: inout ByteWriter) {
        bytes.append(literal: ",\"drivers\":{\"days_since_last_order\":")
        bytes.append(number: change.daysSinceLastOrder)
        bytes.append(literal: ",\"purchase_days\":")
        bytes.append(number: change.history.repeats + 1)
        bytes.append(literal: ",\"age_days\":")
        bytes.append(number: change.history.age)
        bytes.append(literal: "}")
    }
}
