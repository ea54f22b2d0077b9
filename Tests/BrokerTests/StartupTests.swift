import Foundation
import KafkaClient
import Runtime
import Testing

/// What is wrong with a cluster is said in one sentence with the remedy.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct StartupTests {
    @Test func `missing topics are named with the partition count they need`() throws {
        let fixture = try BrokerFixture(creatingTopics: false)
        let options = try fixture.options(clock: .wall)
        _ = try fixture.admin().createTopics([NewTopic(name: options.inputs[0].topic, partitions: 5, replication: 1)])
        let error = #expect(throws: StartupError.self) { try StartupCheck.run(options) }
        let sentence = "\(try #require(error))"
        #expect(sentence.contains(options.inputs[1].topic))
        #expect(sentence.contains("with 5 partitions, as many as the other inputs have"))
    }

    @Test func `unequal partition counts are refused with every topic's count`() throws {
        let fixture = try BrokerFixture(creatingTopics: false)
        let options = try fixture.options(clock: .wall)
        let counts: [Int32] = [4, 4, 3]
        let inputs = zip(options.inputs, counts).map { NewTopic(name: $0.topic, partitions: $1, replication: 1) }
        let outputs = options.outputs.all.map { NewTopic(name: $0, partitions: 1, replication: 1) }
        _ = try fixture.admin().createTopics(inputs + outputs)
        let error = #expect(throws: StartupError.self) { try StartupCheck.run(options) }
        let sentence = "\(try #require(error))"
        #expect(sentence.contains("\(options.inputs[2].topic) 3"))
        #expect(sentence.contains("\(options.inputs[0].topic) 4"))
    }

    @Test func `a compacted input is refused`() throws {
        let fixture = try BrokerFixture()
        var options = try fixture.options(clock: .wall)
        let compacted = fixture.prefix + "compacted"
        _ = try fixture.admin().createTopics([
            NewTopic(
                name: compacted, partitions: fixture.partitions, replication: 1,
                configuration: ["cleanup.policy": "compact"])
        ])
        #expect(try StartupCheck.run(options).partitionCount == Int(fixture.partitions))
        options.inputs[0].topic = compacted
        #expect(throws: StartupError.compactedInput(compacted)) { try StartupCheck.run(options) }
    }

    @Test func `a journal with another partition count than the inputs' is refused`() throws {
        let fixture = try BrokerFixture()
        let options = try fixture.options(clock: .wall)
        let journal = options.outputs.journal
        _ = try fixture.admin().createTopics([NewTopic(name: journal, partitions: 5, replication: 1)])
        #expect(throws: StartupError.journalPartitions(journal, found: 5, expected: 3)) {
            try StartupCheck.run(options)
        }
    }

    @Test func `a missing output is named`() throws {
        let fixture = try BrokerFixture()
        var options = try fixture.options(clock: .wall)
        options.outputs.churnRisk = fixture.prefix + "nowhere"
        #expect(throws: StartupError.missingTopics([fixture.prefix + "nowhere"], partitions: nil)) {
            try StartupCheck.run(options)
        }
    }

    @Test func `the topic of snapshots is made compacted, and another shape of it refused`() throws {
        let fixture = try BrokerFixture()
        var options = try fixture.options(clock: .wall)
        func check(_ topic: String) throws {
            options.snapshots = SnapshotOptions(store: .topic(topic))
            _ = try StartupCheck.run(options)
        }
        let names = ["made", "small", "plain"].map { fixture.prefix + $0 }
        try check(names[0])
        let made = try fixture.admin().describe().topics[names[0]]
        #expect(made?.partitionCount == Int(fixture.partitions))
        #expect(try fixture.admin().topicConfiguration(names[0])["cleanup.policy"] == "compact")
        _ = try fixture.admin().createTopics([
            NewTopic(
                name: names[1], partitions: 2, replication: 1, configuration: ["cleanup.policy": "compact"]),
            NewTopic(name: names[2], partitions: fixture.partitions, replication: 1),
        ])
        #expect(throws: StartupError.snapshotPartitions(names[1], found: 2, expected: 3)) { try check(names[1]) }
        #expect(throws: StartupError.uncompactedSnapshots(names[2])) { try check(names[2]) }
    }

    @Test func `an input that is kept too short for its snapshots is warned of`() throws {
        let fixture = try BrokerFixture()
        var options = try fixture.options(clock: .wall)
        let short = fixture.prefix + "short"
        _ = try fixture.admin().createTopics([
            NewTopic(
                name: short, partitions: fixture.partitions, replication: 1,
                configuration: ["retention.ms": "600000"])
        ])
        options.inputs[1].topic = short
        options.snapshots = SnapshotOptions(store: .directory("unused"), rules: SnapshotRules(interval: 300))
        let warnings = try StartupCheck.run(options).warnings
        #expect(warnings.contains { $0.contains("the input \(short) is kept for 10 min") })
    }

    @Test func `a session timeout that the group would refuse is warned of`() throws {
        let fixture = try BrokerFixture()
        var options = try fixture.options(clock: .wall)
        // The longest that the library takes; brokers let half of it in.
        options.settings["session.timeout.ms"] = "3600000"
        options.settings["max.poll.interval.ms"] = "3600000"
        let warnings = try StartupCheck.run(options).warnings
        #expect(warnings.contains { $0.hasPrefix("session.timeout.ms is 3600000, longer than ") }, "\(warnings)")
    }

    @Test func `a check makes no folder for snapshots`() throws {
        let fixture = try BrokerFixture()
        var options = try fixture.options(clock: .wall)
        let folder = FileManager.default.temporaryDirectory.appending(path: fixture.prefix + "snapshots").path
        options.snapshots = SnapshotOptions(store: .directory(folder))
        _ = try StartupCheck.run(options)
        #expect(!FileManager.default.fileExists(atPath: folder))
    }

    @Test func `a setting that correctness depends on cannot be changed`() throws {
        let fixture = try BrokerFixture()
        var options = try fixture.options(clock: .wall)
        options.settings["enable.auto.commit"] = "true"
        let error = #expect(throws: StartupError.self) { try StartupCheck.run(options) }
        #expect("\(try #require(error))".contains("enable.auto.commit"))
    }

    @Test func `a broker that does not answer is named`() throws {
        let fixture = try BrokerFixture(creatingTopics: false)
        var options = try fixture.options(clock: .wall)
        // Nothing listens on the discard port.
        options.bootstrap = "127.0.0.1:9"
        let error = #expect(throws: StartupError.self) { try StartupCheck.run(options) }
        #expect("\(try #require(error))".contains("no broker answers at 127.0.0.1:9"))
    }

    @Test func `the group's committed offsets show the progress to any tool`() throws {
        let fixture = try BrokerFixture()
        let options = try fixture.options(clock: .event(until: nil))
        try fixture.produce(options.inputs[0].topic, (0..<30).map { ("k\($0)", Array("{}".utf8)) })
        let daemon = try fixture.daemon(clock: .event(until: nil))
        eventually("thirty records are worked off") {
            daemon.isCaughtUp(fixture, records: [options.inputs[0].topic: 30])
        }
        daemon.stop()
        #expect(daemon.join() == nil)
        let observer = try Consumer(settings: fixture.settings, groupID: options.group)
        let places = (0..<fixture.partitions).map { TopicPartition(topic: options.inputs[0].topic, partition: $0) }
        let committed = try observer.committed(places, timeoutMilliseconds: 10_000)
        #expect(committed.reduce(0) { $0 + ($1.offset ?? 0) } == 30)
    }
}
