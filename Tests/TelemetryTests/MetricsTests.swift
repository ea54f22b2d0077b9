import Telemetry
import Testing

struct MetricsTests {
    private let metrics = Metrics(
        labels: Metrics.Labels(
            inputTopics: ["orders", "browse"], outputTopics: ["tier-changes"],
            rejectReasons: ["too_late", "malformed"]),
        version: "1.2.3", startSeconds: 1_700_000_000.5)

    @Test func `every metric but the shards' own is there from the start, in the listed order`() {
        let shardOnly: Set<String> = ["partition", "hash", "channel", "direction", "shadow"]
        let expected = Metric.all.filter { shardOnly.isDisjoint(with: $0.labels) }
            .map { "# TYPE \($0.name) \($0.kind.rawValue)" }
        #expect(lines(of: "# TYPE") == expected)
    }

    @Test func `a counter is written as the format demands`() {
        metrics.addShard(partition: 0).inputs[1].topic.records.add(12)
        #expect(
            metrics.text.hasPrefix(
                """
                # HELP tierd_records_total Records read from an input topic. Unit: records.
                # TYPE tierd_records_total counter
                tierd_records_total{topic="orders"} 0
                tierd_records_total{topic="browse"} 12
                # HELP\u{20}
                """))
    }

    @Test func `a histogram is written as the format demands`() {
        for records in [1, 2, 30, 31, 50_000] { metrics.totals.batchRecords.observe(records) }
        let written = lines(of: "tierd_batch_records").joined(separator: "\n")
        #expect(
            written == """
                tierd_batch_records_bucket{le="1"} 1
                tierd_batch_records_bucket{le="3"} 2
                tierd_batch_records_bucket{le="10"} 2
                tierd_batch_records_bucket{le="30"} 3
                tierd_batch_records_bucket{le="100"} 4
                tierd_batch_records_bucket{le="300"} 4
                tierd_batch_records_bucket{le="1000"} 4
                tierd_batch_records_bucket{le="3000"} 4
                tierd_batch_records_bucket{le="10000"} 4
                tierd_batch_records_bucket{le="30000"} 4
                tierd_batch_records_bucket{le="+Inf"} 5
                tierd_batch_records_sum 50064
                tierd_batch_records_count 5
                """)
    }

    @Test func `a shard's gauges are written as the format demands`() {
        let shard = metrics.addShard(partition: 7)
        shard.phase.set(.restoring)
        shard.clockSeconds.set(1_700_000_000.25)
        shard.stateBytes.set(3_000_000_000)
        expectLines([
            "# HELP tierd_shard_state 1 for the phase a shard is in, 0 for the others.",
            "# TYPE tierd_shard_state gauge",
            #"tierd_shard_state{partition="7",state="restoring"} 1"#,
            "# HELP tierd_shard_clock_seconds A shard's clock: event time since the epoch. Unit: seconds.",
            #"tierd_shard_clock_seconds{partition="7"} 1700000000.25"#,
            #"tierd_state_bytes{partition="7"} 3000000000"#,
            "tierd_process_start_time_seconds 1700000000.5",
            #"tierd_build_info{version="1.2.3"} 1"#,
        ])
        #expect(metrics.text.hasSuffix("\n") && !metrics.text.contains("\n\n"))
    }

    @Test func `channels of all shards are added up, the smallest of too many as one`() {
        func channel(_ name: String, _ customers: Int, _ spend: Double = 1) -> ChannelQuality {
            ChannelQuality(name: name, customers: customers, buyers: 1, repeatBuyers: 0, spend: spend)
        }
        metrics.addShard(partition: 0).channels.set([channel("ads", 5, 2.5), channel("(other)", 1)])
        metrics.addShard(partition: 1).channels.set([channel("ads", 6)] + (0..<20).map { channel("c-\($0 + 10)", 2) })
        expectLines([
            #"tierd_acquisition_customers{channel="ads"} 11"#, #"tierd_acquisition_customers{channel="c-10"} 2"#,
            #"tierd_acquisition_customers{channel="(other)"} 3"#, #"tierd_acquisition_buyers{channel="ads"} 2"#,
            #"tierd_acquisition_repeat_buyers{channel="ads"} 0"#, #"tierd_acquisition_spend{channel="ads"} 3.5"#,
        ])
        #expect(lines(of: "tierd_acquisition_customers").count == 21)
    }

    @Test func `a batch appears in the totals of all shards`() {
        for partition: Int32 in [0, 1] {
            let shard = metrics.addShard(partition: partition)
            shard.inputs[0].topic.records.add(10)
            shard.inputs[0].topic.recordBytes.add(2_000)
            shard.inputs[0].topic.eventsApplied.add(9)
            shard.inputs[0].topic.rejects[1].add()
            shard.outputs[0].add(3)
            shard.totals.batches.add()
            shard.totals.inDoubt.add()
        }
        expectLines([
            #"tierd_records_total{topic="orders"} 20"#,
            #"tierd_records_total{topic="browse"} 0"#,
            #"tierd_record_bytes_total{topic="orders"} 4000"#,
            #"tierd_events_applied_total{topic="orders"} 18"#,
            #"tierd_rejects_total{topic="orders",reason="too_late"} 0"#,
            #"tierd_rejects_total{topic="orders",reason="malformed"} 2"#,
            #"tierd_outputs_total{topic="tier-changes"} 6"#,
            "tierd_batches_total 2",
            #"tierd_transactions_total{outcome="in_doubt"} 2"#,
            "tierd_assigned_shards 2",
        ])
    }

    @Test func `a shard is in exactly one phase`() {
        let shard = metrics.addShard(partition: 4)
        #expect(phaseLines == ["fencing 1", "restoring 0", "live 0", "stopped 0"])
        shard.phase.set(.live)
        #expect(phaseLines == ["fencing 0", "restoring 0", "live 1", "stopped 0"])
    }

    @Test func `an unknown gauge is left out rather than shown as zero`() {
        let shard = metrics.addShard(partition: 0)
        #expect(!metrics.text.contains("tierd_consumer_lag_records"))
        shard.inputs[1].lagRecords.set(0)
        expectLines([#"tierd_consumer_lag_records{topic="browse",partition="0"} 0"#])
        #expect(!metrics.text.contains(#"tierd_consumer_lag_records{topic="orders""#))
    }

    @Test func `shards are shown in the order of their numbers`() {
        for partition: Int32 in [10, 2, 0] { metrics.addShard(partition: partition).customers.set(Int(partition)) }
        #expect(
            lines(of: "tierd_customers{") == [
                #"tierd_customers{partition="0"} 0"#, #"tierd_customers{partition="2"} 2"#,
                #"tierd_customers{partition="10"} 10"#,
            ])
    }

    @Test func `a revoked shard takes its gauges with it and leaves the totals`() {
        let kept = metrics.addShard(partition: 1)
        let revoked = metrics.addShard(partition: 2)
        for shard in [kept, revoked] {
            shard.customers.set(5)
            shard.inputs[0].lagSeconds.set(1.25)
            shard.totals.batches.add()
        }
        metrics.removeShard(revoked)
        #expect(!metrics.text.contains(#"partition="2""#))
        expectLines([
            #"tierd_customers{partition="1"} 5"#,
            #"tierd_consumer_lag_seconds{topic="orders",partition="1"} 1.25"#,
            "tierd_assigned_shards 1", "tierd_batches_total 2",
        ])
    }

    @Test func `removing a shard that was assigned anew keeps the new one`() {
        let old = metrics.addShard(partition: 3)
        let new = metrics.addShard(partition: 3)
        new.customers.set(8)
        metrics.removeShard(old)
        #expect(lines(of: "tierd_customers{") == [#"tierd_customers{partition="3"} 8"#])
    }

    @Test func `label values are escaped`() {
        let metrics = Metrics(
            labels: Metrics.Labels(inputTopics: ["a\"b\\c\nd"], outputTopics: [], rejectReasons: []), version: "",
            startSeconds: 0)
        #expect(metrics.text.contains(#"tierd_records_total{topic="a\"b\\c\nd"} 0"# + "\n"))
    }

    private func lines(of prefix: String) -> [String] {
        metrics.text.split(separator: "\n").filter { $0.hasPrefix(prefix) }.map(String.init)
    }

    /// `state value` of each phase line.
    private var phaseLines: [String] {
        lines(of: "tierd_shard_state{").map { line in
            line.replacing(#"tierd_shard_state{partition="4",state=""#, with: "").replacing(#""}"#, with: "")
        }
    }

    private func expectLines(_ expected: [String], sourceLocation: SourceLocation = #_sourceLocation) {
        let lines = metrics.text.split(separator: "\n").map(String.init)
        for line in expected { #expect(lines.contains(line), "\(line)", sourceLocation: sourceLocation) }
    }
}
