import CRDKafka
import Foundation

/// What both kinds of producer and the admin client share: a client with its event and log queues.
@safe final class ProducerConnection: @unchecked Sendable {
    let client: ClientHandle
    private let events: EventQueue
    /// Separate, because flushing serves the event queue and would print the lines to standard error.
    private let log: EventQueue

    init(_ configuration: consuming Configuration) throws(SettingsError) {
        client = try ClientHandle(producer: configuration)
        events = unsafe EventQueue(taking: rd_kafka_queue_get_main(client.pointer), of: client)
        log = EventQueue.new(of: client)
        _ = unsafe rd_kafka_set_log_queue(client.pointer, log.pointer)
    }

    func poll(timeoutMilliseconds: Int32) -> ProducerEvent {
        if let line = log.poll(timeoutMilliseconds: 0) { return .log(line.logLine) }
        var timeout = timeoutMilliseconds
        while let event = events.poll(timeoutMilliseconds: timeout) {
            switch event.type {
            // Polled as events, reports reach no callback.
            case RD_KAFKA_EVENT_DR: client.count(event)
            case RD_KAFKA_EVENT_ERROR: return .error(event.error(of: client))
            case RD_KAFKA_EVENT_STATS: return statistics(event)
            default: break
            }
            timeout = 0
        }
        return .none
    }

    func flush(timeoutMilliseconds: Int32) throws(KafkaError) {
        try KafkaError.check(unsafe rd_kafka_flush(client.pointer, timeoutMilliseconds))
    }

    private func statistics(_ event: borrowing QueueEvent) -> ProducerEvent {
        do {
            return .statistics(try ProducerStatistics(json: event.statistics))
        } catch {
            return .error(KafkaError(RD_KAFKA_RESP_ERR__BAD_MSG, "statistics are not readable: \(error)"))
        }
    }
}
