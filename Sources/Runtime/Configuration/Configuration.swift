import Logging
import Scoring
import ShardEngine

/// What one process connects to and how much it may use: schemas/config.schema.json as a value, defaults included.
package struct Configuration: Hashable, Sendable {
    /// Prefix of the transactional ids; two applications never share one.
    package var application: String
    /// Path of the policy file, relative to the working directory.
    package var policy: String
    /// Path of a policy file to be tried beside it; nil where none is.
    package var shadowPolicy: String?
    package var activation: ActivationRules
    package var clock: Clock
    package var kafka: Kafka
    package var topics: Topics
    package var snapshots: Snapshots
    package var limits: Limits
    /// Threads that score.
    package var workers: Int
    package var http: HTTP
    package var log: Log

    package init(
        application: String = "tierd", policy: String, shadowPolicy: String? = nil,
        activation: ActivationRules = ActivationRules(), clock: Clock = .wall, kafka: Kafka, topics: Topics = Topics(),
        snapshots: Snapshots = Snapshots(), limits: Limits = Limits(), workers: Int = 2, http: HTTP = HTTP(),
        log: Log = Log()
    ) {
        self.application = application
        self.policy = policy
        self.shadowPolicy = shadowPolicy
        self.activation = activation
        self.clock = clock
        self.kafka = kafka
        self.topics = topics
        self.snapshots = snapshots
        self.limits = limits
        self.workers = workers
        self.http = http
        self.log = log
    }

    /// The journal's topic.
    package var journal: String { topics.journal ?? "\(application)-journal" }

    /// The snapshots' topic, where they are kept in one.
    package var snapshotTopic: String { snapshots.topic ?? "\(application)-snapshots" }

    /// The consumer group.
    package var group: String { kafka.group ?? application }

    /// How a change of the policy reaches the customers who are there.
    package struct ActivationRules: Hashable, Sendable {
        package var mode: Activation.Mode
        /// Customers that each shard looks at per second.
        package var rate: Int
        /// In mode `grandfathered`.
        package var keepTierFor: TimeSpan

        package init(mode: Activation.Mode = .emit, rate: Int = 1_000, keepTierFor: TimeSpan = .days(365)) {
            self.mode = mode
            self.rate = rate
            self.keepTierFor = keepTierFor
        }
    }

    /// What moves time while no events arrive.
    package enum Clock: Hashable, Sendable {
        /// The host's clock.
        case wall
        /// Only the events themselves; silence is played out up to `until`.
        case event(until: EventTime?)
        /// An accelerated clock: `factor` seconds per second from `from` on, stopping at `until`.
        case lapse(from: EventTime, factor: Double, until: EventTime?)
    }

    /// How to reach the cluster.
    package struct Kafka: Hashable, Sendable {
        /// Brokers to ask first, `host:port`, separated by commas.
        package var bootstrap: String
        /// Nil for the application's name.
        package var group: String?
        /// `group.instance.id`.
        package var instance: String?
        /// Passed through to librdkafka.
        package var settings: [String: String]

        package init(
            bootstrap: String, group: String? = nil, instance: String? = nil, settings: [String: String] = [:]
        ) {
            self.bootstrap = bootstrap
            self.group = group
            self.instance = instance
            self.settings = settings
        }
    }

    /// Names of the topics; all different.
    package struct Topics: Hashable, Sendable {
        package var orders: String
        package var browse: String
        package var feedback: String
        /// Nil where no commands are read.
        package var commands: String?
        package var tierChanges: String
        /// Written only where there is a shadow policy.
        package var tierChangesShadow: String
        package var churnRisk: String
        package var tierNotices: String
        package var customerProfiles: String
        package var deadLetters: String
        /// Nil for the application's name and `-journal`.
        package var journal: String?

        package init(
            orders: String = "orders", browse: String = "browse", feedback: String = "feedback",
            commands: String? = nil, tierChanges: String = "tier-changes",
            tierChangesShadow: String = "tier-changes-shadow", churnRisk: String = "churn-risk",
            tierNotices: String = "tier-notices", customerProfiles: String = "customer-profiles",
            deadLetters: String = "dead-letters", journal: String? = nil
        ) {
            self.orders = orders
            self.browse = browse
            self.feedback = feedback
            self.commands = commands
            self.tierChanges = tierChanges
            self.tierChangesShadow = tierChangesShadow
            self.churnRisk = churnRisk
            self.tierNotices = tierNotices
            self.customerProfiles = customerProfiles
            self.deadLetters = deadLetters
            self.journal = journal
        }

        /// Those that are read, in the order of their ranks.
        package var inputs: [(kind: InputKind, topic: String)] {
            let named: [(InputKind, String?)] = [
                (.orders, orders), (.browse, browse), (.feedback, feedback), (.commands, commands),
            ]
            return named.compactMap { kind, topic in topic.map { (kind, $0) } }
        }
    }

    /// Copies of the state.
    package struct Snapshots: Hashable, Sendable {
        /// Raw values are the names in the file.
        package enum Store: String, Hashable, Sendable {
            case directory
            case topic
            case none
        }

        package var store: Store
        /// Relative to the working directory.
        package var path: String
        /// Nil for the application's name and `-snapshots`.
        package var topic: String?
        package var interval: TimeSpan
        package var events: Int
        package var keep: Int

        package init(
            store: Store = .directory, path: String = "snapshots", topic: String? = nil,
            interval: TimeSpan = TimeSpan(milliseconds: 300_000), events: Int = 20_000_000, keep: Int = 2
        ) {
            self.store = store
            self.path = path
            self.topic = topic
            self.interval = interval
            self.events = events
            self.keep = keep
        }
    }

    /// What bounds memory, transactions and dead letters.
    package struct Limits: Hashable, Sendable {
        /// Most records in one batch, hence in one transaction.
        package var batchRecords: Int
        /// Largest record value, bytes.
        package var recordBytes: Int
        /// The beat at which progress without outputs is committed.
        package var commitInterval: TimeSpan
        /// Most dead letters written per second; the rest are only counted.
        package var deadLettersPerSecond: Int
        /// Most bytes in all fetch and send queues of the process.
        package var bufferBytes: Int

        package init(
            batchRecords: Int = 10_000, recordBytes: Int = 1_048_576,
            commitInterval: TimeSpan = TimeSpan(milliseconds: 1000), deadLettersPerSecond: Int = 100,
            bufferBytes: Int = 67_108_864
        ) {
            self.batchRecords = batchRecords
            self.recordBytes = recordBytes
            self.commitInterval = commitInterval
            self.deadLettersPerSecond = deadLettersPerSecond
            self.bufferBytes = bufferBytes
        }
    }

    /// Where probes, metrics and look-ups are served.
    package struct HTTP: Hashable, Sendable {
        package var host: String
        /// 0 takes any free port.
        package var port: Int

        package init(host: String = "127.0.0.1", port: Int = 8080) {
            self.host = host
            self.port = port
        }
    }

    package struct Log: Hashable, Sendable {
        /// The least severe level shown.
        package var level: Logger.Level
        package var format: Format

        /// Raw values are the names in the file.
        package enum Format: String, Hashable, Sendable {
            /// For people.
            case text
            /// For collectors.
            case json
        }

        package init(level: Logger.Level = .info, format: Format = .text) {
            self.level = level
            self.format = format
        }
    }
}
