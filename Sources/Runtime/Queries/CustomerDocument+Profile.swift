import Scoring
import ShardEngine
import WireFormat

extension CustomerDocument {
    /// UTF-8 JSON of a customer with the profile as it would be published now, in the words of its topic, behind the rest.
    package static func json(_ report: CustomerReport, _ policy: Policy) throws -> [UInt8] {
        let document = try CustomerDocument(report, policy).json()
        guard let profile = report.profile else { return document }
        var encoder = OutputEncoder(policy: policy, source: "/tierd") { $0.defaultTopic }
        var encoded = EncodedOutputs()
        for output in profile.outputs { encoder.encode(output, in: profile, into: &encoded) }
        guard let value = encoded.records.first?.value, document.last == UInt8(ascii: "}") else { return document }
        return document.dropLast() + Array(",\"profile\":".utf8) + encoded.bytes[value.range] + [UInt8(ascii: "}")]
    }
}
