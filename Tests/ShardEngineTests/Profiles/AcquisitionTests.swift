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
}
