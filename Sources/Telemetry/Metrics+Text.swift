extension Metrics {
    /// The Prometheus text format, version 0.0.4; the order of lines depends only on the labels and the shards.
    package var text: String {
        let shards = assignedShards
        var text = PrometheusText()
        addTopics(to: &text)
        addTotals(to: &text)
        text.add(.assignedShards, [.init([], Double(shards.count))])
        addShards(shards, to: &text)
        addChannels(of: shards, to: &text)
        addLag(of: shards, to: &text)
        text.add(.processStart, [.init([], startSeconds)])
        text.add(.buildInfo, [.init([version], 1)])
        return text.string
    }

    private func addTopics(to text: inout PrometheusText) {
        text.add(.records, topics.map { .init([$0.name], $0.records) })
        text.add(.recordBytes, topics.map { .init([$0.name], $0.recordBytes) })
        text.add(.eventsApplied, topics.map { .init([$0.name], $0.eventsApplied) })
        text.add(
            .rejects,
            topics.flatMap { topic in
                zip(labels.rejectReasons, topic.rejects).map { .init([topic.name, $0], $1) }
            })
    }

    private func addTotals(to text: inout PrometheusText) {
        text.add(.deadLetters, [.init([], totals.deadLetters)])
        text.add(.deadLettersSuppressed, [.init([], totals.deadLettersSuppressed)])
        text.add(.outputs, zip(labels.outputTopics, outputs).map { .init([$0], $1) })
        text.add(.deadlinesFired, [.init([], totals.deadlinesFired)])
        text.add(.batches, [.init([], totals.batches)])
        text.add(.batchRecords, totals.batchRecords)
        text.add(.batchSeconds, totals.batchSeconds)
        text.add(.commitSeconds, totals.commitSeconds)
        text.add(
            .transactions,
            [
                .init(["committed"], totals.committed), .init(["aborted"], totals.aborted),
                .init(["in_doubt"], totals.inDoubt),
            ])
        text.add(.producerErrors, [.init([], totals.producerErrors)])
        text.add(.replayedBatches, [.init([], totals.replayedBatches)])
        text.add(.offsetDisagreements, [.init([], totals.offsetDisagreements)])
        text.add(
            .snapshots,
            [
                .init(["published"], totals.snapshots), .init(["failed"], totals.snapshotFailures),
                .init(["skipped"], totals.snapshotsSkipped),
            ])
        text.add(
            .policyActivations,
            [.init(["activated"], totals.policiesActivated), .init(["refused"], totals.policiesRefused)])
        text.add(.shadowRuns, [.init([], totals.shadowRuns)])
        text.add(.shadowRefusals, [.init([], totals.shadowsRefused)])
        text.add(.rebalances, [.init([], rebalances)])
    }

    private func addShards(_ shards: [ShardMetrics], to text: inout PrometheusText) {
        text.add(.shardPhase, shards.flatMap(Self.phaseSamples))
        text.add(.shardClock, shards.compactMap { .init(["\($0.partition)"], $0.clockSeconds) })
        text.add(.commitWaiting, shards.compactMap { .init(["\($0.partition)"], $0.commitWaiting) })
        text.add(.customers, shards.compactMap { .init(["\($0.partition)"], $0.customers) })
        text.add(.stateBytes, shards.compactMap { .init(["\($0.partition)"], $0.stateBytes) })
        text.add(.snapshotTime, shards.compactMap { .init(["\($0.partition)"], $0.snapshotSeconds) })
        text.add(.snapshotBytes, shards.compactMap { .init(["\($0.partition)"], $0.snapshotBytes) })
        let policies = Dictionary(grouping: shards.compactMap(\.policy.values)) { $0 }
        // In the order of the labels, not of the dictionary.
        let ordered = policies.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        text.add(.policyInfo, ordered.map { .init($0.key, Double($0.value.count)) })
        text.add(.retierRemaining, shards.compactMap { .init(["\($0.partition)"], $0.retierRemaining) })
        addShadow(of: shards, to: &text)
    }

    private func addChannels(of shards: [ShardMetrics], to text: inout PrometheusText) {
        let channels = ChannelQuality.summed(shards.flatMap(\.channels.channels))
        text.add(.channelCustomers, channels.map { .init([$0.name], Double($0.customers)) })
        text.add(.channelBuyers, channels.map { .init([$0.name], Double($0.buyers)) })
        text.add(.channelRepeatBuyers, channels.map { .init([$0.name], Double($0.repeatBuyers)) })
        text.add(.channelSpend, channels.map { .init([$0.name], $0.spend) })
    }

    private func addLag(of shards: [ShardMetrics], to text: inout PrometheusText) {
        let inputs = shards.flatMap { shard in
            shard.inputs.map { (labels: [$0.topic.name, "\(shard.partition)"], input: $0) }
        }
        text.add(.lagRecords, inputs.compactMap { .init($0.labels, $0.input.lagRecords) })
        text.add(.lagSeconds, inputs.compactMap { .init($0.labels, $0.input.lagSeconds) })
    }
    /// One read of the phase, so that exactly one line says 1.
    private static func phaseSamples(_ shard: ShardMetrics) -> [PrometheusText.Sample] {
        let current = shard.phase.value
        return ShardPhase.allCases.map { phase in
            PrometheusText.Sample(["\(shard.partition)", phase.rawValue], phase == current ? 1 : 0)
        }
    }
}
