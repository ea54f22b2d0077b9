import KafkaClient
import Scoring

/// The input topics of an application, to be read once more. Reads only, committed records only, with a client that joins
/// no group; every call blocks.
package struct InputArchive: Sendable {
    package let bootstrap: String
    /// Passed through to librdkafka.
    package let settings: [String: String]
    package let inputs: [(kind: InputKind, topic: String)]
    /// Larger records are rejected, as by the daemon.
    private let recordBytes: Int

    package init(
        bootstrap: String, settings: [String: String] = [:], inputs: [(kind: InputKind, topic: String)],
        recordBytes: Int = 1 << 20
    ) {
        self.bootstrap = bootstrap
        self.settings = settings
        self.inputs = inputs
        self.recordBytes = recordBytes
    }

    package init(_ configuration: Configuration) {
        self.init(
            bootstrap: configuration.kafka.bootstrap, settings: configuration.kafka.settings,
            inputs: configuration.topics.inputs, recordBytes: configuration.limits.recordBytes)
    }

    /// What the partitions hold now: of all inputs or some, of all shards or one.
    package func stretches(
        of kinds: [InputKind] = InputKind.allCases, shard: Int32? = nil
    ) throws(ArchiveError) -> [InputStretch] {
        let cluster = try CommittedReader.cluster(bootstrap: bootstrap, settings: settings)
        var kindOfTopic: [String: InputKind] = [:]
        var partitions: [TopicPartition] = []
        for (kind, topic) in inputs where kinds.contains(kind) {
            let count = try JournalArchive.partitionCount(of: topic, cluster)
            if let shard, !(0..<count).contains(shard) { throw .noShard(shard, topic: topic, count: count) }
            kindOfTopic[topic] = kind
            partitions += (shard.map { [$0] } ?? Array(0..<count)).map { TopicPartition(topic: topic, partition: $0) }
        }
        return try CommittedReader.bounds(of: partitions, bootstrap: bootstrap, settings: settings)
            .compactMap { stretch in kindOfTopic[stretch.partition.topic].map { InputStretch($0, stretch) } }
    }

    /// The events of these stretches, merged by event time.
    package func history(_ stretches: [InputStretch]) throws -> EventHistory {
        let kinds = Dictionary(uniqueKeysWithValues: stretches.map { ($0.stretch.partition, $0.input) })
        let reader = try CommittedReader(stretches.map(\.stretch), bootstrap: bootstrap, settings: settings)
        let streams = reader.partitions.compactMap { stretch, source in
            kinds[stretch.partition].map { PartitionStream($0, source, stretch) }
        }
        return try EventHistory(
            streams.sorted { ($0.input.rawValue, $0.partition) < ($1.input.rawValue, $1.partition) },
            requiresKey: true, maximumBytes: recordBytes)
    }

    /// The shard whose partitions have a record with this key; nil when none has. The producers' partitioner is not
    /// known, so all stretches are read until the first such record; nothing is decoded.
    ///
    /// - Parameter progress: is told how many records were read and which part of all that is.
    package func shard(
        of customer: [UInt8], in stretches: [InputStretch], progress: (Int, Double) -> Void
    ) throws(ArchiveError) -> Int32? {
        let reader = try CommittedReader(stretches.map(\.stretch), bootstrap: bootstrap, settings: settings)
        var (found, count): (Int32?, Int) = (nil, 0)
        while found == nil,
            try reader.read({ partition, record in
                count += 1
                if let key = record.key, key.count == customer.count, key.elementsEqual(customer) {
                    found = found ?? partition.partition
                }
            })
        {
            progress(count, reader.fraction)
        }
        return found
    }
}

/// Offsets of one partition of an input.
package struct InputStretch: Hashable, Sendable {
    package let input: InputKind
    package let stretch: CommittedReader.Stretch

    package init(_ input: InputKind, _ stretch: CommittedReader.Stretch) {
        self.input = input
        self.stretch = stretch
    }

    package var shard: Int32 { stretch.partition.partition }
    /// Whether retention has removed what came first.
    package var isTrimmed: Bool { stretch.from > 0 }
}

extension [InputStretch] {
    /// What retention has taken away, as a sentence without its end; nil where all begin at offset 0.
    package var gap: String? {
        let places = filter(\.isTrimmed).map { "\($0.stretch.partition) begins at offset \($0.stretch.from)" }
        return places.isEmpty
            ? nil : "INCOMPLETE: \(places.joined(separator: ", ")): retention has removed what came before"
    }
}
