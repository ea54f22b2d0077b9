import Telemetry
import Testing

struct ShadowMetricsTests {
    private let metrics = Metrics(
        labels: Metrics.Labels(inputTopics: [], outputTopics: [], rejectReasons: []), version: "1", startSeconds: 0)

    private func lines(_ name: String) -> [String] {
        metrics.text.split(separator: "\n").map(String.init).filter { $0.hasPrefix(name) }
    }

    private func figures(_ higher: Int, _ standings: [ShadowFigures.Standing], hash: String = "ab") -> ShadowFigures {
        var figures = ShadowFigures(run: "0-1-2", name: "next", version: 2, hash: hash)
        figures.retierRemaining = 7
        figures.customers = .init(higher: higher, lower: 1, same: 2)
        figures.standings = standings
        return figures
    }

    @Test func `without a run there is no line of one`() {
        metrics.addShard(partition: 0).shadow.set(nil)
        #expect(lines("tierd_shadow_") == ["tierd_shadow_runs_total 0", "tierd_shadow_refusals_total 0"])
    }

    @Test func `customers are counted over all shards, progress by shard`() {
        metrics.addShard(partition: 0).shadow.set(
            figures(3, [.init(live: "silver", shadow: "gold", customers: 3)]))
        metrics.addShard(partition: 1).shadow.set(
            figures(
                5,
                [
                    .init(live: "base", shadow: "base", customers: 2),
                    .init(live: "silver", shadow: "gold", customers: 5),
                ]))
        #expect(
            lines("tierd_shadow_customers") == [
                #"tierd_shadow_customers{direction="higher"} 8"#, #"tierd_shadow_customers{direction="lower"} 2"#,
                #"tierd_shadow_customers{direction="same"} 4"#,
            ])
        #expect(
            lines("tierd_shadow_moves") == [
                #"tierd_shadow_moves{live="base",shadow="base"} 2"#,
                #"tierd_shadow_moves{live="silver",shadow="gold"} 8"#,
            ])
        #expect(lines("tierd_shadow_info") == [#"tierd_shadow_info{name="next",version="2",hash="ab"} 2"#])
        #expect(
            lines("tierd_shadow_retier_remaining") == [
                #"tierd_shadow_retier_remaining{partition="0"} 7"#, #"tierd_shadow_retier_remaining{partition="1"} 7"#,
            ])
    }

    @Test func `before the first comparison nobody is counted`() {
        metrics.addShard(partition: 0).shadow.set(ShadowFigures(run: "0-1-2", name: "next", version: 2, hash: "ab"))
        #expect(lines("tierd_shadow_customers").isEmpty && lines("tierd_shadow_info").count == 1)
    }
}
