import OpsServer
import Testing

struct ProbeTests {
    @Test func `live is not ready`() async throws {
        let endpoints = OpsEndpoints.sample(
            liveness: .ok(["2 worker threads answer"]), readiness: .failing(["shard 3 is being rebuilt", "no policy"]))
        try await withServer(endpoints) { port in
            let live = try await Loopback.get("/livez", port: port)
            #expect(live.status == 200)
            #expect(live.body == "ok\n2 worker threads answer\n")
            let ready = try await Loopback.get("/readyz", port: port)
            #expect(ready.status == 503)
            #expect(ready.body == "not ready\nshard 3 is being rebuilt\nno policy\n")
            #expect(ready.headers["content-type"] == "text/plain; charset=utf-8")
        }
    }

    @Test func `a process that does not work says why`() async throws {
        try await withServer(.sample(liveness: .failing(["worker 1 has not answered for 60 s"]))) { port in
            let live = try await Loopback.get("/livez", port: port)
            #expect(live.status == 503)
            #expect(live.body == "not live\nworker 1 has not answered for 60 s\n")
        }
    }
}
