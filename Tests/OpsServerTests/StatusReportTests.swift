import OpsServer
import Telemetry
import Testing

struct StatusReportTests {
    @Test func `the same report is always the same bytes`() throws {
        let report = StatusReport(
            application: "shop/eu", version: "1.2.3", policy: "retail v3", ready: false, reasons: ["shard 1 stopped"],
            shards: [
                .init(partition: 0, state: .live, sequence: 41),
                .init(partition: 1, state: .stopped, detail: "a batch is missing"),
            ])
        #expect(
            String(decoding: try report.json(), as: UTF8.self)
                == #"{"application":"shop/eu","policy":"retail v3","ready":false,"reasons":["shard 1 stopped"],"#
                + #""shards":[{"partition":0,"sequence":41,"state":"live"},"#
                + #"{"detail":"a batch is missing","partition":1,"state":"stopped"}],"version":"1.2.3"}"#)
    }

    @Test func `a shard tells of the policy that is tried beside the live one`() throws {
        var shadow = ShadowFigures(run: "0-17-1772359509000", name: "next", version: 2, hash: "ab")
        shadow.retierRemaining = 4
        shadow.customers = .init(higher: 3, lower: 1, same: 9)
        shadow.standings = [.init(live: "silver", shadow: "gold", customers: 3)]
        let report = StatusReport(
            application: "shop", version: "1", ready: true,
            shards: [.init(partition: 0, state: .live, shadow: shadow)])
        #expect(
            String(decoding: try report.json(), as: UTF8.self).contains(
                #""shadow":{"customers":{"higher":3,"lower":1,"same":9},"hash":"ab","name":"next","retier_remaining":4,"#
                    + #""run":"0-17-1772359509000","standings":[{"customers":3,"live":"silver","shadow":"gold"}],"version":2}"#
            ))
    }
}
