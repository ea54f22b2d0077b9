import KafkaClient
import Testing

struct ClientSettingsTests {
    @Test(arguments: [
        ("enable.auto.commit", "true"), ("enable.auto.offset.store", "true"), ("isolation.level", "read_uncommitted"),
        ("partition.assignment.strategy", "cooperative-sticky"), ("enable.partition.eof", "false"),
        ("check.crcs", "false"), ("auto.offset.reset", "latest"), ("group.id", "other"), ("log.queue", "false"),
        ("group.instance.id", "other"),
    ])
    func `a consumer setting that contradicts a forced one is refused by name`(name: String, value: String) throws {
        let error = try #require(throws: SettingsError.self) {
            try Consumer(settings: ClientSettings([name: value]), groupID: "tierd", instanceID: "host-1")
        }
        guard case .contradiction(name, value, _, _) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(error.description.contains("remove \(name) from the Kafka settings."))
    }

    @Test(arguments: [("acks", "1"), ("request.required.acks", "0"), ("enable.idempotence", "false")])
    func `an alias of a forced producer setting is seen through`(name: String, value: String) throws {
        let error = try #require(throws: SettingsError.self) {
            try TransactionalProducer(settings: ClientSettings([name: value]), transactionalID: "tierd-0")
        }
        #expect(error.description.hasPrefix("Kafka setting \(name) is \(value) but must be "))
    }

    @Test(arguments: [("message.max.bytes", "1000"), ("statistics.interval.ms", "0")])
    func `a value that the library takes and nobody can work with is refused`(name: String, value: String) throws {
        let error = try #require(throws: SettingsError.self) {
            try ClientSettings([name: value]).check(groupID: "tierd", instanceID: nil, transactionalID: "tierd-0")
        }
        #expect(error.description.hasPrefix("Kafka setting \(name) is \(value) but must be at least "))
    }

    @Test(arguments: ["bootstrap.servers", "metadata.broker.list"]) func `brokers are named once`(name: String) throws {
        let settings = ClientSettings([name: "other:9092"], defaults: ["bootstrap.servers": "one:9092"])
        let error = try #require(throws: SettingsError.self) { try Consumer(settings: settings, groupID: "tierd") }
        #expect(error.description.contains("\(name) is other:9092 but must be one:9092"))
    }

    @Test(arguments: [("retries", "0"), ("max.in.flight", "6")])
    func `the check finds what only making a client finds`(name: String, value: String) throws {
        let error = try #require(throws: SettingsError.self) {
            try ClientSettings([name: value]).check(groupID: "tierd", instanceID: nil, transactionalID: "tierd-0")
        }
        #expect("\(error)".contains(name))
    }

    @Test func `a transactional id is nobody's to set`() throws {
        let settings = ClientSettings(["transactional.id": "mine"])
        let error = try #require(throws: SettingsError.self) { try Producer(settings: settings) }
        #expect(error.description.contains("transactional.id is mine but must not be set, because"))
        #expect(throws: SettingsError.self) {
            try TransactionalProducer(settings: settings, transactionalID: "tierd-0")
        }
    }

    @Test func `a forced setting repeated in another spelling is no contradiction`() throws {
        let settings = ClientSettings(["enable.auto.commit": "False", "isolation.level": "read_committed"])
        #expect(!(try Consumer(settings: settings, groupID: "tierd")).isClosed)
    }

    @Test func `an unknown setting and a bad value carry the library's own words`() throws {
        let unknown = try #require(throws: SettingsError.self) {
            try Producer(settings: ClientSettings(["linger.millis": "5"]))
        }
        #expect(unknown.description.contains("No such configuration property: \"linger.millis\""))
        let bad = try #require(throws: SettingsError.self) {
            try Producer(settings: ClientSettings(["compression.type": "best"]))
        }
        #expect(bad.description.contains("compression.type"))
        #expect(bad.description.contains("Invalid value"))
    }

    @Test func `settings that cannot stand together are refused`() throws {
        let settings = ClientSettings(["security.protocol": "sasl_ssl", "sasl.mechanism": "UNHEARD"])
        let error = try #require(throws: SettingsError.self) { try Producer(settings: settings) }
        guard case .unusable = error else {
            Issue.record("\(error)")
            return
        }
    }
}
