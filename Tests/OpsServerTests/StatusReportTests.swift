import OpsServer
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
}
