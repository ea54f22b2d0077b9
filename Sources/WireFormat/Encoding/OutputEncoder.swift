import Scoring

/// Turns outputs into records: JSON values, customer ids as keys, CloudEvents 1.0 headers in Kafka's binary mode.
///
/// The same output gives the same bytes, `ce_id` included, so that a repeat is recognised for what it is.
package struct OutputEncoder: Sendable {
    let fragments: PolicyFragments
    /// The input topics' names as JSON, by `InputKind.rawValue`.
    private let topics: [ContiguousArray<UInt8>]
    /// `ce_source`.
    private let source: ContiguousArray<UInt8>

    package init(policy: Policy, source: String, topicNames: (InputKind) -> String) {
        fragments = PolicyFragments(policy)
        topics = InputKind.allCases.map { ContiguousArray<UInt8>.json(topicNames($0)) }
        self.source = ContiguousArray(source.utf8)
    }

    /// Appends the record of `output`, whose texts and evidence are in `buffer`.
    package func encode(_ output: Output, in buffer: OutputBuffer, into encoded: inout EncodedOutputs) {
        let key = encoded.append(buffer.text[output.customer.range])
        let start = encoded.bytes.count
        switch output {
        case .tierChange(let change): write(change, buffer, &encoded.bytes)
        case .churnRisk(let change): write(change, buffer, &encoded.bytes)
        }
        let value = TextSpan(offset: start, length: encoded.bytes.count - start)
        let firstHeader = encoded.headers.count
        appendHeaders(of: output, customer: key, to: &encoded)
        encoded.records.append(
            EncodedOutput(
                destination: output.destination, key: key, value: value, headers: firstHeader..<encoded.headers.count))
    }

    private func appendHeaders(of output: Output, customer: TextSpan, to encoded: inout EncodedOutputs) {
        encoded.appendHeader("ce_specversion") { $0.append(literal: "1.0") }
        encoded.appendHeader("ce_id") {
            $0.append(literal: output.kind)
            $0.append(UInt8(ascii: ":"))
            for position in customer.range { $0.append($0[position]) }
            $0.append(UInt8(ascii: ":"))
            $0.append(decimal: Int64(output.sequence))
        }
        encoded.appendHeader("ce_type") { $0.append(literal: output.eventType) }
        encoded.appendHeader("ce_source") { $0.append(contentsOf: source) }
        encoded.appendHeader("ce_time") { $0.append(time: output.effectiveAt) }
        encoded.headers.append(EncodedHeader(name: "ce_subject", value: customer))
        encoded.appendHeader("content-type") { $0.append(literal: "application/json") }
        encoded.appendHeader("tierd_sequence") { $0.append(decimal: Int64(output.sequence)) }
    }

    /// `"cause":{…}`
    func write(_ cause: Cause, _ buffer: OutputBuffer, _ bytes: inout ContiguousArray<UInt8>) {
        switch cause {
        case .event(let position, let id):
            bytes.append(literal: "\"cause\":{\"type\":\"event\",\"topic\":")
            bytes.append(contentsOf: topics[Int(position.input.rawValue)])
            bytes.append(literal: ",\"partition\":")
            bytes.append(decimal: Int64(position.partition))
            bytes.append(literal: ",\"offset\":")
            bytes.append(decimal: position.offset)
            bytes.append(literal: ",\"timestamp\":")
            bytes.append(decimal: position.timestamp)
            bytes.append(literal: ",\"id\":")
            bytes.append(jsonString: buffer.text[id.range])
        case .deadline(let kind):
            bytes.append(literal: "\"cause\":{\"type\":\"deadline\",\"deadline\":\"")
            bytes.append(literal: kind.name)
            bytes.append(literal: "\"")
        }
        bytes.append(literal: "}")
    }

    /// `"customer_id":…,"sequence":…,"from":…,"to":…` and the labels, an opening brace before them.
    func writeOpening(
        _ output: (customer: TextSpan, sequence: UInt32), from: PolicyFragments.Rung?, to: PolicyFragments.Rung,
        _ buffer: OutputBuffer, _ bytes: inout ContiguousArray<UInt8>
    ) {
        bytes.append(literal: "{\"customer_id\":")
        bytes.append(jsonString: buffer.text[output.customer.range])
        bytes.append(literal: ",\"sequence\":")
        bytes.append(decimal: Int64(output.sequence))
        bytes.append(literal: ",\"from\":")
        if let from { bytes.append(contentsOf: from.name) } else { bytes.append(literal: "null") }
        bytes.append(literal: ",\"to\":")
        bytes.append(contentsOf: to.name)
        if let from, !from.label.isEmpty {
            bytes.append(literal: ",\"from_label\":")
            bytes.append(contentsOf: from.label)
        }
        if !to.label.isEmpty {
            bytes.append(literal: ",\"to_label\":")
            bytes.append(contentsOf: to.label)
        }
    }

    /// The actions and the policy's identity, and the closing brace.
    func writeClosing(_ to: PolicyFragments.Rung, _ bytes: inout ContiguousArray<UInt8>) {
        bytes.append(literal: ",\"actions\":")
        bytes.append(contentsOf: to.actions)
        bytes.append(literal: ",")
        bytes.append(contentsOf: fragments.identity)
        bytes.append(literal: "}")
    }

    func writeEffectiveAt(_ time: EventTime, _ bytes: inout ContiguousArray<UInt8>) {
        bytes.append(literal: ",\"effective_at\":\"")
        bytes.append(time: time)
        bytes.append(literal: "\"")
    }
}

extension EncodedOutputs {
    fileprivate mutating func append(_ text: ContiguousArray<UInt8>.SubSequence) -> TextSpan {
        let span = TextSpan(offset: bytes.count, length: text.count)
        bytes.append(contentsOf: text)
        return span
    }

    fileprivate mutating func appendHeader(_ name: StaticString, _ write: (inout ContiguousArray<UInt8>) -> Void) {
        let start = bytes.count
        write(&bytes)
        headers.append(EncodedHeader(name: name, value: TextSpan(offset: start, length: bytes.count - start)))
    }
}

extension Output {
    fileprivate var destination: OutputDestination {
        switch self {
        case .tierChange: .tierChanges
        case .churnRisk: .churnRisk
        }
    }

    fileprivate var kind: StaticString {
        switch self {
        case .tierChange: "tier-change"
        case .churnRisk: "churn-risk"
        }
    }

    fileprivate var eventType: StaticString {
        switch self {
        case .tierChange: "tierd.tier-change.v1"
        case .churnRisk: "tierd.churn-risk.v1"
        }
    }

    fileprivate var sequence: UInt32 {
        switch self {
        case .tierChange(let change): change.sequence
        case .churnRisk(let change): change.sequence
        }
    }

    fileprivate var effectiveAt: EventTime {
        switch self {
        case .tierChange(let change): change.effectiveAt
        case .churnRisk(let change): change.effectiveAt
        }
    }
}
