import Scoring

/// Turns outputs into records: JSON values, customer ids as keys, CloudEvents 1.0 headers in Kafka's binary mode.
///
/// The same output gives the same bytes, `ce_id` included, so that a repeat is recognised for what it is.
package struct OutputEncoder: Sendable {
    let writer: OutputWriter
    private var forecaster: ChurnForecaster

    package init(policy: Policy, source: String, topicNames: (InputKind) -> String) {
        writer = OutputWriter(policy: policy, source: source, topicNames: topicNames)
        forecaster = ChurnForecaster(policy.churn, policy.value)
    }

    /// Appends the record of `output`, whose texts and evidence are in `buffer`. Decisions say how fresh they were when
    /// that is known; profiles, which tell of a state and not of a moment, do not.
    package mutating func encode(
        _ output: Output, in buffer: OutputBuffer, freshness: Freshness? = nil, into encoded: inout EncodedOutputs
    ) {
        switch output {
        case .tierChange(let change): writer.append(change, buffer, freshness, to: &encoded)
        case .churnRisk(let change):
            let forecast = forecaster.forecast(
                change.evidence, risk: change.probability, meanAmount: change.meanAmount)
            writer.append(change, forecast, buffer, freshness, to: &encoded)
        case .notice(let notice): writer.append(notice, buffer, freshness, to: &encoded)
        case .profile(let update):
            let forecast = buffer.profiles[update.profile].churn.map {
                forecaster.forecast($0.evidence, risk: $0.risk, meanAmount: $0.meanAmount)
            }
            writer.append(update, forecast, buffer, to: &encoded)
        case .erasure(let erasure): writer.append(erasure, buffer, to: &encoded)
        }
    }
}
