import KafkaClient
import Scoring

/// A transactional producer as librdkafka gives it to its caller: records are queued and sent in the background, calls
/// repeat their requests until their time is up, and what cannot be known is said so.
///
///     new ─► ready ─► open ─► (commit or abort) ─► ready
///                      └► failed ─► (abort) ─► ready          any ─► fatal
///
/// Calls answer through their `reply`, once, as the process; after a crash of the process never. One call at a time.
package final class SimulatedProducer {
    private enum State {
        case new
        case ready
        case open
        /// Only an abort helps.
        case failed
        case fatal(SimulatedError)
    }

    package let transactionalID: String
    private let network: SimulatedNetwork
    private let process: SimulatedProcess
    private let transactionTimeout: TimeSpan
    private var state = State.new
    private var identity: ProducerIdentity?
    private var queues: [TopicPartition: SendQueue] = [:]
    /// Partitions and groups that belong to the open transaction, or are being added.
    private var places: Set<TransactionCoordinator.Place> = []
    /// Whether the coordinator may know of the open transaction.
    private var isAnnounced = false
    /// The outcome of a sent batch is unknown: its sequence numbers cannot be used again.
    private var needsNewEpoch = false
    /// Counts transactions, so that answers of an earlier one are ignored.
    private var transaction = 0
    private var whenFlushed: (() -> Void)?

    private struct SendQueue {
        var waiting: [LogRecord] = []
        var isSending = false
        var nextSequence: Int32 = 0
    }

    private static let linger = TimeSpan.milliseconds(5)
    private static let batchRecords = 100
    /// A batch that could not be delivered for so long fails the transaction.
    private static let deliveryTimeout = TimeSpan.seconds(15)

    package init(
        _ transactionalID: String, _ network: SimulatedNetwork, _ process: SimulatedProcess,
        transactionTimeout: TimeSpan = .seconds(15)
    ) {
        self.transactionalID = transactionalID
        self.network = network
        self.process = process
        self.transactionTimeout = transactionTimeout
    }

    // MARK: - Calls

    /// Fences every older producer with this id and ends its transaction.
    package func initTransactions(timeout: TimeSpan, _ reply: @escaping Reply<Void>) {
        initialise(timeout: timeout, current: nil) { [self] result in
            if case .success = result { state = .ready }
            reply(result)
        }
    }

    package func begin() throws(SimulatedError) {
        guard case .ready = state else { throw stateError }
        state = .open
        transaction += 1
        places = []
        isAnnounced = false
    }

    /// Queues one record; it is sent soon.
    package func produce(_ record: LogRecord, to partition: TopicPartition) throws(SimulatedError) {
        guard case .open = state else { throw stateError }
        queues[partition, default: SendQueue()].waiting.append(record)
        let number = transaction
        process.run(after: Self.linger) { [self] in if number == transaction { send(partition) } }
    }

    package func sendOffsets(
        _ offsets: [PartitionOffset], group: GroupMembership, timeout: TimeSpan, _ reply: @escaping Reply<Void>
    ) {
        guard case .open = state, let identity else { return answer(reply, .failure(stateError)) }
        let deadline = network.clock.now + timeout
        add(.group(group.group), by: identity, deadline) { [self] result in
            guard case .success = result else { return reply(note(result)) }
            request("TxnOffsetCommit", .group, deadline) { [network] in
                network.cluster.prepare(offsets, by: identity, for: group)
            } reply: { [self] in
                reply(note($0))
            }
        }
    }

    /// Delivers what is queued, then commits. After a retriable error the outcome is open; call again to learn it.
    package func commit(timeout: TimeSpan, _ reply: @escaping Reply<Void>) {
        guard case .open = state else { return answer(reply, .failure(stateError)) }
        let deadline = network.clock.now + timeout
        var isOver = false
        let number = transaction
        process.run(after: timeout) { [self] in
            guard !isOver, number == transaction, whenFlushed != nil else { return }
            isOver = true
            whenFlushed = nil
            reply(.failure(.timedOut))
        }
        whenFlushed = { [weak self] in
            guard let self else { return }
            isOver = true
            guard case .open = state else { return answer(reply, .failure(stateError)) }
            end(.commit, deadline, reply)
        }
        for partition in queues.keys.sorted() { send(partition) }
        finishFlushing()
    }

    /// Throws the open transaction away.
    package func abort(timeout: TimeSpan, _ reply: @escaping Reply<Void>) {
        switch state {
        case .open, .failed: break
        case .ready: return answer(reply, .success(()))
        case .new, .fatal: return answer(reply, .failure(stateError))
        }
        state = .failed
        let deadline = network.clock.now + timeout
        for partition in queues.keys.sorted() {
            queues[partition]?.waiting = []
            if queues[partition]?.isSending == true { needsNewEpoch = true }
        }
        guard needsNewEpoch else { return end(.abort, deadline, reply) }
        // A new epoch aborts what is open and refuses what may still be on its way.
        initialise(timeout: timeout, current: identity) { [self] result in
            if case .success = result { state = .ready }
            reply(note(result))
        }
    }

    // MARK: - Requests

    private func initialise(timeout: TimeSpan, current: ProducerIdentity?, _ reply: @escaping Reply<Void>) {
        request("InitProducerId", .transactions, network.clock.now + timeout) { [self] in
            network.cluster.initialise(transactionalID, timeout: transactionTimeout, current: current)
        } reply: { [self] (result: Result<ProducerIdentity, SimulatedError>) in
            if case .success(let fresh) = result {
                identity = fresh
                queues = [:]
                places = []
                isAnnounced = false
                needsNewEpoch = false
                transaction += 1
            }
            reply(result.map { _ in })
        }
    }

    private func add(
        _ place: TransactionCoordinator.Place, by identity: ProducerIdentity, _ deadline: VirtualTime,
        _ reply: @escaping Reply<Void>
    ) {
        guard places.insert(place).inserted else { return reply(.success(())) }
        isAnnounced = true
        request("AddToTxn", .transactions, deadline) { [self] in
            network.cluster.add([place], to: transactionalID, by: identity)
        } reply: { [self] result in
            if case .failure = result { places.remove(place) }
            reply(result)
        }
    }

    private func end(_ outcome: TransactionOutcome, _ deadline: VirtualTime, _ reply: @escaping Reply<Void>) {
        guard let identity, isAnnounced else {
            state = .ready
            return answer(reply, .success(()))
        }
        request("EndTxn(\(outcome))", .transactions, deadline) { [self] in
            network.cluster.end(transactionalID, outcome, by: identity)
        } reply: { [self] result in
            if case .success = result { state = .ready }
            reply(note(result))
        }
    }

    private func request<Value>(
        _ name: String, _ service: SimulatedCluster.Service, _ deadline: VirtualTime,
        _ effect: @escaping () -> Result<Value, SimulatedError>, reply: @escaping Reply<Value>
    ) {
        RepeatedRequest(
            network: network, process: process, name: name, service: service, deadline: deadline, effect: effect,
            reply: reply
        ).send()
    }

    // MARK: - Sending

    private func send(_ partition: TopicPartition) {
        guard case .open = state, let identity, let queue = queues[partition], !queue.isSending, !queue.waiting.isEmpty
        else { return }
        let batch = Array(queue.waiting.prefix(Self.batchRecords))
        queues[partition]?.waiting.removeFirst(batch.count)
        queues[partition]?.isSending = true
        let number = transaction
        let deadline = network.clock.now + Self.deliveryTimeout
        add(.partition(partition), by: identity, deadline) { [self] added in
            guard number == transaction else { return }
            guard case .success = added else { return sent(partition, batch.count, added) }
            request("Produce", .partition(partition), deadline) { [network] in
                network.cluster.produce(batch, to: partition, by: identity, sequence: queue.nextSequence).map { _ in }
            } reply: { [self] in
                if number == transaction { sent(partition, batch.count, $0) }
            }
        }
    }

    private func sent(_ partition: TopicPartition, _ count: Int, _ result: Result<Void, SimulatedError>) {
        queues[partition]?.isSending = false
        switch result {
        case .success:
            queues[partition]?.nextSequence += Int32(count)
            send(partition)
        case .failure(let error):
            needsNewEpoch = true
            if error.disposition == .fatal { state = .fatal(error) } else if case .open = state { state = .failed }
        }
        finishFlushing()
    }

    private func finishFlushing() {
        if case .open = state, queues.values.contains(where: { $0.isSending || !$0.waiting.isEmpty }) { return }
        guard let flushed = whenFlushed else { return }
        whenFlushed = nil
        flushed()
    }

    // MARK: - Errors

    private func note(_ result: Result<Void, SimulatedError>) -> Result<Void, SimulatedError> {
        guard case .failure(let error) = result else { return result }
        switch error.disposition {
        case .fatal: state = .fatal(error)
        case .abort: state = .failed
        case .retry, .fail: break
        }
        return result
    }

    private var stateError: SimulatedError {
        switch state {
        case .failed: .transactionFailed
        case .fatal(let error): error
        case .new, .ready, .open: .invalidTransactionState
        }
    }

    private func answer(_ reply: @escaping Reply<Void>, _ result: Result<Void, SimulatedError>) {
        process.run { reply(result) }
    }
}
