import Foundation
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle

/// Serves probes, metrics, customer look-ups and a page for operators over HTTP/1.1, without authentication.
package struct OpsServer: Sendable {
    private let configuration: Configuration
    private let endpoints: OpsEndpoints
    private let logger: Logger

    package struct Configuration: Hashable, Sendable {
        /// Loopback unless told otherwise: nothing here asks who is asking.
        package var host: String
        /// 0 takes any free port.
        package var port: Int

        package init(host: String = "127.0.0.1", port: Int = 8080) {
            self.host = host
            self.port = port
        }
    }

    package init(
        configuration: Configuration, endpoints: OpsEndpoints, logger: Logger = Logger(label: "tierd.http")
    ) {
        self.configuration = configuration
        self.endpoints = endpoints
        self.logger = logger
    }

    /// Serves until the task is cancelled; then takes no more connections, finishes the requests under way, and returns
    /// within a few seconds. `onBound` learns the port as soon as connections are taken.
    package func run(onBound: @escaping @Sendable (_ port: Int) -> Void = { _ in }) async throws(OpsServerError) {
        let group = serviceGroup(onBound: onBound)
        // A task of its own: the caller's cancellation must reach the server as an order to stop, not as cancellation,
        // which would cut off the requests under way.
        let serving = Task { try await group.run() }
        do {
            try await withTaskCancellationHandler {
                try await serving.value
            } onCancel: {
                Task { await group.triggerGracefulShutdown() }
            }
        } catch {
            if !Task.isCancelled { throw explain(error) }
        }
    }

    private func serviceGroup(onBound: @escaping @Sendable (Int) -> Void) -> ServiceGroup {
        // The caller reports the life cycle; the library's own lines would say it twice.
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        let application = Application(
            responder: OpsResponder(endpoints: endpoints),
            server: .http1(
                configuration: .init(
                    idleTimeout: OpsLimits.idleTimeout,
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: OpsLimits.headerBytes, maxHeaderListSize: OpsLimits.headersBytes,
                        maxHeaderFieldCount: OpsLimits.headers))),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), serverName: "tierd",
                backlog: OpsLimits.backlog,
                availableConnectionsDelegate: .maximum(OpsLimits.connections, logger: logger)),
            onServerRunning: { channel in onBound(channel.localAddress?.port ?? 0) },
            logger: logger)
        var group = ServiceGroupConfiguration(services: [application], logger: logger)
        group.maximumGracefulShutdownDuration = OpsLimits.stopTimeout
        return ServiceGroup(configuration: group)
    }

    /// Errors of sockets and addresses come from taking the port: a connection that fails later ends by itself.
    private func explain(_ error: any Error) -> OpsServerError {
        let (host, port) = (configuration.host, configuration.port)
        switch error {
        case let error as IOError where error.errnoCode == EADDRINUSE:
            return .portInUse(host: host, port: port)
        case let error as IOError:
            return .cannotListen(host: host, port: port, reason: String(cString: strerror(error.errnoCode)))
        case is SocketAddressError:
            return .cannotListen(host: host, port: port, reason: "no address is known by this name")
        default:
            return .failed(reason: "\(error)")
        }
    }
}
