import CRDKafka

/// A member of a consumer group, or a reader of partitions that the caller assigns without subscribing.
///
/// Thread contract: one thread polls, assigns, subscribes and closes; the questions (`committed`, `watermarks`,
/// `groupMetadata`, `isAssignmentLost`, `isClosed`) may come from any thread. Calls block, so none belongs on Swift's
/// cooperative pool. In order: subscribe, poll, answer `.assigned` with `assign` and `.revoked` with `unassign`,
/// `beginClose`, poll until `isClosed`.
@safe package final class Consumer: @unchecked Sendable {
    private let client: ClientHandle
    private var events: EventQueue

    /// `instanceID` makes the membership static: a restart within the session timeout moves no partition.
    /// Without subscribing, the group id is only a name: nothing joins and nothing is committed.
    package init(settings: ClientSettings, groupID: String, instanceID: String? = nil) throws(SettingsError) {
        let configuration = try settings.configuration(for: .consumer(group: groupID, instance: instanceID))
        client = try ClientHandle(consumer: configuration)
        events = unsafe EventQueue(taking: rd_kafka_queue_get_consumer(client.pointer), of: client)
    }

    /// Asks to join the group for `topics`; the answer arrives as an event, about three seconds later in a new group.
    package func subscribe(_ topics: [String]) throws(KafkaError) {
        let list = PartitionList(topics.map { TopicPartition(topic: $0, partition: RD_KAFKA_PARTITION_UA) })
        try KafkaError.check(unsafe rd_kafka_subscribe(client.pointer, list.pointer))
    }

    /// Waits up to `timeoutMilliseconds` for the next event. Must be called more often than `max.poll.interval.ms`.
    package func poll(timeoutMilliseconds: Int32) -> ConsumerEvent {
        guard let event = events.poll(timeoutMilliseconds: timeoutMilliseconds) else { return .none }
        switch event.type {
        case RD_KAFKA_EVENT_REBALANCE: return rebalance(event)
        case RD_KAFKA_EVENT_STATS: return statistics(event)
        case RD_KAFKA_EVENT_LOG: return .log(event.logLine)
        case RD_KAFKA_EVENT_ERROR: return .error(event.error(of: client))
        default: return .error(unexpected(event))
        }
    }

    /// Replaces the assignment; fetching starts at exactly these offsets, at the oldest record kept where it is nil.
    package func assign(_ starts: [PartitionOffset]) throws(KafkaError) {
        // Before fetching starts, or the first records would land among the events.
        for start in starts { _ = try partitionQueue(start.topicPartition) }
        let list = PartitionList(starts, missing: Int64(RD_KAFKA_OFFSET_BEGINNING))
        try KafkaError.check(unsafe rd_kafka_assign(client.pointer, list.pointer))
    }

    /// Gives the assignment back. Records that were queued but not yet consumed are dropped by the library.
    package func unassign() throws(KafkaError) {
        try KafkaError.check(unsafe rd_kafka_assign(client.pointer, nil))
    }

    /// The queue of one partition, cut off from the others: back-pressure is its own. Take it before or after `assign`.
    package func partitionQueue(_ partition: TopicPartition) throws(KafkaError) -> PartitionQueue {
        guard let queue = unsafe rd_kafka_queue_get_partition(client.pointer, partition.topic, partition.partition)
        else {
            throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, "\(partition) is not a possible partition")
        }
        unsafe rd_kafka_queue_forward(queue, nil)
        return unsafe PartitionQueue(EventQueue(taking: queue, of: client), of: partition, client: client)
    }

    /// Starts leaving the group. Keep polling, and answer a last `.revoked`, until `isClosed`.
    package func beginClose() throws(KafkaError) {
        // A queue of its own: the library forwards the consumer queue to it, which must not end in a circle, and wants
        // our reference to the consumer queue gone by then.
        events = EventQueue.new(of: client)
        try KafkaError.check(unsafe rd_kafka_consumer_close_queue(client.pointer, events.pointer))
    }

    /// True once the group has been left.
    package var isClosed: Bool { unsafe rd_kafka_consumer_closed(client.pointer) != 0 }
}

// MARK: - Questions, from any thread

extension Consumer {
    /// True while the partitions may belong to another member already; reset by `assign` and `unassign`.
    package var isAssignmentLost: Bool { unsafe rd_kafka_assignment_lost(client.pointer) != 0 }

    /// What the group has committed. Waits for open transactions that touch these offsets; timing out is retriable.
    package func committed(
        _ partitions: [TopicPartition], timeoutMilliseconds: Int32
    ) throws(KafkaError) -> [PartitionOffset] {
        let list = PartitionList(partitions)
        try KafkaError.check(unsafe rd_kafka_committed(client.pointer, list.pointer, timeoutMilliseconds))
        if let error = list.firstError { throw error }
        return list.offsets
    }

    /// Asks the partition's leader. `high` is the last stable offset, since the consumer reads committed records only.
    /// Unreachable leaders can keep it longer than `timeoutMilliseconds`.
    package func watermarks(
        _ partition: TopicPartition, timeoutMilliseconds: Int32
    ) throws(KafkaError) -> Watermarks {
        var low: Int64 = 0
        var high: Int64 = 0
        try KafkaError.check(
            unsafe rd_kafka_query_watermark_offsets(
                client.pointer, partition.topic, partition.partition, &low, &high, timeoutMilliseconds))
        return Watermarks(low: low, high: high)
    }

    /// The membership now. Take it after the poll that delivered a batch, for that batch's transaction.
    package func groupMetadata() throws(KafkaError) -> ConsumerGroupMetadata {
        guard let metadata = unsafe rd_kafka_consumer_group_metadata(client.pointer) else {
            throw client.fatalError ?? KafkaError(RD_KAFKA_RESP_ERR__STATE, "the consumer has no group")
        }
        return unsafe try ConsumerGroupMetadata(taking: metadata)
    }
}

// MARK: - Reading events

extension Consumer {
    private func rebalance(_ event: borrowing QueueEvent) -> ConsumerEvent {
        switch event.response {
        case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS: .assigned(event.topicPartitions)
        case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS: .revoked(event.topicPartitions, isLost: isAssignmentLost)
        default: .error(event.error(of: client))
        }
    }

    private func statistics(_ event: borrowing QueueEvent) -> ConsumerEvent {
        do {
            return .statistics(try ConsumerStatistics(json: event.statistics))
        } catch {
            return .error(KafkaError(RD_KAFKA_RESP_ERR__BAD_MSG, "statistics are not readable: \(error)"))
        }
    }

    /// Includes a record outside its partition queue, which `assign` rules out: loud, because dropping it is a gap.
    private func unexpected(_ event: borrowing QueueEvent) -> KafkaError {
        let name = unsafe String(cString: rd_kafka_event_name(event.pointer))
        return KafkaError(RD_KAFKA_RESP_ERR__STATE, "unexpected \(name) event on the consumer queue", isFatal: true)
    }
}
