import Foundation
import Logging
import OpsServer
import Runtime

/// A daemon with its HTTP server and its signals: runs until it is told to stop or cannot go on.
struct DaemonService: Sendable {
    let daemon: Daemon
    let http: OpsServer.Configuration
    let logger: Logger

    /// Starts everything and returns when it has stopped; the text says why, if not because it was asked to.
    func run(onListening: @escaping @Sendable (Int) -> Void = { _ in }) async throws -> String? {
        // Before the group is joined: a port that is taken must move no shard.
        let (listening, listened) = AsyncStream<Bool>.makeStream()
        let serving = Task { [self] in
            let problem = await serve { port in
                onListening(port)
                listened.yield(true)
            }
            listened.finish()
            return problem
        }
        guard await listening.first(where: { $0 }) != nil else { return await serving.value }
        try daemon.start()
        let signals = StopSignals { daemon.stop() }
        defer { signals.cancel() }
        let reload = ReloadSignal { daemon.readPolicy() }
        defer { reload.cancel() }
        let reason = await withCheckedContinuation { continuation in
            DedicatedThread.start("join") { continuation.resume(returning: daemon.join()) }
        }
        serving.cancel()
        let problem = await serving.value
        return reason ?? problem
    }

    /// A server that cannot listen stops the daemon: nobody would see what it does.
    private func serve(_ onListening: @escaping @Sendable (Int) -> Void) async -> String? {
        do {
            try await OpsServer(configuration: http, endpoints: .watching(daemon), logger: logger).run { port in
                logger.info("listening", metadata: ["address": "http://\(http.host):\(port)"])
                onListening(port)
            }
            return nil
        } catch {
            daemon.stop()
            return "\(error)"
        }
    }
}

/// SIGHUP as a call: the policy file is read again.
final class ReloadSignal: @unchecked Sendable {
    private let source: any DispatchSourceSignal

    init(_ reload: @escaping @Sendable () -> Void) {
        signal(SIGHUP, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
        source.setEventHandler(handler: reload)
        source.resume()
    }

    func cancel() { source.cancel() }
}

/// SIGTERM and SIGINT as a call; a second one ends the process at once.
final class StopSignals: @unchecked Sendable {
    private let sources: [any DispatchSourceSignal]

    init(_ stop: @escaping @Sendable () -> Void) {
        sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                signal(number, SIG_DFL)
                stop()
            }
            source.resume()
            return source
        }
    }

    func cancel() { for source in sources { source.cancel() } }
}
