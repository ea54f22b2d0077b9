/// Why the server could not start or go on.
package enum OpsServerError: Error, Hashable, Sendable, CustomStringConvertible {
    case portInUse(host: String, port: Int)
    /// `reason` is the system's sentence.
    case cannotListen(host: String, port: Int, reason: String)
    case failed(reason: String)

    package var description: String {
        switch self {
        case .portInUse(let host, let port):
            "cannot serve HTTP on \(host):\(port): another process listens there; "
                + "stop it, or set http.port to another port (0 takes any free one)"
        case .cannotListen(let host, let port, let reason):
            "cannot serve HTTP on \(host):\(port): \(reason); set http.host and http.port to an address of this host"
        case .failed(let reason):
            "the HTTP server failed: \(reason); probes, metrics and look-ups are no longer answered"
        }
    }
}
