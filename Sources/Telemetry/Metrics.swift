import Synchronization

/// The process's metrics: named here once, updated per batch from any thread, never labelled by customer.
package final class Metrics: Sendable {
    package let labels: Labels
    package let totals = TotalMetrics()
    package let rebalances = Counter()

    let topics: [TopicMetrics]
    let outputs: [Counter]
    let version: String
    let startSeconds: Double
    /// In the order of partition. Held for a few instructions, at assignment and while the text is written.
    private let shards = Mutex<[ShardMetrics]>([])

    /// Every value a label can take, apart from the number of the partition.
    package struct Labels: Sendable {
        package var inputTopics: [String]
        package var outputTopics: [String]
        package var rejectReasons: [String]

        package init(inputTopics: [String], outputTopics: [String], rejectReasons: [String]) {
            self.inputTopics = inputTopics
            self.outputTopics = outputTopics
            self.rejectReasons = rejectReasons
        }
    }

    /// `startSeconds` is when the process started, in seconds since the epoch.
    package init(labels: Labels, version: String, startSeconds: Double) {
        self.labels = labels
        self.version = version
        self.startSeconds = startSeconds
        topics = labels.inputTopics.map { topic in
            TopicMetrics(name: topic, rejects: labels.rejectReasons.map { _ in Counter() })
        }
        outputs = labels.outputTopics.map { _ in Counter() }
    }

    /// Starts showing a shard, in place of an earlier one of the same partition.
    package func addShard(partition: Int32) -> ShardMetrics {
        let shard = ShardMetrics(
            partition: partition, inputs: topics.map { InputMetrics(topic: $0) }, outputs: outputs, totals: totals)
        shards.withLock { shards in
            shards.removeAll { $0.partition == partition }
            shards.insert(shard, at: shards.firstIndex { $0.partition > partition } ?? shards.endIndex)
        }
        return shard
    }

    /// Stops showing `shard`; a newer one of the same partition stays.
    package func removeShard(_ shard: ShardMetrics) {
        shards.withLock { shards in shards.removeAll { $0.phase === shard.phase } }
    }

    var assignedShards: [ShardMetrics] { shards.withLock { $0 } }
}

// MARK: - Buckets

extension Metrics {
    /// Records; from a lone record to the largest batch.
    static let recordBounds: [Double] = [1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000]

    /// Seconds; a commit to a broker near by takes a few milliseconds, a transaction in trouble up to a minute.
    static let secondBounds: [Double] = [
        0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]
}

// MARK: - Names

extension Metric {
    static let records = Metric(
        "tierd_records_total", .counter, .records, "Records read from an input topic.", labels: ["topic"])
    static let recordBytes = Metric(
        "tierd_record_bytes_total", .counter, .bytes, "Keys and values of the records read.", labels: ["topic"])
    static let eventsApplied = Metric(
        "tierd_events_applied_total", .counter, .events, "Valid events that reached a customer's state.",
        labels: ["topic"])
    static let rejects = Metric(
        "tierd_rejects_total", .counter, .records, "Records that were not scored, and why.",
        labels: ["topic", "reason"])
    static let deadLetters = Metric(
        "tierd_dead_letters_total", .counter, .records, "Rejected records written to the dead-letter topic.")
    static let deadLettersSuppressed = Metric(
        "tierd_dead_letters_suppressed_total", .counter, .records,
        "Rejected records that were only counted, because dead letters were at their rate limit.")
    static let outputs = Metric(
        "tierd_outputs_total", .counter, .outputs, "Events written to an output topic.", labels: ["topic"])
    static let deadlinesFired = Metric(
        "tierd_deadlines_fired_total", .counter, .deadlines,
        "Moments at which a customer's standing was decided again because time had passed.")
    static let batches = Metric("tierd_batches_total", .counter, .batches, "Batches applied.")
    static let batchRecords = Metric(
        "tierd_batch_records", .histogram, .records, "Input records in one batch.")
    static let batchSeconds = Metric(
        "tierd_batch_seconds", .histogram, .seconds, "Time to decode, score and encode one batch.")
    static let commitSeconds = Metric(
        "tierd_commit_seconds", .histogram, .seconds, "Time from the call that commits a transaction to its answer.")
    static let transactions = Metric(
        "tierd_transactions_total", .counter, .transactions,
        "Transactions by outcome; one in doubt is settled by reading the journal.", labels: ["outcome"])
    static let producerErrors = Metric(
        "tierd_producer_errors_total", .counter, .errors, "Errors of transactional producers, recovered or not.")
    static let replayedBatches = Metric(
        "tierd_replayed_batches_total", .counter, .batches, "Journalled batches applied again while restoring.")
    static let offsetDisagreements = Metric(
        "tierd_offset_disagreements_total", .counter, .partitions,
        "Input partitions whose group offset was not the journal's at take-over; the journal decides.")
    static let snapshots = Metric(
        "tierd_snapshots_total", .counter, .snapshots, "Snapshots by outcome; skipped: found damaged or foreign.",
        labels: ["outcome"])
    static let snapshotTime = Metric(
        "tierd_snapshot_time_seconds", .gauge, .seconds,
        "When a shard's newest snapshot was published, since the epoch.",
        labels: ["partition"])
    static let snapshotBytes = Metric(
        "tierd_snapshot_bytes", .gauge, .bytes, "Size of a shard's newest snapshot.", labels: ["partition"])
    static let policyInfo = Metric(
        "tierd_policy_info", .gauge, .shards, "Shards of this process that decide by this policy.",
        labels: ["name", "version", "hash"])
    static let policyActivations = Metric(
        "tierd_policy_activations_total", .counter, .activations,
        "Changes of policy; activated: a shard took one up, refused: the policy file was not valid.",
        labels: ["outcome"])
    static let retierRemaining = Metric(
        "tierd_retier_remaining", .gauge, .customers,
        "Customers whom a re-tiering has still to look at; each is looked at twice, for rises and for the rest.",
        labels: ["partition"])
    static let channelCustomers = Metric(
        "tierd_acquisition_customers", .gauge, .customers,
        "Customers whom a channel brought to the shards of this process; the largest channels, the rest as (other).",
        labels: ["channel"])
    static let channelBuyers = Metric(
        "tierd_acquisition_buyers", .gauge, .customers, "Those of them with an order that counts.", labels: ["channel"])
    static let channelRepeatBuyers = Metric(
        "tierd_acquisition_repeat_buyers", .gauge, .customers, "Those of them with orders on two days or more.",
        labels: ["channel"])
    static let channelSpend = Metric(
        "tierd_acquisition_spend", .gauge, .currency, "What they have spent, in the policy's currency.",
        labels: ["channel"])
    static let rebalances = Metric(
        "tierd_rebalances_total", .counter, .rebalances, "Assignments and revocations seen by this process.")
    static let assignedShards = Metric(
        "tierd_assigned_shards", .gauge, .shards, "Shards that this process owns, whatever their phase.")
    static let shardPhase = Metric(
        "tierd_shard_state", .gauge, nil, "1 for the phase a shard is in, 0 for the others.",
        labels: ["partition", "state"])
    static let shardClock = Metric(
        "tierd_shard_clock_seconds", .gauge, .seconds, "A shard's clock: event time since the epoch.",
        labels: ["partition"])
    static let customers = Metric(
        "tierd_customers", .gauge, .customers, "Customers with state in a shard.", labels: ["partition"])
    static let stateBytes = Metric(
        "tierd_state_bytes", .gauge, .bytes, "Memory that a shard's state occupies.", labels: ["partition"])
    static let commitWaiting = Metric(
        "tierd_commit_waiting_seconds", .gauge, .seconds,
        "For how long the transaction under way has tried to be committed; 0 when none is.", labels: ["partition"])
    static let lagRecords = Metric(
        "tierd_consumer_lag_records", .gauge, .records, "Records on the broker that are not applied yet.",
        labels: ["topic", "partition"])
    static let lagSeconds = Metric(
        "tierd_consumer_lag_seconds", .gauge, .seconds,
        "Age of the oldest record here that is not applied, or how long applied ones wait to be committed; 0 without any.",
        labels: ["topic", "partition"])
    static let processStart = Metric(
        "tierd_process_start_time_seconds", .gauge, .seconds, "When the process started, since the epoch.")
    static let buildInfo = Metric(
        "tierd_build_info", .gauge, nil, "Always 1; the label says which version runs.", labels: ["version"])

    /// In the order of the text.
    package static let all: [Metric] = [
        records, recordBytes, eventsApplied, rejects, deadLetters, deadLettersSuppressed, outputs, deadlinesFired,
        batches, batchRecords, batchSeconds, commitSeconds, transactions, producerErrors, replayedBatches,
        offsetDisagreements, snapshots, policyActivations, shadowRuns, shadowRefusals, rebalances, assignedShards,
        shardPhase, shardClock, commitWaiting, customers, stateBytes,
        snapshotTime, snapshotBytes, policyInfo, retierRemaining,
        shadowInfo, shadowRemaining, shadowCustomers, shadowStandings, shadowBytes, channelCustomers, channelBuyers,
        channelRepeatBuyers, channelSpend, lagRecords, lagSeconds, processStart, buildInfo,
    ]
}
