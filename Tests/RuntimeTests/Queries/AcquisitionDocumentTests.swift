import Foundation
import Runtime
import Scoring
import ShardEngine
import Testing

struct AcquisitionDocumentTests {
    private func status(_ shard: Int32, customers: Int?) -> ShardStatus {
        var status = ShardStatus(shard: shard)
        guard let customers else { return status }
        var channel = AcquisitionChannel(name: Array("广告".utf8))
        (channel.customers, channel.buyers, channel.repeatBuyers) = (customers, 2, 1)
        channel.spend = Money(minorUnits: 12_345)
        status.acquisition = .init(
            channels: [channel], asOf: EventTime(milliseconds: 1_768_900_000_000 + Int64(shard) * 1_000))
        return status
    }

    private func shown(_ shards: [ShardStatus]) throws -> [String: Any] {
        let policy = try PolicyFile.parse(text: SamplePolicy.shortest, file: "f")
        let json = try AcquisitionDocument(shards, policy).json()
        return try #require(try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
    }

    @Test func `channels are added up over the shards, with the rates that follow`() throws {
        let shown = try shown([status(0, customers: 6), status(1, customers: 4)])
        #expect(shown["as_of"] as? String == "2026-01-20T09:06:40.000Z" && shown["complete"] as? Bool == true)
        #expect(shown["currency"] as? String == "USD")
        let channel = try #require((shown["channels"] as? [[String: Any]])?.first)
        #expect(channel["channel"] as? String == "广告" && channel["customers"] as? Int == 10)
        #expect(channel["buyers"] as? Int == 4 && channel["repeat_buyers"] as? Int == 2)
        #expect(channel["conversion_rate"] as? Double == 0.4 && channel["repeat_rate"] as? Double == 0.5)
        #expect(channel["spend"] as? Double == 246.9 && channel["spend_per_customer"] as? Double == 24.69)
    }

    @Test func `a shard that has not been counted makes it incomplete`() throws {
        #expect(try shown([status(0, customers: 6), status(1, customers: nil)])["complete"] as? Bool == false)
        let nothing = try shown([])
        #expect(nothing["complete"] as? Bool == false && (nothing["channels"] as? [Any])?.isEmpty == true)
    }
}
