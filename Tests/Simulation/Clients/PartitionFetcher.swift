import KafkaClient
import Scoring

/// What a consumer hands out for one partition.
package enum FetchedEntry: Hashable, Sendable {
    case record(StoredRecord)
    /// Every record below `offset` has been handed out; said once, until more has come.
    case endOfPartition(offset: Int64)
    /// This partition cannot be read on.
    case failure(SimulatedError)
}

/// Fetches one partition ahead of its reader, one request at a time.
final class PartitionFetcher {
    private let partition: TopicPartition
    private let network: SimulatedNetwork
    private let process: SimulatedProcess
    /// Nil until the oldest offset is known.
    private var position: Int64?
    private var queue: [FetchedEntry] = []
    private var saidEnd: Int64?
    private var isStopped = false

    private static let batches = 20
    /// Entries fetched ahead at most.
    private static let queued = 2_000
    private static let timeout = TimeSpan.seconds(5)
    /// How long a broker holds a fetch that finds nothing.
    private static let wait = TimeSpan.milliseconds(500)
    private static let pause = TimeSpan.milliseconds(50)

    init(
        _ partition: TopicPartition, from position: Int64?, _ network: SimulatedNetwork, _ process: SimulatedProcess
    ) {
        self.partition = partition
        self.position = position
        self.network = network
        self.process = process
    }

    func start() { process.run { [self] in fetch() } }

    func stop() { isStopped = true }

    func take(_ maximum: Int) -> [FetchedEntry] {
        let taken = Array(queue.prefix(maximum))
        queue.removeFirst(taken.count)
        return taken
    }

    private func fetch() {
        if isStopped { return }
        guard queue.count < Self.queued else { return again(after: Self.pause) }
        let (cluster, partition) = (network.cluster, partition)
        guard let position else {
            return network.call(
                "ListOffsets", from: process, to: .partition(partition), timeout: Self.timeout,
                effect: { cluster.bounds(partition) },
                reply: { [self] result in
                    if case .success(let bounds) = result { self.position = bounds.low }
                    again(after: .milliseconds(1))
                })
        }
        let size = network.drawFetchSize(normally: Self.batches)
        network.call(
            "Fetch", from: process, to: .partition(partition), timeout: Self.timeout,
            effect: { cluster.fetch(partition, from: position, batches: size, wait: Self.wait, $0) },
            reply: { [self] in receive($0) })
    }

    private func receive(_ result: Result<FetchAnswer, SimulatedError>) {
        if isStopped { return }
        switch result {
        case .failure(let error) where error.isRetriable: again(after: Self.pause)
        case .failure(let error): queue.append(.failure(error))
        case .success(let answer):
            queue += answer.records.map(FetchedEntry.record)
            position = answer.next
            let isNews = saidEnd != answer.next
            let isEmpty = answer.records.isEmpty && !answer.isAtEnd
            if answer.isAtEnd, isNews {
                saidEnd = answer.next
                queue.append(.endOfPartition(offset: answer.next))
            }
            again(after: isEmpty ? Self.pause : .milliseconds(1))
        }
    }

    private func again(after delay: TimeSpan) { process.run(after: delay) { [self] in fetch() } }
}
