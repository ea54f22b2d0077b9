import Scoring

/// Sends one request again and again, as librdkafka does inside a call, until it is answered for good or time is up.
///
/// An attempt that was overtaken by a later one of the same call has no effect any more: no client could tell, and
/// nothing that it does could help. Whatever the call left unanswered may still take effect, at any time, unless fenced.
final class RepeatedRequest<Value> {
    private let network: SimulatedNetwork
    private let process: SimulatedProcess
    private let name: String
    private let service: SimulatedCluster.Service
    /// When the caller no longer waits.
    private let deadline: VirtualTime
    private let effect: () -> Result<Value, SimulatedError>
    private let reply: Reply<Value>
    private var attempts = 0
    /// The newest attempt that has taken effect.
    private var effective = 0

    private static var requestTimeout: TimeSpan { .seconds(5) }
    private static var backOff: TimeSpan { .milliseconds(100) }

    init(
        network: SimulatedNetwork, process: SimulatedProcess, name: String, service: SimulatedCluster.Service,
        deadline: VirtualTime, effect: @escaping () -> Result<Value, SimulatedError>, reply: @escaping Reply<Value>
    ) {
        self.network = network
        self.process = process
        self.name = name
        self.service = service
        self.deadline = deadline
        self.effect = effect
        self.reply = reply
    }

    func send() {
        let left = deadline - network.clock.now
        guard left > .zero else { return reply(.failure(.timedOut)) }
        attempts += 1
        let attempt = attempts
        network.call(
            name, from: process, to: service, timeout: min(left, Self.requestTimeout),
            effect: { [self] in perform(attempt) }, reply: { [self] in receive($0) })
    }

    private func perform(_ attempt: Int) -> Result<Value, SimulatedError> {
        guard attempt > effective else { return .failure(.timedOut) }
        effective = attempt
        return effect()
    }

    private func receive(_ result: Result<Value, SimulatedError>) {
        guard case .failure(let error) = result, error.isRetriable else { return reply(result) }
        process.run(after: Self.backOff) { [self] in send() }
    }
}
