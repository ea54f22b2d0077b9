import KafkaClient

/// Reads stretches of several partitions, committed records only, with a client of its own that joins no group. The
/// partition whose records are oldest goes first, so that what was written together is read about together.
///
/// One thread at a time.
package final class CommittedReader {
    /// Offsets `from..<to` of a partition.
    package struct Stretch: Hashable, Sendable {
        package var partition: TopicPartition
        package var from: Int64
        package var to: Int64

        package init(_ partition: TopicPartition, from: Int64, to: Int64) {
            self.partition = partition
            self.from = from
            self.to = to
        }
    }

    private struct Source {
        let stretch: Stretch
        let partition: CommittedPartition
        var next: Int64
        /// Timestamp of the last record, milliseconds; before any, the earliest of all.
        var time = Int64.min

        var isDone: Bool { next >= stretch.to }
    }

    private var sources: [Source] = []

    /// For all queues together, KiB.
    private static let bufferKibibytes = 65_536

    /// Starts fetching.
    package init(
        _ stretches: [Stretch], bootstrap: String, settings: [String: String]
    ) throws(ArchiveError) {
        let open = stretches.filter { $0.from < $0.to }
        let kibibytes = max(256, Self.bufferKibibytes / max(open.count, 1))
        let layered = ClientSettings(
            settings,
            defaults: [
                "bootstrap.servers": bootstrap, "queued.max.messages.kbytes": String(kibibytes),
                "statistics.interval.ms": "0",
            ])
        let client: CommittedClient
        do {
            client = try CommittedClient(settings: layered, groupID: "tierd-reader")
        } catch {
            throw .settings(error)
        }
        do throws(KafkaError) {
            for stretch in open {
                let partition = try CommittedPartition(stretch.partition, of: client)
                sources.append(Source(stretch: stretch, partition: partition, next: stretch.from))
            }
            try client.consumer.assign(open.map { PartitionOffset(topicPartition: $0.partition, offset: $0.from) })
        } catch {
            throw .reading(error)
        }
    }

    /// Hands some records to `take`, in offset order within their partition; false when all stretches are at their ends.
    package func read(_ take: (TopicPartition, Record) -> Void) throws(ArchiveError) -> Bool {
        guard
            let index = sources.indices.filter({ !sources[$0].isDone }).min(by: { sources[$0].time < sources[$1].time })
        else { return false }
        do throws(KafkaError) {
            let batch = try sources[index].partition.consume(maximum: Self.portion)
            for entry in 0..<batch.count { try pass(batch[entry], of: index, take) }
        } catch {
            throw .reading(error)
        }
        return true
    }

    /// Records taken from one partition before the next is looked at.
    private static let portion = 500

    private func pass(
        _ kind: RecordKind, of index: Int, _ take: (TopicPartition, Record) -> Void
    ) throws(KafkaError) {
        switch kind {
        case .failure(let error): throw error
        case .endOfPartition(let offset): sources[index].next = max(sources[index].next, offset)
        case .record(let record):
            guard record.offset >= sources[index].next else { return }
            sources[index].next = record.offset + 1
            sources[index].time = max(sources[index].time, record.timestamp)
            if record.offset < sources[index].stretch.to { take(sources[index].stretch.partition, record) }
        }
    }

    /// How much of all stretches has been passed, 0…1.
    package var fraction: Double {
        let total = sources.reduce(0) { $0 + ($1.stretch.to - $1.stretch.from) }
        let done = sources.reduce(0) { $0 + (min($1.next, $1.stretch.to) - $1.stretch.from) }
        return total > 0 ? Double(done) / Double(total) : 1
    }

    /// The stretches one by one, for who takes from each as it likes rather than with `read`.
    var partitions: [(stretch: Stretch, source: CommittedPartition)] { sources.map { ($0.stretch, $0.partition) } }
}

extension CommittedReader {
    private static let questionMilliseconds: Int32 = 10_000

    /// Everything that these partitions hold now, committed records only.
    static func bounds(
        of partitions: [TopicPartition], bootstrap: String, settings: [String: String]
    ) throws(ArchiveError) -> [Stretch] {
        let consumer: Consumer
        do throws(SettingsError) {
            consumer = try Consumer(
                settings: ClientSettings(settings, defaults: ["bootstrap.servers": bootstrap]), groupID: "tierd-reader")
        } catch {
            throw .settings(error)
        }
        var stretches: [Stretch] = []
        do throws(KafkaError) {
            for partition in partitions {
                let found = try consumer.watermarks(partition, timeoutMilliseconds: questionMilliseconds)
                stretches.append(Stretch(partition, from: found.low, to: found.high))
            }
        } catch {
            throw .reading(error)
        }
        return stretches
    }

    /// What the cluster says of its topics.
    static func cluster(bootstrap: String, settings: [String: String]) throws(ArchiveError) -> ClusterDescription {
        let admin: Admin
        do throws(SettingsError) {
            admin = try Admin(
                settings: ClientSettings(settings, defaults: ["bootstrap.servers": bootstrap]),
                timeoutMilliseconds: questionMilliseconds)
        } catch {
            throw .settings(error)
        }
        do throws(KafkaError) { return try admin.describe() } catch {
            throw .unreachable(bootstrap: bootstrap, error)
        }
    }
}
