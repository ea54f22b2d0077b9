import OpsServer
import Runtime
import Telemetry

extension OpsEndpoints {
    /// What the HTTP server may see of a daemon.
    static func watching(_ daemon: Daemon) -> OpsEndpoints {
        OpsEndpoints(
            liveness: { daemon.livenessProblem.map { .failing([$0]) } ?? .ok() },
            readiness: {
                let problems = daemon.readinessProblems
                return problems.isEmpty ? .ok() : .failing(problems)
            },
            metrics: { daemon.metrics.text },
            customer: { id in await customer(id, daemon) },
            status: { status(daemon) }, acquisition: { acquisition(daemon) })
    }

    private static func customer(_ id: [UInt8], _ daemon: Daemon) async -> CustomerAnswer {
        let answer = await withCheckedContinuation { continuation in
            daemon.look(up: id) { continuation.resume(returning: $0) }
        }
        switch answer {
        case .restoring: return .restoring
        case .unknown: return .notFound
        case .elsewhere: return .notHere
        case .found(let report, let policy):
            // Encoding plain numbers and texts cannot fail; if it ever did, the customer is not shown.
            guard let json = try? CustomerDocument.json(report, policy) else { return .notFound }
            return .found(json: json)
        }
    }

    private static func acquisition(_ daemon: Daemon) -> [UInt8]? {
        let policy = daemon.policies.newest.policy
        guard policy.profiles != nil else { return nil }
        return try? AcquisitionDocument(daemon.board.shards, policy).json()
    }

    private static func status(_ daemon: Daemon) -> [UInt8] {
        let policy = daemon.policies.newest.policy
        let problems = daemon.readinessProblems
        let report = StatusReport(
            application: daemon.options.application, version: Version.tierd,
            policy: "\(policy.name) v\(policy.version)",
            ready: problems.isEmpty, reasons: problems,
            shards: daemon.board.shards.map { shard in
                StatusReport.Shard(
                    partition: shard.shard, state: shard.stage.phase,
                    detail: shard.stage == .restoring
                        ? "\(Int(shard.restoreProgress * 100)) % replayed" : shard.detail.isEmpty ? nil : shard.detail,
                    shadow: shard.shadow)
            })
        return (try? report.json()) ?? Array("{}".utf8)
    }
}
