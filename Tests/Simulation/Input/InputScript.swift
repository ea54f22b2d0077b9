import KafkaClient
import Scoring
import TestSupport
import WireFormat

/// One record that some shop system writes, and when.
package struct ScriptedRecord: Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case event
        /// The very same record again, as producers that retry do.
        case duplicate
        /// Happened long before what was written already.
        case late
        case farFuture
        /// Not an event at all, whatever may be in it.
        case garbage
        case tombstone
    }

    package var arrival: VirtualTime
    package var partition: TopicPartition
    package var record: LogRecord
    package var kind: Kind
    /// The event in the record; nil where there is none.
    package var event: ScriptedEvent?
}

/// All input of one run: orders, browsing and feedback of some customers, keyed by customer so that each has one shard,
/// in the order of arrival. Lives are drawn so that standings rise, fall by silence, and churn levels are crossed.
package struct InputScript: Sendable {
    package struct Shape: Hashable, Sendable {
        package var customers: Int
        package var records: Int
        package var partitions: Int32
        /// The date at virtual zero, and milliseconds of event time for each virtual one.
        package var start: EventTime
        package var rate: Int64
        /// The last record arrives about then.
        package var span: TimeSpan
        /// In the order of `InputKind`, commands not among them.
        package var topics: [String]

        package init(
            customers: Int = 20, records: Int = 400, partitions: Int32 = 4,
            start: EventTime = EventTime(milliseconds: 1_768_900_000_000), rate: Int64 = 86_400,
            span: TimeSpan = .seconds(200), topics: [String] = ["orders", "browse", "feedback"]
        ) {
            self.customers = customers
            self.records = records
            self.partitions = partitions
            self.start = start
            self.rate = rate
            self.span = span
            self.topics = topics
        }
    }

    package let shape: Shape
    package private(set) var records: [ScriptedRecord] = []
    /// When the last record has arrived.
    package var end: VirtualTime { records.last?.arrival ?? .start }

    package init(_ shape: Shape, seed: UInt64) {
        self.shape = shape
        var writer = ScriptWriter(shape, SeededRandom(seed: seed))
        records = writer.write()
    }

    /// The partition of a customer's records in every input topic.
    package static func shard(of customer: String, partitions: Int32) -> Int32 {
        Int32(truncatingIfNeeded: StableHash.of(customer) % UInt64(partitions))
    }

    /// Events that reach a shard, in the order of the log of each topic.
    package func events(ofShard shard: Int32) -> [ScriptedEvent] {
        records.filter { $0.partition.partition == shard }.compactMap(\.event)
    }

    /// Has every record written at its time; `note` hears of each with its offset.
    package func schedule(
        into cluster: SimulatedCluster, _ clock: SimulatedClock,
        note: @escaping (ScriptedRecord, Int64) -> Void = { _, _ in }
    ) {
        for record in records {
            clock.schedule(at: record.arrival) {
                if let offset = cluster.append(record.record, to: record.partition) { note(record, offset) }
            }
        }
    }
}

extension ScriptedEvent {
    /// The record of this event as a shop system would write it, keyed by customer. `session` is the id whose hash the
    /// event carries; empty for none.
    package func encoded(session: String = "") -> LogRecord {
        var buffer = EventBuffer()
        func span(_ text: String) -> TextSpan {
            var text = text
            return text.withUTF8 { buffer.append(text: UnsafeRawBufferPointer($0)) }
        }
        let event = Event(
            time: time, customer: span(customer), customerHash: StableHash.of(customer), id: span(id),
            idHash: StableHash.of(id), body: body)
        let sessionSpan = session.isEmpty ? TextSpan.empty : span(session)
        var bytes: ContiguousArray<UInt8> = []
        var encoder = EventEncoder()
        encoder.encode(event, in: buffer, session: sessionSpan, into: &bytes)
        return LogRecord(key: Array(customer.utf8), value: Array(bytes), timestamp: time.milliseconds)
    }
}
