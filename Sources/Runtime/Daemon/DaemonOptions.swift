import Scoring
import ShardEngine
import Telemetry

/// Everything that a daemon needs to run, resolved: no file names, no defaults left open.
package struct DaemonOptions: Sendable {
    /// Prefix of the transactional ids.
    package var application: String
    package var bootstrap: String
    package var group: String
    package var instance: String?
    /// Passed through to librdkafka.
    package var settings: [String: String]
    /// Topic per input; commands only where they are read. In the order of `InputKind`.
    package var inputs: [(kind: InputKind, topic: String)]
    package var outputs: OutputTopics
    package var policy: Policy
    /// Watched for another policy; nil where nobody changes it.
    package var policyPath: String?
    /// Watched for a policy to be tried beside the live one; nil where none is.
    package var shadowPath: String?
    /// How customers come under another policy, and how many each shard looks at per second.
    package var activation = Activation()
    package var retiersPerSecond = 1_000
    package var clock: ShardClock
    package var workers: Int
    package var batchRecords: Int
    package var recordBytes: Int
    package var commitInterval: TimeSpan
    /// Nil where no snapshots are taken.
    package var snapshots: SnapshotOptions?
    package var deadLettersPerSecond: Int
    /// All fetch and send queues together.
    package var bufferBytes: Int
    /// Whether the broker is asked for the inputs' settings at the start; the embedded cluster never answers that.
    package var asksForTopicSettings = true

    package init(
        application: String, bootstrap: String, group: String, instance: String? = nil,
        settings: [String: String] = [:],
        inputs: [(kind: InputKind, topic: String)], outputs: OutputTopics, policy: Policy, clock: ShardClock,
        workers: Int = 2, batchRecords: Int = 10_000, recordBytes: Int = 1 << 20,
        commitInterval: TimeSpan = TimeSpan(milliseconds: 1000), deadLettersPerSecond: Int = 100,
        bufferBytes: Int = 64 << 20, snapshots: SnapshotOptions? = nil
    ) {
        self.application = application
        self.bootstrap = bootstrap
        self.group = group
        self.instance = instance
        self.settings = settings
        self.inputs = inputs
        self.outputs = outputs
        self.policy = policy
        self.clock = clock
        self.workers = workers
        self.batchRecords = batchRecords
        self.recordBytes = recordBytes
        self.commitInterval = commitInterval
        self.deadLettersPerSecond = deadLettersPerSecond
        self.bufferBytes = bufferBytes
        self.snapshots = snapshots
    }
}

extension DaemonOptions {
    /// A configuration with its policy loaded. A lapse clock starts at once.
    package init(_ configuration: Configuration, policy: Policy) {
        let (topics, clock) = (configuration.topics, Self.clock(configuration.clock))
        self.init(
            application: configuration.application, bootstrap: configuration.kafka.bootstrap,
            group: configuration.group,
            instance: configuration.kafka.instance, settings: configuration.kafka.settings, inputs: topics.inputs,
            outputs: OutputTopics(
                tierChanges: topics.tierChanges, churnRisk: topics.churnRisk, tierNotices: topics.tierNotices,
                customerProfiles: topics.customerProfiles, deadLetters: topics.deadLetters,
                journal: configuration.journal,
                tierChangesShadow: configuration.shadowPolicy == nil ? nil : topics.tierChangesShadow),
            policy: clock.isOfEvents ? policy.tellingAll : policy, clock: clock, workers: configuration.workers,
            batchRecords: configuration.limits.batchRecords, recordBytes: configuration.limits.recordBytes,
            commitInterval: configuration.limits.commitInterval,
            deadLettersPerSecond: configuration.limits.deadLettersPerSecond,
            bufferBytes: configuration.limits.bufferBytes, snapshots: SnapshotOptions(configuration))
        policyPath = configuration.policy
        shadowPath = configuration.shadowPolicy
        activation = Activation(
            mode: configuration.activation.mode, keepsTierFor: configuration.activation.keepTierFor)
        retiersPerSecond = configuration.activation.rate
    }

    private static func clock(_ clock: Configuration.Clock) -> ShardClock {
        switch clock {
        case .wall: .wall
        case .event(let until): .event(until: until)
        case .lapse(let from, let factor, let until):
            .lapse(LapseClock(from: from, factor: factor, until: until, isStarted: true))
        }
    }
}

extension SnapshotOptions {
    package init?(_ configuration: Configuration) {
        let snapshots = configuration.snapshots
        switch snapshots.store {
        case .none: return nil
        case .directory: store = .directory(snapshots.path)
        case .topic: store = .topic(configuration.snapshotTopic)
        }
        rules = SnapshotRules(
            interval: Double(snapshots.interval.milliseconds) / 1000, events: snapshots.events, keep: snapshots.keep)
    }
}

extension DaemonOptions {
    package var metricLabels: Metrics.Labels {
        Metrics.Labels(
            inputTopics: inputs.map(\.topic), outputTopics: outputs.written,
            rejectReasons: Rejection.Reason.allCases.map(\.rawValue))
    }
}
