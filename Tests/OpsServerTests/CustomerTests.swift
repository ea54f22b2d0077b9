import Foundation
import OpsServer
import Testing

struct CustomerTests {
    /// Answers every id with itself.
    private let echo = OpsEndpoints.sample { id in
        .found(json: Array(#"{"id":"\#(String(decoding: id, as: UTF8.self))"}"#.utf8))
    }

    @Test(arguments: [
        ("c-1", "c-1"), ("a%2Fb", "a/b"), ("J%C3%BCrgen+%F0%9F%9B%92", "Jürgen+🛒"), ("%25", "%"),
        ("x%20y?z", "x y"),
    ])
    func `an id is taken percent-decoded`(path: String, id: String) async throws {
        try await withServer(echo) { port in
            let answer = try await Loopback.get("/v1/customers/" + path, port: port)
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "application/json")
            #expect(answer.body == #"{"id":"\#(id)"}"#)
        }
    }

    @Test func `an id is limited after decoding`() async throws {
        try await withServer(echo) { port in
            let longest = String(repeating: "%41", count: 256)
            #expect(try await Loopback.get("/v1/customers/" + longest, port: port).status == 200)
            let answer = try await Loopback.get("/v1/customers/" + longest + "A", port: port)
            #expect(answer.status == 400)
            try expectProblem(answer, "invalid-customer-id")
        }
    }

    @Test(arguments: ["", "%", "%4", "%zz", "%00", "%FF", "a%C3"])
    func `an id that no customer can have is refused`(path: String) async throws {
        try await withServer(echo) { port in
            let answer = try await Loopback.get("/v1/customers/" + path, port: port)
            #expect(answer.status == 400)
            try expectProblem(answer, "invalid-customer-id")
        }
    }

    @Test func `an unknown customer is a problem that does not repeat the id`() async throws {
        try await withServer(.sample()) { port in
            let answer = try await Loopback.get("/v1/customers/secret-id", port: port)
            #expect(answer.status == 404)
            try expectProblem(answer, "customer-not-found")
            #expect(!answer.body.contains("secret-id"))
        }
    }

    @Test func `a customer who may be with another instance is misdirected, not called unknown`() async throws {
        try await withServer(.sample { _ in .notHere }) { port in
            let answer = try await Loopback.get("/v1/customers/secret-id", port: port)
            #expect(answer.status == 421)
            try expectProblem(answer, "customer-not-here")
            #expect(!answer.body.contains("secret-id"))
        }
    }

    @Test func `a shard under rebuild asks for patience`() async throws {
        try await withServer(.sample { _ in .restoring }) { port in
            let answer = try await Loopback.get("/v1/customers/c", port: port)
            #expect(answer.status == 503)
            #expect(answer.headers["retry-after"] == "1")
            try expectProblem(answer, "restoring")
        }
    }
}
