import KafkaClient
import Scoring

/// Keeps the transactional ids: who holds each, and how far its transaction is.
///
///     empty ─► ongoing ─► preparing(commit) ─► complete(commit) ─► ongoing …
///                 └─────► preparing(abort) ──► complete(abort) ──► ongoing …
///
/// Preparing ends when the marker has been written to every partition and group that the transaction touched. Checks the
/// producer's epoch and nothing else, as before KIP-890: a late EndTxn of the same epoch ends whatever is then open.
package struct TransactionCoordinator: Sendable {
    package enum Phase: Hashable, Sendable {
        case empty
        case ongoing(since: VirtualTime)
        case preparing(TransactionOutcome)
        case complete(TransactionOutcome)
    }

    /// Where a marker has to be written.
    package enum Place: Hashable, Sendable, Comparable {
        case partition(TopicPartition)
        case group(String)
    }

    package struct Marker: Hashable, Sendable {
        package let transactionalID: String
        package let producer: ProducerIdentity
        package let outcome: TransactionOutcome
        package let place: Place
    }

    private struct State {
        var producer: ProducerIdentity
        /// The epoch that the last client was given; the coordinator raises `producer.epoch` beyond it to fence it.
        var given: Int16
        var phase = Phase.empty
        var places: Set<Place> = []
        var timeout: TimeSpan
    }

    private var states: [String: State] = [:]
    private var producers: Int64 = 1_000
    private var unwritten: [Marker] = []

    package init() {}

    package func phase(of transactionalID: String) -> Phase { states[transactionalID]?.phase ?? .empty }

    package func producer(of transactionalID: String) -> ProducerIdentity? { states[transactionalID]?.producer }

    /// Markers that have to be written now; each is handed out once and answered with `written`.
    package mutating func takeMarkers() -> [Marker] {
        defer { unwritten = [] }
        return unwritten
    }

    // MARK: - Requests

    /// InitProducerId: fences every earlier holder. An ongoing transaction is aborted and a prepared one completed first:
    /// until then the answer is `concurrentTransactions`, and the client asks again.
    ///
    /// `current` is given by a holder that wants a new epoch for itself; it is refused when somebody else came between.
    package mutating func initialise(
        _ transactionalID: String, timeout: TimeSpan, current: ProducerIdentity? = nil
    ) -> Result<ProducerIdentity, SimulatedError> {
        guard var state = states[transactionalID] else {
            guard current == nil else { return .failure(.producerFenced) }
            producers += 1
            let producer = ProducerIdentity(id: producers, epoch: 0)
            states[transactionalID] = State(producer: producer, given: 0, timeout: timeout)
            return .success(producer)
        }
        if let current, current.id != state.producer.id || current.epoch != state.given {
            return .failure(.producerFenced)
        }
        switch state.phase {
        case .ongoing:
            end(transactionalID, .abort, isFencing: true)
            return .failure(.concurrentTransactions)
        case .preparing: return .failure(.concurrentTransactions)
        case .empty, .complete:
            state.producer = state.producer.next
            state.given = state.producer.epoch
            state.phase = .empty
            state.timeout = timeout
            states[transactionalID] = state
            return .success(state.producer)
        }
    }

    /// AddPartitionsToTxn and AddOffsetsToTxn: the first one opens the transaction.
    package mutating func add(
        _ places: [Place], to transactionalID: String, by producer: ProducerIdentity, at now: VirtualTime
    ) -> Result<Void, SimulatedError> {
        guard var state = states[transactionalID], state.producer == producer else { return .failure(.producerFenced) }
        switch state.phase {
        case .preparing: return .failure(.concurrentTransactions)
        case .ongoing: break
        case .empty, .complete:
            state.phase = .ongoing(since: now)
            state.places = []
        }
        state.places.formUnion(places)
        states[transactionalID] = state
        return .success(())
    }

    /// EndTxn: answered once the outcome is decided; the markers follow.
    package mutating func end(
        _ transactionalID: String, _ outcome: TransactionOutcome, by producer: ProducerIdentity
    ) -> Result<Void, SimulatedError> {
        guard let state = states[transactionalID], state.producer == producer else { return .failure(.producerFenced) }
        switch state.phase {
        case .ongoing:
            end(transactionalID, outcome, isFencing: false)
            return .success(())
        case .complete(outcome): return .success(())
        case .preparing(outcome): return .failure(.concurrentTransactions)
        case .empty, .preparing, .complete: return .failure(.invalidTransactionState)
        }
    }

    /// A marker has been written where it belonged.
    package mutating func written(_ marker: Marker) {
        guard var state = states[marker.transactionalID] else { return }
        state.places.remove(marker.place)
        if state.places.isEmpty { state.phase = .complete(marker.outcome) }
        states[marker.transactionalID] = state
    }

    // MARK: - Time

    /// Aborts transactions that have been open too long and fences their producers; returns their ids.
    package mutating func expire(at now: VirtualTime) -> [String] {
        let late = states.keys.sorted().filter { id in
            guard let state = states[id], case .ongoing(let start) = state.phase else { return false }
            return now - start >= state.timeout
        }
        for id in late { end(id, .abort, isFencing: true) }
        return late
    }

    private mutating func end(_ transactionalID: String, _ outcome: TransactionOutcome, isFencing: Bool) {
        guard var state = states[transactionalID] else { return }
        if isFencing { state.producer = state.producer.next }
        state.phase = state.places.isEmpty ? .complete(outcome) : .preparing(outcome)
        for place in state.places.sorted() {
            unwritten.append(
                Marker(transactionalID: transactionalID, producer: state.producer, outcome: outcome, place: place))
        }
        states[transactionalID] = state
    }
}
