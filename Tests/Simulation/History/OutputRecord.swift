import Foundation
import KafkaClient

/// One output as a `read_committed` consumer gets it.
package struct OutputRecord: Hashable, Sendable {
    package let partition: TopicPartition
    package let stored: StoredRecord

    package var offset: Int64 { stored.offset }
    /// The record's key.
    package var customer: String { String(decoding: stored.record.key ?? [], as: UTF8.self) }
    /// The value as text; what expected outputs are compared with.
    package var text: String { String(decoding: stored.record.value ?? [], as: UTF8.self) }

    /// Counts the outputs of one kind about one customer, from 1 on, or is the time of one in seconds; nil when the record
    /// does not say.
    package var sequence: Int64? { stored.record.header("tierd_sequence").flatMap { Int64($0) } }

    /// No other record of its topic has it; nil when the record does not say.
    var id: String? { stored.record.header("ce_id") }

    /// Fields of the JSON value; nil when it is none.
    var fields: [String: Any]? {
        let value = Data(stored.record.value ?? [])
        return (try? JSONSerialization.jsonObject(with: value)) as? [String: Any]
    }

    package init(_ partition: TopicPartition, _ stored: StoredRecord) {
        self.partition = partition
        self.stored = stored
    }
}

/// Everything that a `read_committed` consumer of some topics sees, partition by partition in order of offset.
package struct OutputHistory: Sendable {
    package let records: [OutputRecord]

    package init(_ records: [OutputRecord]) { self.records = records }

    package init(_ cluster: SimulatedCluster, topics: [String]) {
        records = cluster.partitions.filter { topics.contains($0.topic) }.flatMap { partition in
            cluster.log(partition).committedRecords.map { OutputRecord(partition, $0) }
        }
    }

    /// Which of a customer's kinds of output; each kind has a topic of its own.
    package struct Line: Hashable, Comparable, Sendable, CustomStringConvertible {
        package let customer: String
        package let topic: String

        package init(customer: String, topic: String) {
            self.customer = customer
            self.topic = topic
        }

        package static func < (left: Line, right: Line) -> Bool {
            (left.customer, left.topic) < (right.customer, right.topic)
        }

        package var description: String { "\(topic) of \(customer)" }
    }

    /// In order of customer and topic; a line's records in the order in which they are read.
    package var lines: [(line: Line, records: [OutputRecord])] {
        var byLine: [Line: [OutputRecord]] = [:]
        for record in records {
            byLine[Line(customer: record.customer, topic: record.partition.topic), default: []].append(record)
        }
        return byLine.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
