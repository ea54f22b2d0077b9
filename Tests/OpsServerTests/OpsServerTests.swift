import Foundation
import OpsServer
import Testing

struct OpsServerTests {
    @Test func `a port in use is one clear sentence`() async throws {
        try await withServer(.sample()) { port in
            let second = OpsServer(configuration: .init(port: port), endpoints: .sample())
            let error = await #expect(throws: OpsServerError.self) { try await second.run() }
            #expect(error == .portInUse(host: "127.0.0.1", port: port))
            #expect(error?.description.contains("127.0.0.1:\(port): another process listens there") == true)
        }
    }

    @Test func `an address of another host is refused with the system's reason`() async throws {
        // TEST-NET-1, which no host has.
        let server = OpsServer(configuration: .init(host: "192.0.2.1", port: 0), endpoints: .sample())
        let error = await #expect(throws: OpsServerError.self) { try await server.run() }
        #expect(error == .cannotListen(host: "192.0.2.1", port: 0, reason: "Cannot assign requested address"))
    }

    @Test func `a stop lets the request under way finish, and frees the port`() async throws {
        let (starts, started) = AsyncStream.makeStream(of: Void.self)
        let (releases, release) = AsyncStream.makeStream(of: Void.self)
        let (ports, bound) = AsyncStream.makeStream(of: Int.self)
        let endpoints = OpsEndpoints.sample { _ in
            started.yield()
            _ = await releases.first { _ in true }
            return .found(json: Array("{}".utf8))
        }
        let serving = Task {
            try await OpsServer(configuration: .init(port: 0), endpoints: endpoints).run { bound.yield($0) }
        }
        let port = try #require(await ports.first { _ in true })
        async let answer = Loopback.get("/v1/customers/c", port: port)
        _ = await starts.first { _ in true }
        serving.cancel()
        release.yield()
        #expect(try await answer.body == "{}")
        try await serving.value
        await #expect(throws: Loopback.Failure.refused) { try await Loopback.get("/livez", port: port) }
    }

    @Test func `a server that is stopped before it starts returns`() async throws {
        let serving = Task {
            try await OpsServer(configuration: .init(port: 0), endpoints: .sample()).run()
        }
        serving.cancel()
        await #expect(throws: Never.self) { try await serving.value }
    }

    @Test func `an idle connection does not hold up the stop`() async throws {
        let (idle, start) = try await withServer(.sample()) { port in
            let idle = try Loopback.idleConnection(port: port)
            // The answer shows that the server has seen both connections.
            #expect(try await Loopback.get("/livez", port: port).status == 200)
            return (idle, ContinuousClock.now)
        }
        // Less than it takes until what is unfinished is cut off.
        #expect(ContinuousClock.now - start < .seconds(4))
        close(idle)
    }
}
