import KafkaClient
import Scoring

/// Sets the journals of all shards against the output topics: every output must be there once, unaltered, in order.
///
/// Takes entries and outputs in any order between partitions, in offset order within each; reads nothing itself.
package struct JournalAudit: Sendable {
    package typealias RecordPlace = JournalFinding.RecordPlace

    /// A partition of an output topic.
    private struct Partition: Sendable {
        let isDeadLetters: Bool
        /// Retention has removed its oldest records.
        let hasLost: Bool
        /// The oldest and the newest stamp of each shard.
        var first: [Int32: BatchStamp] = [:]
        var last: [Int32: BatchStamp] = [:]
    }

    private var shards: [Int32: ShardAudit] = [:]
    private var partitions: [TopicPartition: Partition] = [:]
    private var report = JournalAuditReport()

    /// - Parameters:
    ///   - shards: Those that are audited; outputs of others are passed over.
    ///   - outputs: The partitions of the output topics, with the offset of the oldest record that each has kept.
    package init(
        shards: [Int32], outputs: [(partition: TopicPartition, oldest: Int64)], deadLetters: String
    ) {
        for shard in shards { self.shards[shard] = ShardAudit(shard) }
        for output in outputs {
            partitions[output.partition] = Partition(
                isDeadLetters: output.partition.topic == deadLetters, hasLost: output.oldest > 0)
        }
    }

    /// A record of a journal. `isOldestKept`: retention has removed those before it. `isJudged`: it was committed before
    /// the outputs were looked at, so that they must be there.
    package mutating func take(
        entry bytes: [UInt8], of shard: Int32, offset: Int64, isOldestKept: Bool, isJudged: Bool
    ) {
        guard var audit = shards[shard] else { return }
        let entry: JournalEntry
        do throws(JournalFormatError) {
            entry = try JournalEntry(bytes: bytes)
        } catch {
            return report.note(.journal(shard: shard, .format(offset: offset, error)))
        }
        shards[shard] = nil
        let (problem, isAltered) = audit.take(entry, isOldestKept: isOldestKept, isJudged: isJudged)
        shards[shard] = audit
        if let problem { report.note(.journal(shard: shard, problem)) }
        if isAltered { report.note(.altered(shard: shard, sequence: entry.sequence)) }
    }

    /// A record of an output topic. `stamps` are the values of its `tierd_batch` headers.
    package mutating func take(
        output stamps: [String], key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, at place: RecordPlace
    ) {
        guard let stamp = stamps.last.flatMap({ BatchStamp($0) }) else { return report.note(.unstamped(at: place)) }
        guard var audit = shards[stamp.shard] else { return }
        shards[stamp.shard] = nil
        let (verdict, isAltered) = audit.take(stamp, hash: RecordDigest.hash(key: key, value: value), at: place)
        shards[stamp.shard] = audit
        switch verdict {
        case .good: report.outputs += 1
        case .older: report.olderOutputs += 1
        case .repeated: report.note(.repeated(stamp, at: place))
        case .extra: report.note(.extra(stamp, at: place))
        }
        if isAltered { report.note(.altered(shard: stamp.shard, sequence: stamp.sequence)) }
        // What is there twice, or was never given, is out of place as a matter of course.
        if verdict == .good || verdict == .older { noteOrder(of: stamp, at: place) }
    }

    /// A record of an output topic that another application has written.
    package mutating func passOverForeign() { report.foreignOutputs += 1 }

    private mutating func noteOrder(of stamp: BatchStamp, at place: RecordPlace) {
        let last = partitions[place.partition]?.last[stamp.shard]
        if let last, !stamp.follows(last) { return report.note(.reordered(stamp, after: last, at: place)) }
        partitions[place.partition]?.last[stamp.shard] = stamp
        if last == nil { partitions[place.partition]?.first[stamp.shard] = stamp }
    }

    // MARK: - The end

    /// Everything has been read: what is still incomplete is wrong, or was removed by retention.
    package consuming func finish() -> JournalAuditReport {
        for shard in shards.keys.sorted() {
            guard let audit = shards[shard] else { continue }
            report.note(audit)
            for sequence in audit.waiting.keys.sorted() {
                if let open = audit.waiting[sequence] { judge(open, shard, sequence, audit) }
            }
        }
        return report
    }

    private mutating func judge(_ open: ShardAudit.Waiting, _ shard: Int32, _ sequence: UInt64, _ audit: ShardAudit) {
        guard open.digest != nil else {
            report.outputs -= open.hashes.count
            if let first = audit.first, sequence < first {
                report.olderOutputs += open.hashes.count
            } else if let place = open.place, let output = open.hashes.first {
                // One finding for the batch that never was.
                report.note(.extra(BatchStamp(shard: shard, sequence: sequence, index: output.index), at: place))
            }
            return
        }
        guard open.isJudged else {
            report.newerEntries += 1
            return
        }
        let found = Set(open.hashes.map(\.index))
        let missing = (0..<UInt32(open.count)).filter { !found.contains($0) }
        let lost = missing.filter { index in
            !mayBeRemoved(
                BatchStamp(shard: shard, sequence: sequence, index: index), isDeadLetter: index >= open.outputCount)
        }
        guard let first = lost.first else {
            report.removedEntries += 1
            return
        }
        report.note(
            found.isEmpty
                ? .missing(shard: shard, sequence: sequence, count: open.count)
                : .torn(shard: shard, sequence: sequence, found: found.count, of: open.count, first: first))
    }

    /// Whether some partition has lost records from before the first that it kept of this shard.
    private func mayBeRemoved(_ stamp: BatchStamp, isDeadLetter: Bool) -> Bool {
        partitions.values.contains { partition in
            guard partition.hasLost, partition.isDeadLetters == isDeadLetter else { return false }
            return partition.first[stamp.shard]?.follows(stamp) ?? true
        }
    }
}
