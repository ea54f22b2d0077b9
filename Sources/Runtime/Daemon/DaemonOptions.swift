import Scoring

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
    package var clock: ShardClock
    package var workers: Int
    package var batchRecords: Int
    package var recordBytes: Int
    package var commitInterval: TimeSpan
    package var deadLettersPerSecond: Int
    /// All fetch and send queues together.
    package var bufferBytes: Int

    package init(
        application: String, bootstrap: String, group: String, instance: String? = nil, settings: [String: String] = [:],
        inputs: [(kind: InputKind, topic: String)], outputs: OutputTopics, policy: Policy, clock: ShardClock,
        workers: Int = 2, batchRecords: Int = 10_000, recordBytes: Int = 1 << 20,
        commitInterval: TimeSpan = TimeSpan(milliseconds: 1000), deadLettersPerSecond: Int = 100, bufferBytes: Int = 64 << 20
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
    }
}
