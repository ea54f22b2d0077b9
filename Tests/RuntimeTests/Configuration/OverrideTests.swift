import Runtime
import Scoring
import Testing

struct OverrideTests {
    private static let text = """
        policy: p.yaml
        kafka: {bootstrap: "b:9092", settings: {linger.ms: 1}}
        http: {port: 1}

        """

    private func parse(
        _ environment: [String: String] = [:], _ flags: [(path: String, value: String)] = []
    ) throws -> Configuration {
        try Configuration.parse(text: Self.text, file: "c.yaml", environment: environment, overrides: flags)
    }

    @Test func `flags beat the environment, which beats the file`() throws {
        #expect(try parse().http.port == 1)
        #expect(try parse(["TIERD_HTTP_PORT": "2"]).http.port == 2)
        #expect(try parse(["TIERD_HTTP_PORT": "2"], [("http.port", "3")]).http.port == 3)
        #expect(try parse([:], [("http.port", "3"), ("http.port", "4")]).http.port == 4)
    }

    @Test func `sections that the file leaves out are made`() throws {
        let configuration = try parse(["TIERD_LIMITS_BATCH_RECORDS": "7"], [("log.format", "json")])
        #expect(configuration.limits.batchRecords == 7)
        #expect(configuration.log.format == .json)
    }

    @Test func `text needs no quotes`() throws {
        let configuration = try parse(
            ["TIERD_KAFKA_GROUP": "12", "TIERD_APPLICATION": "true"], [("topics.orders", "null")])
        #expect(configuration.kafka.group == "12")
        #expect(configuration.application == "true")
        #expect(configuration.topics.orders == "null")
    }

    @Test func `null takes back what the file said`() throws {
        let text = Self.text + "topics: {commands: c}\n"
        let flags = [(path: "topics.commands", value: "null")]
        #expect(try Configuration.parse(text: text, file: "c", overrides: flags).topics.commands == nil)
    }

    @Test func `librdkafka settings have dots`() throws {
        let configuration = try parse(
            ["TIERD_KAFKA_SETTINGS_SECURITY_PROTOCOL": "ssl", "TIERD_KAFKA_SETTINGS_LINGER_MS": "2"],
            [("kafka.settings.linger.ms", "3"), ("kafka.settings.acks", "all")])
        #expect(configuration.kafka.settings == ["security.protocol": "ssl", "linger.ms": "3", "acks": "all"])
    }

    @Test func `a clock can be given by flags alone`() throws {
        let flags = [(path: "clock.mode", value: "event"), (path: "clock.until", value: "1998-07-01T00:00:00Z")]
        #expect(try parse([:], flags).clock == .event(until: EventTime(milliseconds: 899_251_200_000)))
    }

    @Test func `every setting has a variable of its own`() {
        let names = OverrideNames(.configuration).names
        #expect(Set(names).count == names.count)
        #expect(names.contains("TIERD_KAFKA_BOOTSTRAP") && names.contains("TIERD_TOPICS_TIER_CHANGES"))
        #expect(names.contains("TIERD_CLOCK_UNTIL") && names.contains("TIERD_WORKERS"))
    }

    @Test func `variables that container platforms inject are left alone`() throws {
        let environment = [
            "TIERD_PORT": "tcp://10.0.0.1:8080", "TIERD_SERVICE_HOST": "10.0.0.1", "TIERD_SERVICE_PORT": "8080",
            "TIERD_PORT_8080_TCP_ADDR": "10.0.0.1", "HTTP_PORT": "x", "TIERD_TEST_BOOTSTRAP": "b", "PATH": "/bin",
        ]
        #expect(try parse(environment) == parse())
    }
}
