import KafkaClient
import Runtime
import Scoring

/// Drives a shard's lane machine in virtual time: each of its calls goes over the simulated network, and anything may
/// happen between two of them.
final class SimulatedLane: ShardLane, @unchecked Sendable {
    private let world: SimulatedWorld
    private let process: SimulatedProcess
    private let consumer: SimulatedConsumer
    private let plan: DaemonPlan
    private let shard: Int32
    private let restorer: SnapshotRestorer
    private let report: (SimulatedLane, LaneMachine.Event) -> Void
    private var machine = LaneMachine()
    private var commands: [LaneMachine.Command] = []
    private var isBusy = false
    private var isCancelled = false
    private var isClosed = false
    private var producer: SimulatedProducer?

    /// Shorter than the real client's, so that calls in doubt are met often.
    private static let longCall = TimeSpan.seconds(4)
    private static let question = TimeSpan.seconds(10)

    init(
        _ world: SimulatedWorld, _ process: SimulatedProcess, _ consumer: SimulatedConsumer, _ plan: DaemonPlan,
        shard: Int32, restorer: SnapshotRestorer, report: @escaping (SimulatedLane, LaneMachine.Event) -> Void
    ) {
        self.world = world
        self.process = process
        self.consumer = consumer
        self.plan = plan
        self.shard = shard
        self.restorer = restorer
        self.report = report
    }

    func send(_ command: LaneMachine.Command) {
        commands.append(command)
        process.run { [self] in begin() }
    }

    func cancel() { isCancelled = true }

    func close() {
        isClosed = true
        if !isBusy { producer = nil }
    }

    /// Lets go of the producer, whose unanswered call refers back to the lane: the world has ended.
    func letGo() { producer = nil }

    private var now: Double { Double(world.clock.now.milliseconds) / 1000 }

    private func begin() {
        guard !isBusy, !commands.isEmpty else { return }
        isBusy = true
        machine.start(commands.removeFirst(), at: now)
        step()
    }

    private func step() {
        switch machine.next(isCancelled: isCancelled) {
        case .rest:
            isBusy = false
            if isClosed { producer = nil }
            begin()
        case .report(let event):
            report(self, event)
            step()
        case .wait(let milliseconds): process.run(after: .milliseconds(Int(milliseconds))) { [self] in step() }
        case .call(let call):
            perform(call) { [self] result in
                machine.answered(result.mapError(\.asKafkaError), at: now)
                step()
            }
        }
    }

    // MARK: - Calls

    private func perform(_ call: BrokerCall, _ reply: @escaping Reply<BrokerAnswer>) {
        let done: Reply<Void> = { reply($0.map { BrokerAnswer() }) }
        switch call {
        case .fence: fence(done)
        case .begin: answer(done) { producer throws(SimulatedError) in try producer.begin() }
        case .produce(let transaction):
            answer(done) { [self] producer throws(SimulatedError) in try produce(transaction, producer) }
        case .sendOffsets(let offsets):
            producer?.sendOffsets(offsets, group: consumer.groupMetadata, timeout: Self.question, done)
        case .commit: producer?.commit(timeout: Self.longCall, done)
        case .abort: producer?.abort(timeout: Self.longCall, done)
        case .committed:
            consumer.committed(plan.inputPartitions(of: shard), timeout: Self.question) { result in
                reply(result.map { offsets in BrokerAnswer { $0.offsets = offsets } })
            }
        case .inputBounds: bounds(of: plan.inputPartitions(of: shard), [], reply)
        case .journalBounds: bounds(of: [plan.journalPartition(of: shard)], [], reply)
        case .readJournal(let from, let to): readJournal(from, to, reply)
        case .restoreSnapshot:
            let search = restorer.restoreNewest()
            for skipped in search.skipped { world.trace.note(process.name, "\(skipped)") }
            process.run(after: .milliseconds(20)) { reply(.success(BrokerAnswer { $0.snapshot = search })) }
        case .lastJournalOffset: process.run { reply(.success(BrokerAnswer())) }
        }
    }

    private func fence(_ done: @escaping Reply<Void>) {
        let fresh = world.producer("\(plan.application)-\(shard)", of: process)
        producer = nil
        fresh.initTransactions(timeout: Self.longCall) { [self] result in
            if case .success = result { producer = fresh }
            done(result)
        }
    }

    private func answer(_ done: @escaping Reply<Void>, _ work: (SimulatedProducer) throws(SimulatedError) -> Void) {
        let result: Result<Void, SimulatedError>
        do throws(SimulatedError) {
            guard let producer else { throw SimulatedError.invalidTransactionState }
            try work(producer)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        process.run { done(result) }
    }

    private func produce(
        _ transaction: EncodedTransaction, _ producer: SimulatedProducer
    ) throws(SimulatedError) {
        try transaction.forEachRecord(shard: shard, plan.outputs) { record throws(SimulatedError) in
            let key = record.key.map { Array($0) }
            let partition = record.partition ?? plan.outputPartition(of: key)
            try producer.produce(
                LogRecord(key: key, value: record.value.map { Array($0) }, headers: record.headers),
                to: TopicPartition(topic: record.topic, partition: partition))
        }
    }

    private func bounds(
        of partitions: [TopicPartition], _ found: [Watermarks], _ reply: @escaping Reply<BrokerAnswer>
    ) {
        guard let next = partitions.first else { return reply(.success(BrokerAnswer { $0.bounds = found })) }
        consumer.bounds(next, timeout: Self.question) { [self] result in
            switch result {
            case .failure(let error): reply(.failure(error))
            case .success(let bounds):
                let marks = Watermarks(low: bounds.low, high: bounds.lastStable)
                self.bounds(of: Array(partitions.dropFirst()), found + [marks], reply)
            }
        }
    }

    // MARK: - The journal

    private func readJournal(_ from: Int64, _ to: Int64, _ reply: @escaping Reply<BrokerAnswer>) {
        let partition = plan.journalPartition(of: shard)
        let reader = world.consumer(SimulatedConsumer.Settings(group: "journal-reader"), of: process)
        reader.assign([PartitionOffset(topicPartition: partition, offset: from)])
        let nothing = JournalRecords(records: [], next: from)
        read(reader, partition, nothing, to, until: world.clock.now + Self.longCall) { result in
            reader.unassign()
            reply(result)
        }
    }

    private func read(
        _ reader: SimulatedConsumer, _ partition: TopicPartition, _ soFar: JournalRecords, _ to: Int64,
        until deadline: VirtualTime, _ reply: @escaping Reply<BrokerAnswer>
    ) {
        var read = soFar
        for entry in reader.consume(partition, maximum: 100) {
            switch entry {
            case .failure(let error): return reply(.failure(error))
            case .endOfPartition(let offset): read.next = max(read.next, min(offset, to))
            case .record(let stored) where stored.offset >= to: read.next = to
            case .record(let stored):
                read.records.append(
                    JournalRecords.Record(offset: stored.offset, value: stored.record.value ?? []))
                read.next = stored.offset + 1
            }
        }
        if read.next >= to { return reply(.success(BrokerAnswer { $0.records = read })) }
        guard world.clock.now < deadline else { return reply(.failure(.timedOut)) }
        process.run(after: .milliseconds(10)) { [self, read] in
            self.read(reader, partition, read, to, until: deadline, reply)
        }
    }
}

extension BrokerAnswer {
    fileprivate init(_ fill: (inout BrokerAnswer) -> Void) {
        self.init()
        fill(&self)
    }
}
