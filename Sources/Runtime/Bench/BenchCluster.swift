import KafkaClient
import Snapshots

/// The topics of one shard in memory: what a process leaves behind. Answers a lane's calls at once, and never fails.
final class BenchCluster {
    let records: BenchRecords
    let population: BenchPopulation
    /// Of each input, which of the records are its own; their places are their offsets.
    private let places: [[Int32]]
    /// Records that have arrived, and how many of them in each input.
    private(set) var arrived = 0
    private(set) var ends: [Int]
    private(set) var journal: [[UInt8]]
    private(set) var committed: [PartitionOffset]
    /// What was written, for audits.
    private(set) var transactions: [EncodedTransaction] = []
    /// Of the last search for a snapshot.
    private(set) var restoringSeconds = 0.0
    private var open: EncodedTransaction?
    private let restorer: SnapshotRestorer

    init(_ records: BenchRecords, _ population: BenchPopulation, _ policies: PolicyShelf) {
        self.records = records
        self.population = population
        let inputs = population.options.inputs
        var places: [[Int32]] = inputs.map { _ in [] }
        for (index, record) in records.records.enumerated() {
            if let input = inputs.firstIndex(where: { $0.kind == record.input }) { places[input].append(Int32(index)) }
        }
        self.places = places
        ends = inputs.map { _ in 0 }
        journal = [population.entry].compactMap(\.self)
        committed = population.partitions.map { PartitionOffset(topicPartition: $0, offset: nil) }
        restorer = SnapshotRestorer(
            policies: policies, identity: population.identity, opening: population.opening)
    }

    /// Lets records arrive, up to so many in all.
    func arrive(upTo count: Int) {
        while arrived < min(count, records.count) {
            for input in places.indices where ends[input] < places[input].count {
                if Int(places[input][ends[input]]) == arrived { ends[input] += 1 }
            }
            arrived += 1
        }
    }

    /// Input records whose offsets are committed.
    var committedRecords: Int { committed.reduce(0) { $0 + Int($1.offset ?? 0) } }

    /// Records of an input, and its end where they reach it.
    func read(_ input: Int, _ offsets: Range<Int>) -> RecordCopies {
        let read = places[input][offsets].map { records.records[Int($0)] }
        let copies = RecordCopies(capacity: read.reduce(0) { $0 + $1.key.count + $1.value.count })
        records.bytes.withUnsafeBytes { bytes in
            for (offset, record) in zip(offsets, read) {
                copies.append(
                    offset: Int64(offset), timestamp: record.time.milliseconds,
                    copying: UnsafeRawBufferPointer(rebasing: bytes[record.key]),
                    UnsafeRawBufferPointer(rebasing: bytes[record.value]))
            }
        }
        if offsets.upperBound == ends[input] { copies.append(endOfPartition: Int64(offsets.upperBound)) }
        return copies
    }

    // MARK: - A lane's calls

    func answer(_ call: BrokerCall) -> BrokerAnswer {
        var answer = BrokerAnswer()
        switch call {
        case .fence, .begin, .abort: open = nil
        case .produce(let transaction): open = transaction
        case .sendOffsets: break
        case .commit: commit()
        case .committed: answer.offsets = committed
        case .inputBounds: answer.bounds = ends.map { Watermarks(low: 0, high: Int64($0)) }
        case .journalBounds: answer.bounds = [Watermarks(low: 0, high: Int64(journal.count))]
        case .readJournal(let from, let to): answer.records = readJournal(from: Int(from), to: Int(to))
        case .restoreSnapshot:
            let started = SteadyClock.now
            answer.snapshot = restorer.restoreNewest()
            restoringSeconds = SteadyClock.now - started
        case .lastJournalOffset: answer.offset = Int64(journal.count - 1)
        }
        return answer
    }

    private func commit() {
        guard let transaction = open.take() else { return }
        journal += transaction.batches.map(\.entry)
        committed = transaction.offsets
        transactions.append(transaction)
    }

    private func readJournal(from: Int, to: Int) -> JournalRecords {
        let next = min(to, from + LaneMachine.chunkEntries)
        let records = (from..<next).map { JournalRecords.Record(offset: Int64($0), value: journal[$0]) }
        return JournalRecords(records: records, next: Int64(next))
    }
}

/// One input partition of such topics.
final class BenchPartition: PartitionSource {
    private let cluster: BenchCluster
    private let input: Int
    private var next = 0
    /// Where the end has been told last.
    private var toldEnd = -1

    init(_ cluster: BenchCluster, _ input: Int) {
        self.cluster = cluster
        self.input = input
    }

    var topicPartition: TopicPartition { cluster.population.partitions[input] }

    func seek(to offset: Int64) {
        next = Int(offset)
        toldEnd = -1
    }

    func consume(maximum: Int) -> RecordBatch {
        let end = cluster.ends[input]
        guard next < end || toldEnd < next else {
            return RecordBatch(RecordCopies(capacity: 0), of: topicPartition)
        }
        let first = next
        next = min(first + maximum, end)
        if next == end { toldEnd = next }
        return RecordBatch(cluster.read(input, first..<next), of: topicPartition)
    }
}
