import KafkaClient
import WireFormat

/// Taking records from the client: only those that it was assigned for this very task, each once.
///
/// A partition's queue outlives the task that reads it. What lies there when a shard is taken over was fetched for another, and
/// begins wherever that one had come to: read on from there, everything between the journal's end and that place would be lost,
/// and no replay could tell, since offsets have gaps where transactions were aborted.
extension ShardTask {
    /// The control thread has had the client assigned these offsets of the shard's partitions, and what was fetched before is
    /// out of reach. Heard by a task that waits to read as well as by one that reads on.
    package func reads(from offsets: [PartitionOffset]) {
        guard status.stage == .restoring || status.stage == .live else { return }
        guard mayFetch else {
            // Offsets that an earlier task had asked for are not what this one waits for: its own are still to come.
            mayFetch = merge.fetched.allSatisfy { offsets.contains($0) }
            return
        }
        let places = Dictionary(offsets.map { ($0.topicPartition, $0.offset ?? 0) }) { $1 }
        for stream in merge.streams {
            guard let place = places[stream.topicPartition], place > stream.fetchedTo else { continue }
            return stop(
                "\(stream.topicPartition) is read on at offset \(place), but was read up to \(stream.fetchedTo) only",
                retakeAfter: ShardContext.retakeSeconds)
        }
    }

    /// Takes what has come; returns whether anything has.
    func fetch(_ decoder: inout RecordDecoder) throws(KafkaError) -> Bool {
        guard try merge.fill(&decoder, maximum: context.batchRecords) else { return false }
        context.places.set(shard, merge.fetched)
        return true
    }
}
