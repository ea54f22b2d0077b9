import Foundation
import Runtime
import Scoring
import Testing

struct ConfigurationTests {
    private static let shortest = "policy: p.yaml\nkafka: {bootstrap: \"b:9092\"}\n"
    private static let defaults = Configuration(policy: "p.yaml", kafka: Configuration.Kafka(bootstrap: "b:9092"))

    @Test func `what is left out is the initialiser's default`() throws {
        #expect(try Configuration.parse(text: Self.shortest, file: "c.yaml") == Self.defaults)
    }

    @Test func `the published example shows the defaults`() throws {
        let path = SchemaFile.folder.appending(path: "config/tierd.yaml").path
        var expected = Configuration(
            policy: SchemaFile.folder.path + "/config/../policies/retail.yaml",
            kafka: Configuration.Kafka(bootstrap: "localhost:9092", group: "tierd"))
        expected.topics.journal = "tierd-journal"
        expected.snapshots.topic = "tierd-snapshots"
        expected.snapshots.path = SchemaFile.folder.path + "/config/snapshots"
        #expect(try Configuration.load(path: path, environment: [:], overrides: []) == expected)
        expected.kafka.group = nil
        expected.topics.journal = nil
        #expect(expected.group == "tierd")
        #expect(expected.journal == "tierd-journal")
    }

    @Test func `the published schema states the same defaults`() throws {
        let schema = try #require(
            JSONSerialization.jsonObject(with: Data(SchemaFile.text("config.schema.json").utf8)) as? [String: Any])
        var flags: [(path: String, value: String)] = []
        Self.collectDefaults(of: schema, path: "", into: &flags)
        #expect(flags.count == 29)
        #expect(try Configuration.parse(text: Self.shortest, file: "c.yaml", overrides: flags) == Self.defaults)
    }

    @Test func `a configuration says what its file says`() throws {
        let text = """
            application: shop-7
            policy: policies/p.yaml
            clock: {mode: lapse, from: "1997-01-01T00:00:00+01:00", factor: 86400, until: "1998-07-01T00:00:00.25Z"}
            kafka:
              bootstrap: a:1,b:2
              instance: host-1
              settings: {linger.ms: 5, security.protocol: ssl, enable.ssl.certificate.verification: True, x: "007"}
            topics: {orders: o, browse: b, feedback: f, commands: c, tier_changes: t, churn_risk: r, dead_letters: d}
            limits: {batch_records: 5, record_bytes: 512, commit_interval: 250ms, dead_letters_per_second: 0}
            workers: 3
            http: {host: 0.0.0.0, port: 0}
            log: {level: debug, format: json}
            """
        let configuration = try Configuration.parse(text: text, file: "/etc/tierd/c.yaml")
        #expect(configuration.application == "shop-7" && configuration.group == "shop-7")
        #expect(configuration.policy == "/etc/tierd/policies/p.yaml")
        #expect(
            configuration.clock
                == .lapse(
                    from: EventTime(milliseconds: 852_073_200_000), factor: 86_400,
                    until: EventTime(milliseconds: 899_251_200_250)))
        #expect(
            configuration.kafka
                == Configuration.Kafka(
                    bootstrap: "a:1,b:2", instance: "host-1",
                    settings: [
                        "linger.ms": "5", "security.protocol": "ssl", "x": "007",
                        "enable.ssl.certificate.verification": "true",
                    ]))
        #expect(
            configuration.topics
                == Configuration.Topics(
                    orders: "o", browse: "b", feedback: "f", commands: "c", tierChanges: "t", churnRisk: "r",
                    deadLetters: "d"))
        #expect(
            configuration.limits
                == Configuration.Limits(
                    batchRecords: 5, recordBytes: 512, commitInterval: TimeSpan(milliseconds: 250),
                    deadLettersPerSecond: 0))
        #expect(configuration.workers == 3 && configuration.http == Configuration.HTTP(host: "0.0.0.0", port: 0))
        #expect(configuration.log == Configuration.Log(level: .debug, format: .json))
    }

    @Test func `a shadow policy is found besides the file, and its topic has a name of its own`() throws {
        let text = "policy: p.yaml\nshadow_policy: next.yaml\nkafka: {bootstrap: b}\n"
        let configuration = try Configuration.parse(text: text, file: "a/c.yaml")
        #expect(configuration.shadowPolicy == "a/next.yaml")
        #expect(configuration.topics.tierChangesShadow == "tier-changes-shadow")
        let none = try Configuration.parse(
            text: text, file: "a/c.yaml", overrides: [(path: "shadow_policy", value: "null")])
        #expect(none.shadowPolicy == nil)
        #expect(throws: FileProblems.self) {
            try Configuration.parse(text: text + "topics: {tier_changes_shadow: churn-risk}\n", file: "c.yaml")
        }
    }

    @Test(arguments: [
        ("/etc/tierd/c.yaml", "p.yaml", "/etc/tierd/p.yaml"), ("c.yaml", "p.yaml", "p.yaml"),
        ("a/c.yaml", "../p.yaml", "a/../p.yaml"), ("a/c.yaml", "/b/p.yaml", "/b/p.yaml"),
    ])
    func `a relative policy is found besides the file`(_ file: String, _ policy: String, _ path: String) throws {
        let text = "policy: \(policy)\nkafka: {bootstrap: b}\n"
        #expect(try Configuration.parse(text: text, file: file).policy == path)
    }

    @Test(arguments: [
        ("{mode: wall}", Configuration.Clock.wall), ("{mode: event}", .event(until: nil)),
        ("{mode: event, until: 1970-01-01t00:00:01z}", .event(until: EventTime(milliseconds: 1000))),
        (
            "{mode: lapse, from: \"2024-02-29T23:59:59.9999-00:30\", factor: 0.5}",
            .lapse(from: EventTime(milliseconds: 1_709_252_999_999), factor: 0.5, until: nil)
        ),
    ])
    func `a clock is one of three`(_ clock: String, _ expected: Configuration.Clock) throws {
        #expect(try Configuration.parse(text: Self.shortest + "clock: \(clock)\n", file: "c").clock == expected)
    }

    /// Every `default` below `schema` as a flag; that of a mapping repeats those of its fields.
    private static func collectDefaults(
        of schema: [String: Any], path: String, into flags: inout [(path: String, value: String)]
    ) {
        let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
        if properties.isEmpty, let value = schema["default"] { flags.append((path, "\(value)")) }
        for (name, property) in properties {
            collectDefaults(of: property, path: path.isEmpty ? name : "\(path).\(name)", into: &flags)
        }
    }
}
