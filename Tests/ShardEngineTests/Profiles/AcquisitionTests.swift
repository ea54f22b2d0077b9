import Scoring
import ShardEngine
import TestSupport
import Testing

@Suite struct AcquisitionTests {
    @Test func `channels are judged by the customers whom they brought first`() {
        var run = ProfileRun(Policies.profiled())
        run.apply([
            .browse(Policies.start, "b-1", of: "ann") { $0.channel = "ads" },
            .browse(Policies.start, "b-2", of: "ben") { $0.channel = "ads" },
            .browse(Policies.start, "b-3", of: "cem"),
            .order(Policies.hours(1), "o-1", of: "ann") { ($0.channel, $0.total) = ("app", 4_000) },
            .order(Policies.days(2), "o-2", of: "ann") { ($0.channel, $0.total) = ("app", 6_000) },
            .order(Policies.days(3), "o-3", of: "dan") { ($0.channel, $0.total) = ("app", 1_000) },
        ])
        var (ads, app) = (AcquisitionChannel(name: Array("ads".utf8)), AcquisitionChannel(name: Array("app".utf8)))
        (ads.customers, ads.buyers, ads.repeatBuyers, ads.spend) = (2, 1, 1, Money(minorUnits: 10_000))
        (app.customers, app.buyers, app.repeatBuyers, app.spend) = (1, 1, 0, Money(minorUnits: 1_000))
        let channels = run.engine.acquisitionChannels()
        #expect(channels == [ads, app])
    }

    @Test func `without profiles there are no channels`() {
        var run = ProfileRun(Policies.spend())
        run.apply([.browse(Policies.start, "b-1") { $0.channel = "ads" }])
        let channels = run.engine.acquisitionChannels()
        #expect(channels == [])
    }

    @Test func `portions count what one pass counts, and an attribute says the channel better than events`() {
        var run = EngineRun(Policies.profiled())
        for number in 0..<25 {
            run.apply([.order(Policies.days(Double(number)), "c-\(number % 10)", "o-\(number)", .completed, 1_000)])
        }
        for number in 0..<10 {
            let channel = number < 4 ? "ads" : "shop"
            run.apply([.command(Policies.days(30), "c-\(number)", "k-\(number)", .set("acquisition_channel", channel))])
        }
        var survey = AcquisitionSurvey()
        var portions = 1
        while !run.engine.survey(&survey, atMost: 3) { portions += 1 }
        let whole = run.engine.acquisitionChannels()
        #expect(survey.channels == whole && portions == 4)
        #expect(whole.map { String(decoding: $0.name, as: UTF8.self) } == ["ads", "shop"])
        #expect(whole.map(\.customers) == [4, 6] && whole.map(\.buyers) == [4, 6])
        #expect(whole.map(\.repeatBuyers) == [4, 6] && whole.map(\.spend.minorUnits) == [12_000, 13_000])
    }

    @Test func `shards are added up by name, and of too many channels the smallest become one`() {
        func channel(_ name: String, _ customers: Int) -> AcquisitionChannel {
            var channel = AcquisitionChannel(name: Array(name.utf8))
            (channel.customers, channel.buyers, channel.spend) = (customers, 1, Money(minorUnits: 100))
            return channel
        }
        let all = [channel("b", 5), channel("a", 1), channel("b", 2), channel("c", 3), channel("(other)", 1)]
        let summed = AcquisitionChannel.summed(all, atMost: 3)
        #expect(summed.map { String(decoding: $0.name, as: UTF8.self) } == ["(other)", "b", "c"])
        #expect(summed.map(\.customers) == [2, 7, 3] && summed.map(\.buyers) == [2, 2, 1])
        #expect(AcquisitionChannel.summed(all, atMost: 10).map(\.customers) == [1, 1, 7, 3])
    }
}
