/// Everything that one shard's worker updates, looked up once when the shard is assigned. Totals are shared by all
/// shards; gauges are the shard's own and vanish with it.
package struct ShardMetrics: Sendable {
    package let partition: Int32
    /// In the order of `Metrics.Labels.inputTopics`.
    package let inputs: [InputMetrics]
    /// Outputs in committed or open transactions, in the order of `Metrics.Labels.outputTopics`.
    package let outputs: [Counter]
    package let totals: TotalMetrics

    package let phase = PhaseGauge()
    package let customers = Gauge()
    package let stateBytes = Gauge()
    package let commitWaiting = Gauge()
    /// Event time, seconds since the epoch.
    package let clockSeconds = Gauge()
    /// When the newest snapshot was published, seconds since the epoch, and its size.
    package let snapshotSeconds = Gauge()
    package let snapshotBytes = Gauge()
    /// Name, version and hash of the policy that decides.
    package let policy = InfoGauge()
    package let retierRemaining = Gauge()
    package let channels = ChannelGauge()
    package let shadow = ShadowGauge()
    package let shadowBytes = Gauge()
}

/// One input topic, seen from one shard.
package struct InputMetrics: Sendable {
    package let topic: TopicMetrics
    package let lagRecords = Gauge()
    package let lagSeconds = Gauge()
}

/// One input topic, all shards together.
package struct TopicMetrics: Sendable {
    package let name: String
    package let records = Counter()
    package let recordBytes = Counter()
    package let eventsApplied = Counter()
    /// In the order of `Metrics.Labels.rejectReasons`.
    package let rejects: [Counter]
}

/// What all shards count together.
package struct TotalMetrics: Sendable {
    package let deadLetters = Counter()
    package let deadLettersSuppressed = Counter()
    package let deadlinesFired = Counter()
    package let batches = Counter()
    package let batchRecords = Histogram(bounds: Metrics.recordBounds)
    package let batchSeconds = Histogram(bounds: Metrics.secondBounds)
    package let commitSeconds = Histogram(bounds: Metrics.secondBounds)
    package let committed = Counter()
    package let aborted = Counter()
    package let inDoubt = Counter()
    package let producerErrors = Counter()
    package let replayedBatches = Counter()
    package let offsetDisagreements = Counter()
    package let snapshots = Counter()
    package let snapshotFailures = Counter()
    package let snapshotsSkipped = Counter()
    package let policiesActivated = Counter()
    package let policiesRefused = Counter()
    package let shadowRuns = Counter()
    package let shadowsRefused = Counter()
}
