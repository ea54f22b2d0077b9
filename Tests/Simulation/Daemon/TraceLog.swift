import Logging

/// Writes a simulated daemon's log lines into the trace.
struct TraceLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info
    private let actor: String
    /// Used by the one thread of the simulation.
    private nonisolated(unsafe) let trace: SimulationTrace

    private init(_ actor: String, _ trace: SimulationTrace) {
        self.actor = actor
        self.trace = trace
    }

    static func logger(_ actor: String, _ trace: SimulationTrace) -> Logger {
        nonisolated(unsafe) let trace = trace
        return Logger(label: actor) { _ in TraceLog(actor, trace) }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let details = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        trace.note(actor, ([event.message.description] + details).joined(separator: " "))
    }
}
