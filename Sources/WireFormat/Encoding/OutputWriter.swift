import Scoring

/// What writing outputs needs and no output changes. A class: a struct of this size would be copied for every output.
final class OutputWriter: Sendable {
    let fragments: PolicyFragments
    let policy: Policy
    /// The input topics' names as JSON, by `InputKind.rawValue`.
    private let topics: [ContiguousArray<UInt8>]
    /// The headers that every output of a kind has, one behind the other: `ce_specversion`, `content-type`, `ce_type`,
    /// `ce_source`.
    private let tierHeaders: FixedHeaders
    private let churnHeaders: FixedHeaders
    private let noticeHeaders: FixedHeaders
    private let profileHeaders: FixedHeaders
    let profileRule: ProfileRule
    /// The rules whose tags recommend something.
    let advisingTags: [TagRule]
    private let erasureHeaders: FixedHeaders

    init(policy: Policy, source: String, topicNames: (InputKind) -> String) {
        fragments = PolicyFragments(policy)
        self.policy = policy
        topics = InputKind.allCases.map { kind in
            var topic = ContiguousArray<UInt8>()
            let name = topicNames(kind)
            topic.append { $0.append(jsonString: name) }
            return topic
        }
        tierHeaders = FixedHeaders(type: "tierd.tier-change.v1", source: source)
        churnHeaders = FixedHeaders(type: "tierd.churn-risk.v1", source: source)
        noticeHeaders = FixedHeaders(type: "tierd.tier-notice.v1", source: source)
        profileHeaders = FixedHeaders(type: "tierd.customer-profile.v1", source: source)
        profileRule = policy.profiles ?? ProfileRule()
        advisingTags = policy.tags.filter { !$0.actions.isEmpty }
        erasureHeaders = FixedHeaders(type: "tierd.customer-erased.v1", source: source)
    }

    /// `"cause":{…}`
    func write(_ cause: Cause, _ buffer: OutputBuffer, _ bytes: inout ByteWriter) {
        switch cause {
        case .event(let position, let id):
            bytes.append(literal: "\"cause\":{\"type\":\"event\",\"topic\":")
            unsafe topics[Int(position.input.rawValue)].withUnsafeBytes { unsafe bytes.append($0) }
            bytes.append(literal: ",\"partition\":")
            bytes.append(decimal: Int64(position.partition))
            bytes.append(literal: ",\"offset\":")
            bytes.append(decimal: position.offset)
            bytes.append(literal: ",\"timestamp\":")
            bytes.append(decimal: position.timestamp)
            bytes.append(literal: ",\"id\":")
            bytes.append(jsonString: id, of: buffer.text)
        case .deadline(let kind):
            bytes.append(literal: "\"cause\":{\"type\":\"deadline\",\"deadline\":\"")
            bytes.append(literal: kind.name)
            bytes.append(literal: "\"")
        case .activation: bytes.append(literal: "\"cause\":{\"type\":\"activation\"")
        }
        bytes.append(literal: "}")
    }

    /// `"customer_id":…,"sequence":…,"from":…,"to":…` and the labels, an opening brace before them.
    func writeOpening(
        _ output: (customer: TextSpan, sequence: UInt32), from: PolicyFragments.Rung?, to: PolicyFragments.Rung,
        _ buffer: OutputBuffer, _ bytes: inout ByteWriter
    ) {
        bytes.append(literal: "{\"customer_id\":")
        bytes.append(jsonString: output.customer, of: buffer.text)
        bytes.append(literal: ",\"sequence\":")
        bytes.append(decimal: Int64(output.sequence))
        bytes.append(literal: ",\"from\":")
        if let from { write(from.name, &bytes) } else { bytes.append(literal: "null") }
        bytes.append(literal: ",\"to\":")
        write(to.name, &bytes)
        if let from { write(from.fromLabel, &bytes) }
        write(to.toLabel, &bytes)
    }

    /// A part that only the policy decides.
    @inline(__always) func write(_ fragment: TextSpan, _ bytes: inout ByteWriter) {
        bytes.append(fragment, of: fragments.text)
    }

    /// Returns where the time itself stands, counted from the writer's beginning.
    func writeEffectiveAt(_ time: EventTime, _ bytes: inout ByteWriter) -> TextSpan {
        bytes.append(literal: ",\"effective_at\":\"")
        let start = bytes.count
        bytes.append(time: time)
        let span = TextSpan(offset: start, length: bytes.count - start)
        bytes.append(literal: "\"")
        return span
    }
}

extension OutputWriter {
    func append(
        _ change: TierChange, _ buffer: OutputBuffer, _ freshness: Freshness?, to encoded: inout EncodedOutputs
    ) {
        encoded.append(
            to: .tierChanges, kind: "tier-change:", customer: change.customer, sequence: change.sequence, buffer,
            tierHeaders
        ) { write(change, buffer, freshness, &$0) }
    }

    func append(
        _ change: ChurnRiskChange, _ forecast: ChurnForecast, _ buffer: OutputBuffer, _ freshness: Freshness?,
        to encoded: inout EncodedOutputs
    ) {
        encoded.append(
            to: .churnRisk, kind: "churn-risk:", customer: change.customer, sequence: change.sequence, buffer,
            churnHeaders
        ) { write(change, forecast, buffer, freshness, &$0) }
    }

    func append(
        _ notice: TierNotice, _ buffer: OutputBuffer, _ freshness: Freshness?, to encoded: inout EncodedOutputs
    ) {
        encoded.append(
            to: .tierNotices, kind: notice.kind.idPrefix, customer: notice.customer, sequence: notice.sequence, buffer,
            noticeHeaders
        ) { write(notice, buffer, freshness, &$0) }
    }

    func append(
        _ update: ProfileUpdate, _ forecast: ChurnForecast?, _ buffer: OutputBuffer, to encoded: inout EncodedOutputs
    ) {
        encoded.append(
            to: .customerProfiles, kind: "customer-profile:", customer: update.customer, sequence: update.sequence,
            buffer, profileHeaders
        ) { write(buffer.profiles[update.profile], forecast, of: update.customer, buffer, &$0) }
    }

    func append(_ erasure: Erasure, _ buffer: OutputBuffer, to encoded: inout EncodedOutputs) {
        encoded.append(tombstone: erasure, buffer, erasureHeaders)
    }
}
