import CRDKafka
import Foundation

/// What a producer's queue delivers beside the counted deliveries.
package enum ProducerEvent: Sendable {
    /// Nothing came within the time given.
    case none
    case error(KafkaError)
    case statistics(ProducerStatistics)
    case log(LogLine)
}

/// A producer's figures at one moment.
package struct ProducerStatistics: Hashable, Sendable {
    /// Records accepted and not yet acknowledged.
    package let queuedRecords: Int
    package let queuedBytes: Int
    package let brokers: [BrokerStatistics]

    init(json: String) throws {
        let document = try JSONDecoder().decode(StatisticsDocument.self, from: Data(json.utf8))
        queuedRecords = document.msg_cnt ?? 0
        queuedBytes = document.msg_size ?? 0
        brokers = document.brokerStatistics
    }
}

/// What became of every record produced since the client was created.
package struct DeliveryCounts: Hashable, Sendable {
    package let delivered: Int64
    /// Records that no retry could bring to the broker.
    package let failed: Int64
    /// Records that an abort threw away.
    package let purged: Int64
    /// Why the newest failure failed.
    package let lastFailure: KafkaError?
    /// Where the newest marked record was written; nil before one was.
    package let markedOffset: Int64?

    init(_ counts: crd_deliveries_t = crd_deliveries_t()) {
        delivered = counts.delivered
        failed = counts.failed
        purged = counts.purged
        markedOffset = counts.end_of_marked == 0 ? nil : counts.end_of_marked - 1
        lastFailure =
            counts.last_failure == 0 ? nil : KafkaError(rd_kafka_resp_err_t(rawValue: counts.last_failure))
    }
}
