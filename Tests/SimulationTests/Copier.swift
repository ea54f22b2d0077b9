import KafkaClient
import Scoring
import Simulation

/// The smallest program that has to be exactly-once: copies an input partition to the outputs, with numbers.
///
///     fencing ─► positioning ─► working ─► (commit) ─► working …
///        ▲                         │ any error
///        └─────────────────────────┘            fenced: stopped
final class Copier {
    /// What to do when a commit's outcome is unknown.
    enum Doubt {
        /// Fence, then go on from what the group has committed.
        case resolve
        /// Take the commit for failed and send the same batch again: the mistake that the simulation has to find.
        case sendAgain
    }

    static let customers: Int64 = 3
    private let world: SimulatedWorld
    private let process: SimulatedProcess
    private let doubt: Doubt
    private let input: TopicPartition
    private let consumer: SimulatedConsumer
    private var producer: SimulatedProducer
    private var batch: [StoredRecord] = []

    init(_ world: SimulatedWorld, _ process: SimulatedProcess, _ doubt: Doubt, _ input: TopicPartition) {
        self.world = world
        self.process = process
        self.doubt = doubt
        self.input = input
        consumer = world.consumer(.init(group: "copier"), of: process)
        producer = world.producer("copier-0", of: process)
    }

    func start() { fence { self.findPosition() } }

    private func fence(then next: @escaping () -> Void) {
        producer = world.producer("copier-0", of: process)
        producer.initTransactions(timeout: .seconds(30)) { [self] result in
            guard result.isSuccess else { return process.run(after: .milliseconds(200)) { self.fence(then: next) } }
            next()
        }
    }

    private func findPosition() {
        consumer.committed([input], timeout: .seconds(10)) { [self] result in
            guard case .success(let offsets) = result else {
                return process.run(after: .milliseconds(200)) { self.findPosition() }
            }
            consumer.assign([PartitionOffset(topicPartition: input, offset: offsets[0].offset ?? 0)])
            work()
        }
    }

    private func work() {
        batch = consumer.consume(input, maximum: 7).compactMap {
            if case .record(let stored) = $0 { stored } else { nil }
        }
        if batch.isEmpty { process.run(after: .milliseconds(50)) { self.work() } } else { send() }
    }

    private func send() {
        guard let last = batch.last else { return work() }
        do throws(SimulatedError) {
            try producer.begin()
            for stored in batch { try produce(stored) }
        } catch {
            return recover(from: error, isInDoubt: false)
        }
        let position = PartitionOffset(topicPartition: input, offset: last.offset + 1)
        producer.sendOffsets([position], group: .none("copier"), timeout: .seconds(10)) { [self] result in
            if let error = result.error { return recover(from: error, isInDoubt: false) }
            producer.commit(timeout: .seconds(10)) { [self] result in
                if let error = result.error { return recover(from: error, isInDoubt: true) }
                work()
            }
        }
    }

    private func produce(_ stored: StoredRecord) throws(SimulatedError) {
        let (customer, number) = (stored.offset % Self.customers, stored.offset / Self.customers + 1)
        var copy = record(#"{"customer_id":"c-\#(customer)","sequence":\#(number)}"#, key: "c-\(customer)")
        copy.headers = [RecordHeader("tierd_sequence", "\(number)")]
        try producer.produce(copy, to: TopicPartition(topic: "out", partition: Int32(customer % 2)))
    }

    private func recover(from error: SimulatedError, isInDoubt: Bool) {
        // Another copy of this program has taken over.
        if error.isFenced { return consumer.unassign() }
        if isInDoubt, doubt == .sendAgain { return fence { self.send() } }
        fence { self.findPosition() }
    }
}
