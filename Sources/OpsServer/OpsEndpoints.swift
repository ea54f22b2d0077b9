/// What the server shows: the only way in which it sees the process. The closures are called on the cooperative pool,
/// for several requests at a time, and must not block.
package struct OpsEndpoints: Sendable {
    /// Whether the process works at all. A failure asks the supervisor for a restart.
    package var liveness: @Sendable () -> Health
    /// Whether every assigned shard is live. A failure asks for patience.
    package var readiness: @Sendable () -> Health
    /// The Prometheus text format, version 0.0.4.
    package var metrics: @Sendable () -> String
    /// The customer with this id, which is UTF-8 without NUL, 1 to 256 bytes. Cancelled when nobody waits any more.
    package var customer: @Sendable (_ id: [UInt8]) async -> CustomerAnswer
    /// The process and its shards, as a `StatusReport` encodes them.
    package var status: @Sendable () -> [UInt8]
    /// What the channels brought by which customers came, a JSON object; nil where no profiles are published.
    package var acquisition: @Sendable () -> [UInt8]?

    package init(
        liveness: @escaping @Sendable () -> Health,
        readiness: @escaping @Sendable () -> Health,
        metrics: @escaping @Sendable () -> String,
        customer: @escaping @Sendable (_ id: [UInt8]) async -> CustomerAnswer,
        status: @escaping @Sendable () -> [UInt8],
        acquisition: @escaping @Sendable () -> [UInt8]?
    ) {
        self.liveness = liveness
        self.readiness = readiness
        self.metrics = metrics
        self.customer = customer
        self.status = status
        self.acquisition = acquisition
    }
}

/// A probe's answer, with a line for each thing worth knowing.
package enum Health: Hashable, Sendable {
    case ok(_ notes: [String] = [])
    /// Each reason says what is wrong and, where it helps, what to do.
    case failing(_ reasons: [String])
}

/// What is known about one customer.
package enum CustomerAnswer: Hashable, Sendable {
    /// A JSON object.
    case found(json: [UInt8])
    /// The shard is here and live, and has no such customer.
    case notFound
    /// Not among the customers of the shards that are here, and other instances have shards as well.
    case notHere
    /// The shard is here but not live yet.
    case restoring
}
