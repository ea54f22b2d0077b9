import KafkaClient
import Scoring
import TestSupport

/// The brokers of a Kafka cluster: logs, coordinators, and what is out of order just now. Every method is a request at
/// the moment it takes effect; `SimulatedNetwork` decides when, and whether the answer arrives.
package final class SimulatedCluster {
    private let clock: SimulatedClock
    private let trace: SimulationTrace
    private var random: SeededRandom
    package private(set) var topics: [String: Int32] = [:]
    private var logs: [TopicPartition: PartitionLog] = [:]
    private var transactions = TransactionCoordinator()
    private var groups: [String: GroupCoordinator] = [:]
    private var offsets: [String: GroupOffsets] = [:]
    private var joins: [String: [JoinTicket: Reply<JoinAnswer>]] = [:]
    /// Fetches that wait for something to come, by the number of their coming.
    private var fetches: [TopicPartition: [Int: () -> Void]] = [:]
    private var parked = 0
    private var outages: [Service: VirtualTime] = [:]
    /// How long a marker takes to be written.
    package var markerDelay: ClosedRange<Double> = 1...10

    /// What can be out of order by itself.
    package enum Service: Hashable, Sendable, Comparable, CustomStringConvertible {
        case partition(TopicPartition)
        case transactions
        case group

        package var description: String {
            switch self {
            case .partition(let partition): "\(partition)"
            case .transactions: "transaction coordinator"
            case .group: "group coordinator"
            }
        }
    }

    private static let beat = TimeSpan.milliseconds(100)

    package init(_ clock: SimulatedClock, _ trace: SimulationTrace, seed: UInt64) {
        self.clock = clock
        self.trace = trace
        random = SeededRandom(seed: seed)
        clock.schedule(after: Self.beat) { [weak self] in self?.passTime() }
    }

    package func create(topic: String, partitions: Int32) {
        topics[topic] = partitions
        for partition in 0..<partitions {
            logs[TopicPartition(topic: topic, partition: partition)] = PartitionLog()
        }
    }

    // MARK: - Records

    /// For looking at and for the checker; readers use `fetch`.
    package func log(_ partition: TopicPartition) -> PartitionLog { logs[partition] ?? PartitionLog() }

    /// In order of topic and partition.
    package var partitions: [TopicPartition] { logs.keys.sorted() }

    /// Input of a producer outside the simulation; returns the offset.
    @discardableResult
    package func append(_ record: LogRecord, to partition: TopicPartition) -> Int64? {
        defer { wake(partition) }
        return logs[partition]?.append([record])
    }

    package func produce(
        _ records: [LogRecord], to partition: TopicPartition, by producer: ProducerIdentity, sequence: Int32
    ) -> Result<Int64, SimulatedError> {
        defer { wake(partition) }
        return logs[partition]?.append(records, by: producer, sequence: sequence) ?? .failure(.unknownTopic)
    }

    /// Answers when there is something to answer, at the latest after `wait`, as brokers do so that nobody has to ask often.
    package func fetch(
        _ partition: TopicPartition, from offset: Int64, batches: Int, wait: TimeSpan = .zero,
        _ reply: @escaping Reply<FetchAnswer>
    ) {
        guard let log = logs[partition] else { return reply(.failure(.unknownTopic)) }
        let result = log.fetch(from: offset, batches: batches)
        guard case .success(let answer) = result, answer.next == offset, batches > 0, wait > .zero else {
            return reply(result)
        }
        parked += 1
        let (number, deadline) = (parked, clock.now + wait)
        fetches[partition, default: [:]][number] = { [self] in
            fetch(partition, from: offset, batches: batches, wait: deadline - clock.now, reply)
        }
        clock.schedule(at: deadline) { [self] in fetches[partition]?.removeValue(forKey: number)?() }
    }

    /// Something has changed in the partition: whoever waits there looks again, in the order of coming.
    private func wake(_ partition: TopicPartition) {
        guard let waiting = fetches.removeValue(forKey: partition) else { return }
        for (_, look) in waiting.sorted(by: { $0.key < $1.key }) { look() }
    }

    /// ListOffsets: the oldest offset kept, and the last stable one.
    package func bounds(_ partition: TopicPartition) -> Result<PartitionBounds, SimulatedError> {
        guard let log = logs[partition] else { return .failure(.unknownTopic) }
        return .success(PartitionBounds(low: log.logStart, lastStable: log.lastStableOffset))
    }

    package func removeHead(of partition: TopicPartition, before offset: Int64) {
        trace.note("\(partition)", "retention removes what lies before \(offset)")
        logs[partition]?.removeHead(before: offset)
    }

    package func compact(_ partition: TopicPartition) {
        trace.note("\(partition)", "compacted")
        logs[partition]?.compact()
    }

    // MARK: - Transactions

    package func transactionPhase(of transactionalID: String) -> TransactionCoordinator.Phase {
        transactions.phase(of: transactionalID)
    }

    package func initialise(
        _ transactionalID: String, timeout: TimeSpan, current: ProducerIdentity? = nil
    ) -> Result<ProducerIdentity, SimulatedError> {
        defer { writeMarkers() }
        return transactions.initialise(transactionalID, timeout: timeout, current: current)
    }

    package func add(
        _ places: [TransactionCoordinator.Place], to transactionalID: String, by producer: ProducerIdentity
    ) -> Result<Void, SimulatedError> {
        transactions.add(places, to: transactionalID, by: producer, at: clock.now)
    }

    package func end(
        _ transactionalID: String, _ outcome: TransactionOutcome, by producer: ProducerIdentity
    ) -> Result<Void, SimulatedError> {
        defer { writeMarkers() }
        return transactions.end(transactionalID, outcome, by: producer)
    }

    private func writeMarkers() {
        for marker in transactions.takeMarkers() { write(marker, after: random.double(markerDelay)) }
    }

    /// Each place at its own time: a transaction becomes visible partition by partition.
    private func write(_ marker: TransactionCoordinator.Marker, after delay: Double) {
        clock.schedule(after: .milliseconds(Int(delay))) { [self] in
            guard !isOut(marker.place.service) else { return write(marker, after: 50) }
            switch marker.place {
            case .partition(let partition):
                logs[partition]?.mark(marker.outcome, by: marker.producer)
                wake(partition)
            case .group(let group): offsets[group]?.mark(marker.outcome, by: marker.producer)
            }
            trace.note(
                marker.transactionalID, "\(marker.outcome) marker of \(marker.producer) in \(marker.place.service)")
            transactions.written(marker)
        }
    }

    // MARK: - Groups

    /// TxnOffsetCommit: for the member that `member` says, unless the group knows better.
    package func prepare(
        _ positions: [PartitionOffset], by producer: ProducerIdentity, for member: GroupMembership
    ) -> Result<Void, SimulatedError> {
        if member.generation >= 0, case .failure(let error)? = groups[member.group]?.check(member) {
            return .failure(error)
        }
        return offsets[member.group, default: GroupOffsets()].prepare(positions, by: producer)
    }

    package func committed(_ partitions: [TopicPartition], of group: String) -> Result<
        [PartitionOffset], SimulatedError
    > { offsets[group, default: GroupOffsets()].read(partitions) }

    /// Answers when the group has come to an agreement.
    package func join(_ request: JoinRequest, _ reply: @escaping Reply<JoinAnswer>) {
        let ticket = groups[request.group, default: GroupCoordinator(request.group, partitionCounts: topics)]
            .join(request, at: clock.now)
        joins[request.group, default: [:]][ticket] = reply
        answerJoins(request.group)
    }

    package func heartbeat(_ member: GroupMembership) -> Result<Void, SimulatedError> {
        groups[member.group]?.heartbeat(member, at: clock.now) ?? .failure(.unknownMember)
    }

    package func leave(_ member: GroupMembership) {
        groups[member.group]?.leave(member, at: clock.now)
        answerJoins(member.group)
    }

    /// By instance id, or member id where there is none.
    package func assignment(of group: String) -> [String: [TopicPartition]] { groups[group]?.assignment ?? [:] }

    private func answerJoins(_ group: String) {
        guard let answers = groups[group]?.takeAnswers() else { return }
        for (ticket, answer) in answers {
            if case .success(let joined) = answer {
                trace.note(
                    group,
                    "generation \(joined.membership.generation): \(joined.membership.memberID) gets "
                        + "\(joined.partitions.map(\.description).joined(separator: " "))")
            }
            joins[group]?.removeValue(forKey: ticket)?(answer)
        }
    }

    // MARK: - Time and weather

    /// Sessions and transactions that have run out.
    private func passTime() {
        clock.schedule(after: Self.beat) { [weak self] in self?.passTime() }
        if !isOut(.transactions) {
            for id in transactions.expire(at: clock.now) { trace.note(id, "transaction aborted by time-out") }
            writeMarkers()
        }
        guard !isOut(.group) else { return }
        for group in groups.keys.sorted() {
            groups[group]?.expire(at: clock.now)
            answerJoins(group)
        }
    }

    package func takeOut(_ service: Service, for span: TimeSpan) {
        trace.note("\(service)", "unavailable for \(span.milliseconds) ms")
        outages[service] = max(outages[service] ?? .start, clock.now + span)
    }

    package func isOut(_ service: Service) -> Bool { outages[service].map { clock.now < $0 } ?? false }

    /// Everything answers again.
    package func endOutages() { outages = [:] }

    /// Forgets whoever still waits for an answer: the world has ended.
    package func letGo() { (joins, fetches) = ([:], [:]) }
}

/// The oldest offset kept, and where a `read_committed` reader ends.
package struct PartitionBounds: Hashable, Sendable {
    package let low: Int64
    package let lastStable: Int64
}

extension TransactionCoordinator.Place {
    var service: SimulatedCluster.Service {
        switch self {
        case .partition(let partition): .partition(partition)
        case .group: .group
        }
    }
}
