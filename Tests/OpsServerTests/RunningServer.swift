import OpsServer

/// Runs a server on a free port for the time of `body`, then stops it and lets its error through.
func withServer<Result: Sendable>(
    _ endpoints: OpsEndpoints, _ body: (_ port: Int) async throws -> Result
) async throws -> Result {
    let (ports, bound) = AsyncStream.makeStream(of: Int.self)
    let serving = Task {
        defer { bound.finish() }
        try await OpsServer(configuration: .init(port: 0), endpoints: endpoints).run { bound.yield($0) }
    }
    guard let port = await ports.first(where: { _ in true }) else {
        try await serving.value
        throw Loopback.Failure.refused
    }
    do {
        let result = try await body(port)
        serving.cancel()
        try await serving.value
        return result
    } catch {
        serving.cancel()
        throw error
    }
}

extension OpsEndpoints {
    /// Healthy, and without customers unless told otherwise.
    static func sample(
        liveness: Health = .ok(), readiness: Health = .ok(), metrics: String = "", status: String = "{}",
        acquisition: String? = nil,
        customer: @escaping @Sendable ([UInt8]) async -> CustomerAnswer = { _ in .notFound }
    ) -> OpsEndpoints {
        OpsEndpoints(
            liveness: { liveness }, readiness: { readiness }, metrics: { metrics }, customer: customer,
            status: { Array(status.utf8) }, acquisition: { acquisition.map { Array($0.utf8) } })
    }
}
