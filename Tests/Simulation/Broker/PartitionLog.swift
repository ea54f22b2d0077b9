import KafkaClient

/// One partition as its leader keeps it: offsets, producers' epochs and sequence numbers, open transactions.
package struct PartitionLog: Sendable {
    /// In order of offset; retention and compaction leave holes.
    package private(set) var entries: [LogEntry] = []
    /// The oldest offset kept.
    package private(set) var logStart: Int64 = 0
    /// The offset that the next record will get.
    package private(set) var highWatermark: Int64 = 0
    private var producers: [Int64: ProducerState] = [:]

    private struct ProducerState {
        var epoch: Int16
        var nextSequence: Int32 = 0
        /// The newest batches, so that a repeat is answered with its first offset.
        var recent: [(sequence: Int32, count: Int, offset: Int64)] = []
        /// First offset of the open transaction.
        var openSince: Int64?
    }

    /// As brokers do.
    private static let remembered = 5

    package init() {}

    /// No transaction is open below it: where a `read_committed` reader ends.
    package var lastStableOffset: Int64 { producers.values.compactMap(\.openSince).min() ?? highWatermark }

    // MARK: - Writing

    /// Appends records of a producer without transactions; returns the first offset.
    @discardableResult
    package mutating func append(_ records: [LogRecord]) -> Int64 { add(records, nil) }

    /// Appends a batch inside the producer's transaction, once: a repeated sequence number is answered with the first
    /// one's offset. As before KIP-890, nobody asks the coordinator whether that transaction is still open.
    package mutating func append(
        _ records: [LogRecord], by producer: ProducerIdentity, sequence: Int32
    ) -> Result<Int64, SimulatedError> {
        var state = producers[producer.id] ?? ProducerState(epoch: producer.epoch)
        guard producer.epoch >= state.epoch else { return .failure(.producerFenced) }
        if producer.epoch > state.epoch {
            state = ProducerState(epoch: producer.epoch, openSince: state.openSince)
        }
        if let repeated = state.recent.first(where: { $0.sequence == sequence && $0.count == records.count }) {
            return .success(repeated.offset)
        }
        guard sequence == state.nextSequence else { return .failure(.outOfOrderSequence) }
        state.nextSequence += Int32(records.count)
        state.openSince = state.openSince ?? highWatermark
        state.recent.append((sequence, records.count, highWatermark))
        if state.recent.count > Self.remembered { state.recent.removeFirst() }
        producers[producer.id] = state
        return .success(add(records, producer))
    }

    /// Ends the producer's transaction here. A marker of an older epoch comes too late and is refused.
    package mutating func mark(_ outcome: TransactionOutcome, by producer: ProducerIdentity) {
        var state = producers[producer.id] ?? ProducerState(epoch: producer.epoch)
        guard producer.epoch >= state.epoch else { return }
        if producer.epoch > state.epoch {
            state = ProducerState(epoch: producer.epoch, openSince: state.openSince)
        }
        if outcome == .abort, let start = state.openSince {
            for index in firstIndex(from: start)..<entries.count where entries[index].producer?.id == producer.id {
                entries[index].isAborted = true
            }
        }
        state.openSince = nil
        producers[producer.id] = state
        entries.append(
            LogEntry(offset: highWatermark, batch: highWatermark, body: .marker(outcome), producer: producer))
        highWatermark += 1
    }

    private mutating func add(_ records: [LogRecord], _ producer: ProducerIdentity?) -> Int64 {
        let first = highWatermark
        for record in records {
            entries.append(LogEntry(offset: highWatermark, batch: first, body: .record(record), producer: producer))
            highWatermark += 1
        }
        return first
    }

    // MARK: - Forgetting

    /// Retention: everything below `offset` goes, committed or not.
    package mutating func removeHead(before offset: Int64) {
        logStart = min(max(logStart, offset), highWatermark)
        entries.removeFirst(firstIndex(from: logStart))
    }

    /// Compaction: below the last stable offset, keeps the newest record of each key and drops aborted ones. Offsets stay.
    package mutating func compact() {
        let stable = lastStableOffset
        var newest: [[UInt8]: Int64] = [:]
        for entry in entries where entry.offset < stable && !entry.isAborted {
            if case .record(let record) = entry.body, let key = record.key { newest[key] = entry.offset }
        }
        entries.removeAll { entry in
            guard entry.offset < stable, case .record(let record) = entry.body else { return false }
            return entry.isAborted || record.key.map { newest[$0] != entry.offset } ?? false
        }
    }

    /// Position of the first entry at or above `offset`.
    func firstIndex(from offset: Int64) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].offset < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

// MARK: - Reading

/// What a `read_committed` fetch brings.
package struct FetchAnswer: Sendable {
    package var records: [StoredRecord] = []
    /// Where to fetch next: behind control records and aborted ones too.
    package var next: Int64
    package var lastStableOffset: Int64
    /// Whether `next` is the last stable offset.
    package var isAtEnd: Bool { next >= lastStableOffset }
}

extension PartitionLog {
    /// Committed records from `offset` on, out of at most `batches` whole batches, control records and aborted ones left out.
    package func fetch(from offset: Int64, batches: Int) -> Result<FetchAnswer, SimulatedError> {
        guard (logStart...highWatermark).contains(offset) else { return .failure(.offsetOutOfRange) }
        let stable = lastStableOffset
        var answer = FetchAnswer(next: offset, lastStableOffset: stable)
        var left = batches
        var batch: Int64?
        for entry in entries[firstIndex(from: offset)...] {
            guard entry.offset < stable else { break }
            if entry.batch != batch {
                guard left > 0 else { return .success(answer) }
                left -= 1
                batch = entry.batch
            }
            answer.next = entry.offset + 1
            guard !entry.isAborted, case .record(let record) = entry.body else { continue }
            answer.records.append(StoredRecord(offset: entry.offset, record: record))
        }
        // A hole that compaction left at the end is passed over too.
        if left > 0 { answer.next = max(offset, stable) }
        return .success(answer)
    }

    /// Everything that a `read_committed` consumer sees, without faults.
    package var committedRecords: [StoredRecord] {
        guard case .success(let answer) = fetch(from: logStart, batches: .max) else { return [] }
        return answer.records
    }
}
