import Scoring

/// Turns a shadow policy's tier changes into records: as tier changes are, and with the tier that the customer holds live.
///
/// schemas/outputs/tier-change-shadow.schema.json
package struct ShadowEncoder: Sendable {
    private let writer: OutputWriter
    private let headers: FixedHeaders
    private let text: ContiguousArray<UInt8>
    /// `,"live_tier":…` by live tier, and of a customer without one.
    private let liveTiers: [TextSpan]
    private let noLiveTier: TextSpan
    /// `,"live_policy":{…},"run":…`
    private let run: TextSpan

    /// `encoder` is the shadow policy's. The records of one run have a source of their own below `source`, so that their
    /// ids are no other run's.
    package init(_ encoder: OutputEncoder, live: Policy, source: String, run: String) {
        var text = ContiguousArray<UInt8>()
        func fragment(_ write: (inout ByteWriter) -> Void) -> TextSpan {
            let start = text.count
            text.append(writing: write)
            return TextSpan(offset: start, length: text.count - start)
        }
        liveTiers = live.tiers.map { tier in
            fragment { writer in
                writer.append(literal: ",\"live_tier\":")
                writer.append(jsonString: tier.name)
            }
        }
        noLiveTier = fragment { $0.append(literal: ",\"live_tier\":null") }
        self.run = fragment { writer in
            writer.append(literal: ",\"live_policy\":{\"name\":")
            writer.append(jsonString: live.name)
            writer.append(literal: ",\"version\":")
            writer.append(decimal: Int64(live.version))
            writer.append(literal: ",\"hash\":")
            writer.append(jsonString: live.hash)
            writer.append(literal: "},\"run\":")
            writer.append(jsonString: run)
        }
        self.text = text
        writer = encoder.writer
        headers = FixedHeaders(type: "tierd.tier-change-shadow.v1", source: "\(source)/shadow/\(run)", run: run)
    }

    /// Appends the record of `change`, whose texts and evidence are in `buffer`. `liveTier` is an index into the live
    /// policy's tiers.
    package func encode(
        _ change: TierChange, liveTier: Int?, in buffer: OutputBuffer, into encoded: inout EncodedOutputs
    ) {
        encoded.append(
            to: .tierChanges, kind: "tier-change-shadow:", customer: change.customer, sequence: change.sequence, buffer,
            headers
        ) { bytes in
            let time = writer.writeDecision(change, buffer, &bytes)
            bytes.append(liveTier.map { liveTiers[$0] } ?? noLiveTier, of: text)
            bytes.append(run, of: text)
            writer.writeClosing(of: change, &bytes)
            return time
        }
    }
}
