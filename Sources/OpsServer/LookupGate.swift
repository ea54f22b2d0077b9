import Synchronization

/// Bounds customer look-ups in number and in time, so that a busy shard costs askers an answer and the process nothing.
package final class LookupGate: Sendable {
    private let limit: Int
    private let timeout: Duration
    private let underWay = Atomic<Int>(0)

    package init(limit: Int, timeout: Duration) {
        self.limit = limit
        self.timeout = timeout
    }

    package enum Outcome: Hashable, Sendable {
        case answered(CustomerAnswer)
        /// As many look-ups as are allowed are under way.
        case busy
        case timedOut
    }

    /// Runs `lookup` and waits for it up to the time limit. One that goes on after that is cancelled, and keeps its
    /// place until it returns.
    package func answer(_ lookup: @escaping @Sendable () async -> CustomerAnswer) async -> Outcome {
        guard enter() else { return .busy }
        let (outcomes, outcome) = AsyncStream.makeStream(of: Outcome.self, bufferingPolicy: .bufferingOldest(1))
        let work = Task {
            let answer = await lookup()
            leave()
            outcome.yield(.answered(answer))
        }
        let timer = Task { [timeout] in
            try? await Task.sleep(for: timeout)
            outcome.yield(.timedOut)
        }
        // Ends without an outcome when the request itself is cancelled.
        let first = await outcomes.first { _ in true }
        work.cancel()
        timer.cancel()
        return first ?? .timedOut
    }

    private func enter() -> Bool {
        if underWay.wrappingAdd(1, ordering: .relaxed).newValue <= limit { return true }
        leave()
        return false
    }

    private func leave() {
        underWay.wrappingSubtract(1, ordering: .relaxed)
    }
}
