import Runtime
import Testing

/// Each message in full.
struct ConfigurationMessageTests {
    private static let shortest = "policy: p.yaml\nkafka: {bootstrap: b}\n"

    private static func message(
        _ text: String, _ environment: [String: String] = [:], _ flags: [(path: String, value: String)] = []
    ) -> String {
        do {
            _ = try Configuration.parse(text: text, file: "c.yaml", environment: environment, overrides: flags)
            return ""
        } catch {
            return error.description
        }
    }

    private static let files: [(added: String, message: String)] = [
        ("wokers: 2", #"c.yaml:3: wokers: unknown field "wokers"; did you mean "workers"?"#),
        ("workers: two", #"c.yaml:3: workers: found "two", expected an integer"#),
        ("workers: 0", "c.yaml:3: workers: found 0, expected at least 1"),
        ("http: {port: 80800}", "c.yaml:3: http.port: found 80800, expected at most 65535"),
        ("http: 8080", "c.yaml:3: http: found 8080, expected a mapping"),
        ("http:", "c.yaml:3: http: found nothing, expected a mapping"),
        (
            "log: {level: warn}",
            #"c.yaml:3: log.level: found "warn", expected "trace", "debug", "info", "notice", "warning", "error" or "#
                + #""critical""#
        ),
        (
            "log: {format: jason}",
            #"c.yaml:3: log.format: found "jason", expected "text" or "json"; did you mean "json"?"#
        ),
        (
            "topics: {orders: a b}",
            #"c.yaml:3: topics.orders: found "a b", expected a topic, matching ^[a-zA-Z0-9._-]{1,249}$"#
        ),
        ("topics: {browse: orders}", #"c.yaml:3: topics.browse: the topic "orders" is taken by topics.orders"#),
        (
            "topics: {orders: churn-risk}",
            #"c.yaml:3: topics.orders: the topic "churn-risk" is taken by topics.churn_risk"#
        ),
        (
            "limits: {commit_interval: 0s}",
            #"c.yaml:3: limits.commit_interval: found "0s", expected a length of time above zero, such as 90d"#
        ),
        ("clock: {mode: lapse, from: \"1997-01-01T00:00:00Z\"}", #"c.yaml:3: clock: the field "factor" is missing"#),
        (
            "clock: {mode: wall, until: \"1997-01-01T00:00:00Z\"}",
            #"c.yaml:3: clock: found the fields "mode" and "until", expected wall, alone"#
        ),
        (
            "clock: {mode: event, factor: 2}",
            #"c.yaml:3: clock: found the fields "mode" and "factor", expected event, with `until` or without"#
        ),
        (
            "clock: {mode: event, until: 1997-01-01}",
            #"c.yaml:3: clock.until: found "1997-01-01", expected a time, such as 1997-01-01T00:00:00Z"#
        ),
        (
            "clock: {mode: event, until: \"2025-02-30T00:00:00Z\"}",
            #"c.yaml:3: clock.until: found "2025-02-30T00:00:00Z", expected a time from 1970 to 2099"#
        ),
        (
            "clock: {mode: lapse, from: \"1998-01-01T00:00:00Z\", factor: 9, until: \"1997-01-01T00:00:00Z\"}",
            #"c.yaml:3: clock.until: found "1997-01-01T00:00:00Z", expected a time after clock.from"#
        ),
        (
            "application: my shop",
            #"c.yaml:3: application: found "my shop", expected text such as "tierd", matching ^[a-zA-Z0-9._-]{1,64}$"#
        ),
    ]

    @Test(arguments: files)
    func `a mistake in the file is named with its line, its place and what belongs there`(
        _ added: String, _ message: String
    ) {
        #expect(Self.message(Self.shortest + added + "\n") == message)
    }

    @Test func `what must be given is asked for`() {
        #expect(
            Self.message("workers: 2\n") == """
                c.yaml:1: the field "policy" is missing
                c.yaml:1: the field "kafka" is missing
                """)
        #expect(Self.message("policy: p\nkafka: {}\n") == #"c.yaml:2: kafka: the field "bootstrap" is missing"#)
    }

    @Test(arguments: [
        (["TIERD_HTTP_PORT": "abc"], #"environment variable TIERD_HTTP_PORT: found "abc", expected an integer"#),
        (["TIERD_HTTP_PORT": ""], "environment variable TIERD_HTTP_PORT: found nothing, expected an integer"),
        (["TIERD_WORKERS": "0"], "environment variable TIERD_WORKERS: found 0, expected at least 1"),
        (
            ["TIERD_KAFKA_BOOTSTARP": "b"],
            #"environment variable TIERD_KAFKA_BOOTSTARP: no such setting; did you mean "TIERD_KAFKA_BOOTSTRAP"?"#
        ),
    ])
    func `a mistake in the environment is named with its variable`(_ environment: [String: String], _ message: String) {
        #expect(Self.message(Self.shortest, environment) == message)
    }

    @Test(arguments: [
        ("http.port", "abc", #"--set http.port: found "abc", expected an integer"#),
        ("htp.port", "1", #"--set htp.port: unknown field "htp"; did you mean "http"?"#),
        ("http.prot", "1", #"--set http.prot: unknown field "prot"; did you mean "port"?"#),
        ("http", "1", "--set http: found 1, expected a mapping"),
        ("workers.x", "1", "--set workers.x: found a mapping, expected an integer"),
        ("", "1", #"--set : unknown field """#),
    ])
    func `a mistake in a flag is named with its path`(_ path: String, _ value: String, _ message: String) {
        #expect(Self.message(Self.shortest, [:], [(path, value)]) == message)
    }

    @Test func `the file comes first, then what was laid over it`() {
        #expect(
            Self.message(Self.shortest + "workers: x\n", ["TIERD_HTTP_PORT": "y"], [("log.level", "z")]) == """
                c.yaml:3: workers: found "x", expected an integer
                environment variable TIERD_HTTP_PORT: found "y", expected an integer
                --set log.level: found "z", expected "trace", "debug", "info", "notice", "warning", "error" or "critical"
                """)
    }

    @Test func `a file that is missing is one sentence`() {
        let error = #expect(throws: FileProblems.self) {
            try Configuration.load(path: "/nowhere/c.yaml", environment: [:], overrides: [])
        }
        #expect(error?.description == "/nowhere/c.yaml: cannot be read: there is no such file")
    }
}
