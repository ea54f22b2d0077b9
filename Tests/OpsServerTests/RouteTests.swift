import Foundation
import OpsServer
import Telemetry
import Testing

struct RouteTests {
    @Test func `metrics are served in the Prometheus text format`() async throws {
        let metrics = Metrics(
            labels: .init(inputTopics: ["orders"], outputTopics: [], rejectReasons: []), version: "1", startSeconds: 0)
        var endpoints = OpsEndpoints.sample()
        endpoints.metrics = { metrics.text }
        try await withServer(endpoints) { port in
            metrics.totals.batches.add(3)
            let answer = try await Loopback.get("/metrics", port: port)
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(answer.body == metrics.text)
            #expect(answer.body.contains("\ntierd_batches_total 3\n"))
        }
    }

    @Test func `the status is passed on as it is`() async throws {
        try await withServer(.sample(status: #"{"shards":[]}"#)) { port in
            let answer = try await Loopback.get("/v1/status?pretty", port: port)
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "application/json")
            #expect(answer.body == #"{"shards":[]}"#)
        }
    }

    @Test func `what the channels brought is passed on as it is, and missed where there are no profiles`() async throws
    {
        try await withServer(.sample(acquisition: #"{"channels":[]}"#)) { port in
            let answer = try await Loopback.get("/v1/acquisition", port: port)
            #expect(answer.status == 200 && answer.headers["content-type"] == "application/json")
            #expect(answer.body == #"{"channels":[]}"#)
        }
        try await withServer(.sample()) { port in
            let answer = try await Loopback.get("/v1/acquisition", port: port)
            #expect(answer.status == 404)
            try expectProblem(answer, "no-profiles")
        }
    }

    @Test func `the page loads nothing from elsewhere`() async throws {
        try await withServer(.sample()) { port in
            let page = try await Loopback.get("/", port: port)
            #expect(page.status == 200)
            #expect(page.headers["content-type"] == "text/html; charset=utf-8")
            #expect(page.headers["content-security-policy"]?.hasPrefix("default-src 'none'") == true)
            #expect(page.body.hasPrefix("<!doctype html>"))
            for elsewhere in ["http:", "https:", "src=", "href=", "@import", "url("] {
                #expect(!page.body.contains(elsewhere), "\(elsewhere)")
            }
        }
    }

    @Test func `the page reads only metrics that exist`() async throws {
        let page = try await withServer(.sample()) { try await Loopback.get("/", port: $0).body }
        let names = Set(Metric.all.map(\.name))
        var read: Set<String> = []
        for match in page.matches(of: #/"(?:tierd_)?([a-z]+(?:_[a-z]+)+)"/#) {
            // A value of a label, not a name.
            guard match.1 != "in_doubt" else { continue }
            read.insert("tierd_" + match.1.replacing(#/_(sum|count|bucket)$/#, with: ""))
        }
        #expect(read.count > 15)
        #expect(read.subtracting(names) == [])
    }

    @Test(arguments: ["/nothing", "/metrics/", "/v1/customers", "/v1/customers/a/b", "//", "/v1/status/x"])
    func `an unknown path is a problem`(path: String) async throws {
        try await withServer(.sample()) { port in
            let answer = try await Loopback.get(path, port: port)
            #expect(answer.status == 404)
            try expectProblem(answer, "unknown-path")
        }
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
    func `nothing can be changed`(method: String) async throws {
        try await withServer(.sample()) { port in
            let answer = try await Loopback.ask(method, "/v1/customers/c-1", port: port)
            #expect(answer.status == 405)
            #expect(answer.headers["allow"] == "GET, HEAD")
            try expectProblem(answer, "method-not-allowed")
        }
    }

    @Test func `the head of an answer comes without its body`() async throws {
        try await withServer(.sample(metrics: "12345\n")) { port in
            let answer = try await Loopback.ask("HEAD", "/metrics", port: port)
            #expect(answer.status == 200)
            #expect(answer.headers["content-length"] == "6")
            #expect(answer.body == "")
        }
    }

    @Test(arguments: [
        "X-Large: \(String(repeating: "x", count: 5_000))\r\n",
        String(repeating: "X-Many: 1\r\n", count: 100),
    ])
    func `headers beyond the limits are refused`(headers: String) async throws {
        try await withServer(.sample()) { port in
            let answer = try await Loopback.ask("GET", "/livez", port: port, headers: headers)
            #expect(answer.status == 400)
        }
    }

    @Test func `a request line beyond the limit is refused`() async throws {
        try await withServer(.sample()) { port in
            let answer = try await Loopback.get("/" + String(repeating: "a", count: 5_000), port: port)
            #expect(answer.status == 400)
        }
    }
}
