import KafkaClient

/// A journal entry as the checker needs it, whatever its bytes are.
package struct JournalView: Hashable, Sendable {
    /// Offsets of one input partition from `from` up to, not including, `to`; `count` of them held records.
    package struct Range: Hashable, Sendable {
        package var topic: String
        package var from: Int64
        package var to: Int64
        package var count: Int

        package init(topic: String, from: Int64, to: Int64, count: Int) {
            self.topic = topic
            self.from = from
            self.to = to
            self.count = count
        }
    }

    package var sequence: UInt64
    package var previousDigest: UInt64
    /// Of this entry, as the next one has to name it.
    package var digest: UInt64
    package var ranges: [Range]
    package var outputCount: Int

    package init(sequence: UInt64, previousDigest: UInt64, digest: UInt64, ranges: [Range], outputCount: Int) {
        self.sequence = sequence
        self.previousDigest = previousDigest
        self.digest = digest
        self.ranges = ranges
        self.outputCount = outputCount
    }
}

/// What is wrong with a shard's journal.
package enum JournalFinding: Hashable, Sendable, CustomStringConvertible {
    case notConsecutive(shard: Int32, after: UInt64, found: UInt64)
    case brokenChain(shard: Int32, sequence: UInt64)
    case rangeGap(shard: Int32, sequence: UInt64, topic: String, expected: Int64, found: Int64)
    case wrongCount(shard: Int32, sequence: UInt64, topic: String, said: Int, found: Int)
    case wrongOutputCount(shard: Int32, sequence: UInt64, said: Int, found: Int)
    /// Input behind the last entry, although the run had all the time it needed.
    case unread(shard: Int32, topic: String, from: Int64, to: Int64)

    package var description: String {
        switch self {
        case .notConsecutive(let shard, let last, let found):
            "journal of shard \(shard): entry \(found) follows entry \(last)"
        case .brokenChain(let shard, let sequence):
            "journal of shard \(shard): entry \(sequence) does not name the digest of the one before it"
        case .rangeGap(let shard, let sequence, let topic, let expected, let found):
            "journal of shard \(shard), entry \(sequence): \(topic) goes on at \(found), not at \(expected)"
        case .wrongCount(let shard, let sequence, let topic, let said, let found):
            "journal of shard \(shard), entry \(sequence): \(topic) is said to hold \(said) records, and holds \(found)"
        case .wrongOutputCount(let shard, let sequence, let said, let found):
            "journal of shard \(shard), entry \(sequence): \(said) outputs are said, \(found) name this batch"
        case .unread(let shard, let topic, let from, let to):
            "journal of shard \(shard): \(topic) was worked on up to \(from) only, of \(to)"
        }
    }
}

/// Checks that a shard's journal covers its input without gap or overlap, and its outputs exactly.
package struct JournalChecker {
    private let shard: Int32
    private let inputs: [String: PartitionLog]
    /// How many outputs name each batch.
    private let outputs: [UInt64: Int]

    /// - Parameters:
    ///   - inputs: The shard's partition of each input topic.
    ///   - outputs: How many committed records name each batch in their headers.
    package init(shard: Int32, inputs: [String: PartitionLog], outputs: [UInt64: Int]) {
        self.shard = shard
        self.inputs = inputs
        self.outputs = outputs
    }

    /// `isComplete`: the shard had time to work on everything. Counts are not checked where retention removed the records.
    package func check(_ entries: [JournalView], isComplete: Bool) -> [JournalFinding] {
        var findings: [JournalFinding] = []
        var positions: [String: Int64] = [:]
        var last: JournalView?
        for entry in entries {
            if let last { findings += link(last, entry) }
            for range in entry.ranges {
                if let position = positions[range.topic], position != range.from {
                    findings.append(
                        .rangeGap(
                            shard: shard, sequence: entry.sequence, topic: range.topic, expected: position,
                            found: range.from))
                }
                positions[range.topic] = range.to
                if let finding = count(range, entry) { findings.append(finding) }
            }
            let found = outputs[entry.sequence] ?? 0
            if found != entry.outputCount {
                findings.append(
                    .wrongOutputCount(shard: shard, sequence: entry.sequence, said: entry.outputCount, found: found))
            }
            last = entry
        }
        return isComplete ? findings + unread(positions) : findings
    }

    private func link(_ last: JournalView, _ entry: JournalView) -> [JournalFinding] {
        var findings: [JournalFinding] = []
        if entry.sequence != last.sequence + 1 {
            findings.append(.notConsecutive(shard: shard, after: last.sequence, found: entry.sequence))
        }
        if entry.previousDigest != last.digest {
            findings.append(.brokenChain(shard: shard, sequence: entry.sequence))
        }
        return findings
    }

    private func count(_ range: JournalView.Range, _ entry: JournalView) -> JournalFinding? {
        guard let log = inputs[range.topic], log.logStart <= range.from else { return nil }
        let found = log.committedRecords.filter { range.from <= $0.offset && $0.offset < range.to }.count
        guard found != range.count else { return nil }
        return .wrongCount(
            shard: shard, sequence: entry.sequence, topic: range.topic, said: range.count, found: found)
    }

    private func unread(_ positions: [String: Int64]) -> [JournalFinding] {
        inputs.sorted { $0.key < $1.key }.compactMap { topic, log in
            let position = positions[topic] ?? log.logStart
            let isRead = log.committedRecords.allSatisfy { $0.offset < position }
            return isRead ? nil : .unread(shard: shard, topic: topic, from: position, to: log.lastStableOffset)
        }
    }
}
