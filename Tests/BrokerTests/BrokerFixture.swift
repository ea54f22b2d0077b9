import Foundation
import KafkaClient
import Logging
import Runtime
import Scoring
import Testing

/// Topics of a test's own on the broker that `scripts/test` started, or on the reader's.
struct BrokerFixture {
    static let bootstrap = ProcessInfo.processInfo.environment["TIERD_TEST_BOOTSTRAP"]

    /// Largest response that a reader takes. A Kafka broker ends its answer to a fetch at `fetch.max.bytes` (50 MiB) at the
    /// latest, but for a single batch that is larger; the pinned one sends all that the partitions asked for hold. Beyond
    /// librdkafka's limit of 100 MB the client cuts the connection and asks for the same again, for ever.
    static let receivedBytes = 1_000_000_000

    let bootstrap: String
    let prefix: String
    let partitions: Int32

    /// Makes the input and output topics under a prefix that no other run uses, on a broker of the test's own or the one
    /// that all tests share.
    init(partitions: Int32 = 3, creatingTopics: Bool = true, bootstrap: String? = nil) throws {
        self.bootstrap = try #require(
            bootstrap ?? Self.bootstrap, "TIERD_TEST_BOOTSTRAP names no broker; run scripts/test")
        prefix = "t\(UInt32.random(in: 0 ... .max))-"
        self.partitions = partitions
        guard creatingTopics else { return }
        let names = inputs.map(\.topic) + outputs.all
        let topics = names.map { NewTopic(name: $0, partitions: partitions, replication: 1) }
        let created = try admin().createTopics(topics)
        #expect(Set(created) == Set(names))
    }

    var inputs: [(kind: InputKind, topic: String)] {
        [(.orders, prefix + "orders"), (.browse, prefix + "browse"), (.feedback, prefix + "feedback")]
    }

    /// Made by the tests that send commands.
    var commands: String { prefix + "commands" }

    var outputs: OutputTopics {
        OutputTopics(prefix: prefix, journal: prefix + "journal")
    }

    func admin() throws -> Admin { try Admin(settings: settings) }

    var settings: ClientSettings {
        ClientSettings(
            [:],
            defaults: ["bootstrap.servers": bootstrap, "receive.message.max.bytes": String(Self.receivedBytes)])
    }

    func options(clock: ShardClock, instance: String? = nil) throws -> DaemonOptions {
        DaemonOptions(
            application: prefix + "app", bootstrap: bootstrap, group: prefix + "app", instance: instance,
            settings: ["session.timeout.ms": "6000"], inputs: inputs, outputs: outputs, policy: try Self.retail(),
            clock: clock, commitInterval: TimeSpan(milliseconds: 200))
    }

    /// The retail policy, with everything that a policy can have said: notices, and profiles that do not wait for the present.
    static func talkativePolicy(throttle: String = "365d") throws -> String {
        try String(contentsOfFile: repository + "/schemas/policies/retail.yaml", encoding: .utf8)
            + "\nprofiles: {throttle: \(throttle), catch_up: none}\n"
    }

    /// The retail policy with each of these texts replaced where it first stands.
    static func retailText(_ replacements: [(String, String)]) throws -> String {
        let text = try String(contentsOfFile: repository + "/schemas/policies/retail.yaml", encoding: .utf8)
        return replacements.reduce(text) { $0.replacing($1.0, with: $1.1, maxReplacements: 1) }
    }

    static func retail() throws -> Policy { try PolicyFile.load(path: repository + "/schemas/policies/retail.yaml") }

    static var repository: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
            .path
    }

    func daemon(clock: ShardClock, instance: String? = nil, policyText: String? = nil) throws -> Daemon {
        var logger = Logger(label: "test") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .error
        var options = try options(clock: clock, instance: instance)
        if let policyText { options.policy = try PolicyFile.parse(text: policyText, file: "policy.yaml") }
        let daemon = try Daemon(options, version: "test", logger: logger)
        try daemon.start()
        return daemon
    }

    /// One order by each of the customers c0, c1, …: 20 points and a little more.
    func produceOrders(customers: Int) throws {
        try produce(
            inputs[0].topic,
            (0..<customers).map { number in
                let text =
                    #"{"order_id":"o\#(number)","customer_id":"c\#(number)","type":"completed","occurred_at":1767225600000,"currency":"USD","total":90.00}"#
                return ("c\(number)", Array(text.utf8))
            })
    }

    /// Sends records and waits until the broker has them all.
    func produce(_ topic: String, _ records: [(key: String?, value: [UInt8]?)]) throws {
        let producer = try Producer(settings: settings)
        for record in records {
            let key = record.key.map { Array($0.utf8) }
            try withBytes(key) { key in
                try withBytes(record.value) { value in try producer.produce(topic: topic, key: key, value: value) }
            }
        }
        try producer.flush(timeoutMilliseconds: 30_000)
        #expect(producer.deliveries.delivered == Int64(records.count))
    }

    private func withBytes(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) throws -> Void) rethrows {
        guard let bytes else { return try body(nil) }
        try bytes.withUnsafeBytes { try body($0) }
    }
}

extension BrokerFixture {
    /// Orders that the group has committed, as any tool would see it; nil when the broker does not say.
    var committedOrders: Int? {
        let places = (0..<partitions).map { TopicPartition(topic: inputs[0].topic, partition: $0) }
        let observer = try? Consumer(settings: settings, groupID: prefix + "app")
        let committed = try? observer?.committed(places, timeoutMilliseconds: 5_000)
        return committed?.reduce(0) { $0 + Int($1.offset ?? 0) }
    }
}

/// A record as a `read_committed` reader gets it.
struct ReadRecord: Equatable {
    var partition: Int32
    var key: String
    var value: [UInt8]?
    var headers: [String: String]

    var text: String { String(decoding: value ?? [], as: UTF8.self) }

    var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(value ?? [])) as? [String: Any]) ?? [:] }
}

extension BrokerFixture {
    /// Everything that is committed in a topic now, in partition and offset order.
    func read(_ topic: String) throws -> [ReadRecord] {
        let consumer = try Consumer(settings: settings, groupID: prefix + "reader")
        var records: [ReadRecord] = []
        let places = (0..<partitions).map { TopicPartition(topic: topic, partition: $0) }
        let queues = try places.map { try consumer.partitionQueue($0) }
        try consumer.assign(places.map { PartitionOffset(topicPartition: $0, offset: nil) })
        for queue in queues { records += try Self.readToEnd(queue) }
        try consumer.unassign()
        return records
    }

    /// How many decisions are committed in their topics now.
    func outputCount() throws -> Int {
        try OutputLines.destinations(outputs).reduce(0) { try $0 + read($1.topic).count }
    }

    private static func readToEnd(_ queue: PartitionQueue) throws -> [ReadRecord] {
        var records: [ReadRecord] = []
        let deadline = SteadyClock.now + 30
        while SteadyClock.now < deadline {
            let batch = try queue.consume(maximum: 1000, timeoutMilliseconds: 200)
            for index in 0..<batch.count {
                switch batch[index] {
                case .endOfPartition: return records
                case .failure(let error): throw error
                case .record(let record): records.append(ReadRecord(record, queue.topicPartition.partition))
                }
            }
        }
        Issue.record("\(queue.topicPartition) has no end within 30 s")
        return records
    }
}

extension ReadRecord {
    init(_ record: Record, _ partition: Int32) {
        self.partition = partition
        key = record.key.map { String(decoding: $0, as: UTF8.self) } ?? ""
        value = record.value.map { Array($0) }
        headers = Dictionary(record.headers.map { ($0.name, String(decoding: $0.value ?? [], as: UTF8.self)) }) { $1 }
    }
}

/// Waits until `condition` holds, looking every few milliseconds; records an issue after `seconds`.
func eventually(
    _ what: Comment, within seconds: Double = 30, sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () throws -> Bool
) rethrows {
    let deadline = SteadyClock.now + seconds
    while SteadyClock.now < deadline {
        if try condition() { return }
        _ = ThreadSignal().wait(seconds: 0.02)
    }
    Issue.record(what, sourceLocation: sourceLocation)
}

extension Daemon {
    /// Live everywhere, and nothing of the inputs left to work on or commit.
    func isCaughtUp(_ fixture: BrokerFixture, records: [String: Int64]) -> Bool {
        guard readinessProblems.isEmpty, board.shards.count == Int(fixture.partitions) else { return false }
        return records.allSatisfy { topic, count in
            board.shards.reduce(0) { $0 + ($1.committed[topic] ?? 0) } >= count
        }
    }
}
