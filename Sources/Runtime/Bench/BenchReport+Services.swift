/// What a shard's customers and operators notice: snapshots, changes of policy, recovery, latency.
extension BenchReport {
    /// For people.
    var serviceLines: [String] { lines(snapshot) + lines(retiering) + lines(recovery) }

    private func lines(_ snapshot: SnapshotFigures) -> [String] {
        let megabytes = Double(snapshot.bytes) / 1e6
        let each = Double(snapshot.bytes) / Double(max(snapshot.customers, 1))
        let pauses = [snapshot.quietBatches, snapshot.busyBatches].map { Self.milliseconds($0, 0.99) }
        return [
            "(e) snapshot of \(snapshot.customers) customers: \(Self.decimal(megabytes)) MB, \(Self.decimal(each)) bytes each",
            "    written in \(Self.decimal(snapshot.writing, 2)) s (\(Self.decimal(megabytes / snapshot.writing)) MB/s) beside live batches, "
                + "loaded in \(Self.decimal(snapshot.loading.wall, 2)) s (\(Self.decimal(snapshot.loading.cpu, 2)) s of processor time)",
            "    99th percentile of a batch of 1000 events: \(pauses[0]) without, \(pauses[1]) while it is taken",
        ]
    }

    private func lines(_ retiering: RetieringFigures) -> [String] {
        func latencies(_ seconds: [Double]) -> String {
            "\(Self.milliseconds(seconds, 0.5)) and \(Self.milliseconds(seconds, 0.99))"
        }
        let kept = Self.decimal(retiering.rate / Double(max(retiering.statedRate, 1)), 3)
        return [
            "(f) another policy for \(retiering.customers) customers of a shard, each looked at twice, \(retiering.liveRate) live events/s",
            "    \(Int(retiering.rate)) a second, \(kept) of the stated \(retiering.statedRate), in \(Self.decimal(retiering.seconds)) s; "
                + "\(retiering.changes) told, each once",
            "    the switch itself held the shard up for \(Self.milliseconds([retiering.activationSeconds], 0))",
            "    live events, from arrival to encoded output, median and 99th percentile: \(latencies(retiering.quiet)) before, "
                + "\(latencies(retiering.busy)) meanwhile",
        ]
    }

    private func lines(_ recovery: RecoveryFigures) -> [String] {
        let (ready, restoring) = (Self.decimal(recovery.ready.wall, 2), Self.decimal(recovery.restoring, 2))
        let times = (
            Self.decimal(recovery.replayRate / Double(max(recovery.liveRate, 1))),
            Self.decimal(recovery.replayRate / recovery.liveFullRate, 2)
        )
        return [
            "(g) after kill -9, \(recovery.customers) customers and \(recovery.events) events in \(recovery.batches) batches to replay: ready in \(ready) s",
            "    snapshot \(restoring) s, replay \(Self.decimal(recovery.replaying, 2)) s: \(Int(recovery.replayRate)) events/s, "
                + "\(times.0) times the live rate of \(recovery.liveRate)/s,",
            "    \(times.1) times what the shard did live at its fastest (\(Int(recovery.liveFullRate)) events/s); "
                + "topics in memory, without a broker's own time",
        ]
    }

    /// Beside the broker's other figures.
    func lines(_ latency: LatencyFigures) -> [String] {
        [
            "    end to end at \(latency.eventsPerSecond) events/s: median \(Self.milliseconds(latency.latencies, 0.5)), "
                + "99th percentile \(Self.milliseconds(latency.latencies, 0.99)),",
            "    from producing an event to a committed reader having its change; \(latency.latencies.count) changes in \(latency.seconds) s",
        ]
    }

    private static func milliseconds(_ seconds: [Double], _ share: Double) -> String {
        "\(decimal(seconds.percentile(share) * 1000, 2)) ms"
    }
}

extension JSONText {
    mutating func write(_ snapshot: SnapshotFigures) {
        field("customers", snapshot.customers)
        field("bytes", snapshot.bytes)
        field("write_seconds", snapshot.writing)
        field("load_seconds", snapshot.loading.wall)
        field("load_cpu_seconds", snapshot.loading.cpu)
        field("batch_seconds_p99", snapshot.quietBatches.percentile(0.99))
        field("batch_seconds_p99_while_writing", snapshot.busyBatches.percentile(0.99))
    }

    mutating func write(_ retiering: RetieringFigures) {
        field("customers", retiering.customers)
        field("stated_per_second", retiering.statedRate)
        field("looked_at_per_second", retiering.rate)
        field("seconds", retiering.seconds)
        field("activation_seconds", retiering.activationSeconds)
        field("customers_told_once", retiering.changes)
        field("live_events_per_second", retiering.liveRate)
        field("live_seconds_p50", retiering.quiet.percentile(0.5))
        field("live_seconds_p99", retiering.quiet.percentile(0.99))
        field("live_seconds_p50_meanwhile", retiering.busy.percentile(0.5))
        field("live_seconds_p99_meanwhile", retiering.busy.percentile(0.99))
    }

    mutating func write(_ recovery: RecoveryFigures) {
        field("customers", recovery.customers)
        field("events", recovery.events)
        field("batches", recovery.batches)
        field("ready_seconds", recovery.ready.wall)
        field("ready_cpu_seconds", recovery.ready.cpu)
        field("restore_seconds", recovery.restoring)
        field("replay_events_per_second", recovery.replayRate)
        field("live_events_per_second", recovery.liveRate)
        field("live_events_per_second_at_most", recovery.liveFullRate)
    }

    mutating func write(_ latency: LatencyFigures) {
        field("events_per_second", latency.eventsPerSecond)
        field("changes", latency.latencies.count)
        field("seconds_p50", latency.latencies.percentile(0.5))
        field("seconds_p99", latency.latencies.percentile(0.99))
    }
}
