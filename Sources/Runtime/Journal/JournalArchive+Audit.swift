import KafkaClient

extension JournalArchive {
    /// Between looking at the journal's end and at the outputs, and again before looking at the journal's new end: a
    /// commit reaches the partitions of its transaction one after another.
    private static let settlingSeconds = 0.5

    /// Reads the journals and the output topics once, and sets them against each other. `progress` is told how many
    /// records were read and which part of all that is.
    package func audit(
        only shard: Int32?, progress: (Int, Double) -> Void
    ) throws(ArchiveError) -> JournalAuditReport {
        let shards = try shards(only: shard)
        let journals = try bounds(of: shards.map(journal))
        _ = ThreadSignal().wait(seconds: Self.settlingSeconds)
        let outputs = try bounds(of: outputPartitions())
        _ = ThreadSignal().wait(seconds: Self.settlingSeconds)
        // Entries of outputs that were committed in between are there by now.
        let newer = try bounds(of: shards.map(journal))
        let judgedEnds = Dictionary(uniqueKeysWithValues: journals.map { ($0.partition, $0.to) })
        let trimmed = Set(newer.filter { $0.from > 0 }.map(\.partition))
        var audit = JournalAudit(
            shards: shards, outputs: outputs.map { ($0.partition, $0.from) }, deadLetters: topics.deadLetters)
        var count = 0
        let reader = try reader(newer + outputs)
        while try reader.read({ partition, record in
            count += 1
            if let end = judgedEnds[partition] {
                return audit.take(
                    entry: record.value.map { Array($0) } ?? [], of: partition.partition, offset: record.offset,
                    isOldestKept: trimmed.contains(partition), isJudged: record.offset < end)
            }
            let headers = record.headers
            if isForeign(headers, in: partition.topic) {
                audit.passOverForeign()
            } else {
                audit.take(
                    output: headers.stamps, key: record.key, value: record.value,
                    at: JournalFinding.RecordPlace(partition, record.offset))
            }
        }) {
            progress(count, reader.fraction)
        }
        return audit.finish()
    }

    /// Where the outputs of one entry lie, by index; stops reading when all are found.
    package func outputs(
        of entry: JournalEntry, shard: Int32, progress: (Int, Double) -> Void
    ) throws(ArchiveError) -> [FoundOutput] {
        let wanted = Int(entry.outputCount) + Int(entry.deadLetterCount)
        guard wanted > 0 else { return [] }
        var found: [FoundOutput] = []
        var count = 0
        let reader = try reader(bounds(of: outputPartitions()))
        while found.count < wanted,
            try reader.read({ partition, record in
                count += 1
                let headers = record.headers
                guard let stamp = headers.stamps.last.flatMap({ BatchStamp($0) }), stamp.shard == shard,
                    stamp.sequence == entry.sequence, !isForeign(headers, in: partition.topic)
                else { return }
                found.append(
                    FoundOutput(
                        stamp: stamp, place: JournalFinding.RecordPlace(partition, record.offset),
                        hash: RecordDigest.hash(key: record.key, value: record.value)))
            })
        {
            progress(count, reader.fraction)
        }
        return found.sorted { $0.stamp.index < $1.stamp.index }
    }

    private func isForeign(_ headers: [RecordHeader], in topic: String) -> Bool {
        origin.isForeign(topic) { name in
            headers.last { $0.name == name }.map { String(decoding: $0.value ?? [], as: UTF8.self) }
        }
    }

    private func outputPartitions() throws(ArchiveError) -> [TopicPartition] {
        let cluster = try cluster()
        var partitions: [TopicPartition] = []
        for topic in topics.all {
            for partition in 0..<(try Self.partitionCount(of: topic, cluster)) {
                partitions.append(TopicPartition(topic: topic, partition: partition))
            }
        }
        return partitions
    }
}

/// An output with the stamp that was looked for.
package struct FoundOutput: Hashable, Sendable {
    package var stamp: BatchStamp
    package var place: JournalFinding.RecordPlace
    /// Of its key and value.
    package var hash: UInt64
}

extension [RecordHeader] {
    /// The values of the `tierd_batch` headers, in their order.
    fileprivate var stamps: [String] {
        filter { $0.name == EncodedBatch.header }.map { String(decoding: $0.value ?? [], as: UTF8.self) }
    }
}
