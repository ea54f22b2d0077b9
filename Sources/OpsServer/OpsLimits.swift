import NIOCore

/// What one client, or all of them together, can take from the process. The scoring threads come first.
enum OpsLimits {
    /// Connections served at a time; further ones wait in the backlog.
    static let connections = 256
    /// Connections that the kernel keeps waiting.
    static let backlog = 64
    /// Bytes of the request line, or of one header. A customer id of 256 bytes takes 768 when percent-encoded.
    static let headerBytes = 4_096
    /// Bytes of the request line and all headers.
    static let headersBytes = 16_384
    static let headers = 64
    /// A connection that is silent for so long is closed, between requests as well as inside one.
    static let idleTimeout = TimeAmount.seconds(5)
    /// Customer look-ups under way, those included whose client was already told that they took too long.
    static let lookups = 32
    static let lookupTimeout = Duration.seconds(2)
    /// What is unfinished so long after the order to stop is cut off.
    static let stopTimeout = Duration.seconds(5)
    /// Bytes of a customer id after percent-decoding; the same limit as in events.
    static let customerIDBytes = 256
}
