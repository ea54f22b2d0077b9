import Foundation
import Scoring
import Testing
import WireFormat

@Suite struct FreshnessEncodingTests {
    private static let watermark = EventTime(milliseconds: 1_772_359_509_007)

    private static func text(_ buffer: OutputBuffer, _ freshness: Freshness?) throws -> String {
        var encoded = EncodedOutputs()
        var encoder = OutputEncoderTests().encoder
        encoder.encode(buffer.outputs[0], in: buffer, freshness: freshness, into: &encoded)
        return encoded.string(try #require(encoded.records.first).value)
    }

    @Test func `a decision says the watermark and the lag before what follows from the policy`() throws {
        let freshness = Freshness(watermark: Self.watermark, wallClock: Self.watermark + TimeSpan(milliseconds: 1_250))
        let said = #""freshness":{"watermark":"2026-03-01T10:05:09.007Z","lag_ms":1250}"#
        let tests = OutputEncoderTests()
        #expect(try Self.text(tests.tierChange(), freshness).contains(#""progress":null,"# + said + #","benefits":"#))
        #expect(try Self.text(tests.churnRisk(), freshness).contains("}," + said + #","actions":"#))
    }

    @Test func `a host's clock that is behind the events is no lag`() throws {
        for ahead in [0, 1, 300_000] as [Int64] {
            let wallClock = Self.watermark + TimeSpan(milliseconds: -ahead)
            #expect(Freshness(watermark: Self.watermark, wallClock: wallClock).lagMilliseconds == 0)
        }
    }

    @Test func `without a host's clock the lag is null, and what is not known is not said`() throws {
        let buffer = OutputEncoderTests().tierChange()
        let freshness = Freshness(watermark: Self.watermark, wallClock: nil)
        #expect(try Self.text(buffer, freshness).contains(#","lag_ms":null},"#))
        #expect(try !Self.text(buffer, nil).contains("freshness"))
    }
}
