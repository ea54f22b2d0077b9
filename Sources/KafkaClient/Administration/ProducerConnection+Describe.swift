import CRDKafka
import Foundation

extension ProducerConnection {
    /// Asks one broker for every topic, or for `only` one, which must not be created by asking.
    func describe(only: String? = nil, timeoutMilliseconds: Int32) throws(KafkaError) -> ClusterDescription {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let topic = unsafe only.map { unsafe rd_kafka_topic_new(client.pointer, $0, nil) } ?? nil
        defer { if let topic = unsafe topic { unsafe rd_kafka_topic_destroy(topic) } }
        let response = unsafe rd_kafka_metadata(
            client.pointer, only == nil ? 1 : 0, topic, &metadata, timeoutMilliseconds)
        guard response == RD_KAFKA_RESP_ERR_NO_ERROR, let found = unsafe metadata else {
            throw unanswered(KafkaError(response), timeoutMilliseconds: timeoutMilliseconds)
        }
        defer { unsafe rd_kafka_metadata_destroy(found) }
        return unsafe ClusterDescription(copying: found.pointee)
    }

    /// `error` with the address that failed and how: by itself it says "broker transport failure", whatever happened.
    func unanswered(_ error: KafkaError, timeoutMilliseconds: Int32) -> KafkaError {
        var reason: String?
        // Bounded: a broken address yields a few events a second.
        for _ in 0..<100 {
            switch poll(timeoutMilliseconds: 0) {
            case .error(let event) where event.code != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN.rawValue:
                reason = event.message
            case .none:
                return KafkaError(
                    rd_kafka_resp_err_t(rawValue: error.code),
                    "no broker answered within \(timeoutMilliseconds) ms: \(reason ?? error.message)")
            default: break
            }
        }
        return error
    }
}

extension ClusterDescription {
    init(copying metadata: rd_kafka_metadata) {
        brokers = (0..<Int(unsafe metadata.broker_cnt)).map { index in
            let broker = unsafe metadata.brokers[index]
            return unsafe BrokerDescription(id: broker.id, host: String(cString: broker.host), port: Int32(broker.port))
        }.sorted { $0.id < $1.id }
        var topics: [String: TopicDescription] = [:]
        for index in 0..<Int(unsafe metadata.topic_cnt) {
            let topic = unsafe metadata.topics[index]
            let error = unsafe topic.err == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(topic.err)
            unsafe topics[String(cString: topic.topic)] = unsafe TopicDescription(
                partitionCount: Int(topic.partition_cnt), error: error)
        }
        self.topics = topics
    }
}
