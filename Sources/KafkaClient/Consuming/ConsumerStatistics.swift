import Foundation

/// A consumer's figures at one moment. The library's own lag is left out: it measures from offsets that the consumer
/// committed itself, which transactions never move.
package struct ConsumerStatistics: Hashable, Sendable {
    package let partitions: [TopicPartition: PartitionStatistics]
    package let brokers: [BrokerStatistics]
}

/// Nil offsets are not yet known.
package struct PartitionStatistics: Hashable, Sendable {
    /// No transaction is open below it; `read_committed` readers see records up to here.
    package let lastStableOffset: Int64?
    package let highWatermark: Int64?
    /// Entries fetched and not yet consumed, ends of the partition included.
    package let queuedRecords: Int
    package let queuedBytes: Int
}

package struct BrokerStatistics: Hashable, Sendable {
    /// Host, port and broker number, as the library names the connection.
    package let name: String
    /// -1 for a bootstrap address.
    package let nodeID: Int
    /// `UP`, `DOWN`, `INIT`, `TRY_CONNECT`, ...
    package let state: String
    /// Round trips in the last interval, in microseconds; zero without any.
    package let meanRoundTripMicroseconds: Int
    package let slowRoundTripMicroseconds: Int
}

extension ConsumerStatistics {
    init(json: String) throws {
        let document = try JSONDecoder().decode(StatisticsDocument.self, from: Data(json.utf8))
        brokers = document.brokerStatistics
        var partitions: [TopicPartition: PartitionStatistics] = [:]
        for (topic, entry) in document.topics ?? [:] {
            // -1 stands for "not known yet".
            for partition in entry.partitions.values where partition.partition >= 0 {
                partitions[TopicPartition(topic: topic, partition: partition.partition)] = PartitionStatistics(
                    lastStableOffset: partition.ls_offset >= 0 ? partition.ls_offset : nil,
                    highWatermark: partition.hi_offset >= 0 ? partition.hi_offset : nil,
                    queuedRecords: partition.fetchq_cnt, queuedBytes: partition.fetchq_size)
            }
        }
        self.partitions = partitions
    }
}

/// The part of librdkafka's statistics JSON that is read, in its names.
struct StatisticsDocument: Decodable {
    let msg_cnt: Int?
    let msg_size: Int?
    let brokers: [String: Broker]?
    let topics: [String: Topic]?

    struct Broker: Decodable {
        let name: String
        let nodeid: Int
        let state: String
        let rtt: Window?
    }

    /// In microseconds.
    struct Window: Decodable {
        let avg: Int
        let p99: Int
    }

    struct Topic: Decodable {
        let partitions: [String: Partition]
    }

    struct Partition: Decodable {
        let partition: Int32
        let fetchq_cnt: Int
        let fetchq_size: Int
        let ls_offset: Int64
        let hi_offset: Int64
    }

    /// In order of name.
    var brokerStatistics: [BrokerStatistics] {
        (brokers ?? [:]).values.sorted { $0.name < $1.name }.map {
            BrokerStatistics(
                name: $0.name, nodeID: $0.nodeid, state: $0.state, meanRoundTripMicroseconds: $0.rtt?.avg ?? 0,
                slowRoundTripMicroseconds: $0.rtt?.p99 ?? 0)
        }
    }
}
