import Foundation
import Scoring
import Testing
import WireFormat

/// What a shadow policy says, beside what the live one holds.
@Suite struct ShadowEncodingTests {
    private static let run = "3-17-1772359509000"

    /// The live policy: two tiers of other names than the shadow's.
    private static var live: Policy {
        var policy = OutputEncoderTests.policy
        policy.version = 2
        policy.hash = String(repeating: "cd", count: 32)
        policy.tiers[1].name = "pla\"tinum"
        return policy
    }

    private static func encode(liveTier: Int?) throws -> (text: String, headers: [String: String]) {
        let tests = OutputEncoderTests()
        let encoder = ShadowEncoder(tests.encoder, live: live, source: "/shop/tierd", run: run)
        let buffer = tests.tierChange(fraction: 0.75)
        var encoded = EncodedOutputs()
        for case .tierChange(let change) in buffer.outputs {
            encoder.encode(change, liveTier: liveTier, in: buffer, into: &encoded)
        }
        let record = try #require(encoded.records.first)
        let headers = encoded.headers[record.headers].map { ("\($0.name)", encoded.string($0.value)) }
        return (encoded.string(record.value), Dictionary(headers) { $1 })
    }

    @Test func `a record is the tier change with the live tier, the live policy and the run`() throws {
        let tests = OutputEncoderTests()
        let change = try #require(try tests.encode(tests.tierChange(fraction: 0.75)).first).text
        let added = """
            ,"live_tier":"pla\\"tinum","live_policy":{"name":"retail","version":2,"hash":"\
            \(String(repeating: "cd", count: 32))"},"run":"\(Self.run)"
            """
        let cut = try #require(change.range(of: #","benefits":"#))
        let expected = change[..<cut.lowerBound] + added + change[cut.lowerBound...]
        #expect(try Self.encode(liveTier: 1).text == expected)
    }

    @Test func `a customer whom the live policy does not know has no live tier`() throws {
        let text = try Self.encode(liveTier: nil).text
        let json = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(json["live_tier"] is NSNull)
        #expect(try Self.encode(liveTier: 0).text.contains(#""live_tier":"standard""#))
    }

    @Test func `its id and source are no other run's, and a header names the run`() throws {
        let headers = try Self.encode(liveTier: 1).headers
        #expect(headers["ce_type"] == "tierd.tier-change-shadow.v1")
        #expect(headers["ce_id"] == "tier-change-shadow:c-1:12" && headers["tierd_sequence"] == "12")
        #expect(headers["ce_source"] == "/shop/tierd/shadow/\(Self.run)")
        #expect(headers["tierd_shadow_run"] == Self.run && headers["ce_subject"] == "c-1")
    }

    @Test func `a live record names no run`() throws {
        let record = try #require(try OutputEncoderTests().encode(OutputEncoderTests().tierChange()).first)
        #expect(record.header("tierd_shadow_run") == nil)
    }
}
