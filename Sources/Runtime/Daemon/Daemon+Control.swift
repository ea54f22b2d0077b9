import KafkaClient
import Scoring

/// The control thread: the only one that polls the consumer's own queue and changes the assignment.
extension Daemon {
    private static let pollMilliseconds: Int32 = 100
    /// Shards have this long to commit and let go when partitions are revoked; the broker waits a session timeout.
    private static let drainSeconds = 20.0
    /// Leaving the group takes this long at most.
    private static let closeSeconds = 30.0

    func runControl() {
        var closingSince: Double?
        while true {
            handle(consumer.poll(timeoutMilliseconds: Self.pollMilliseconds))
            let (isStopping, needsReassignment) = state.withLock { state in
                state.lastPoll = SteadyClock.now
                defer { state.needsReassignment = false }
                return (state.isStopping, state.needsReassignment)
            }
            if needsReassignment, !isStopping { reassign() }
            guard isStopping else { continue }
            if closingSince == nil {
                closingSince = SteadyClock.now
                log.stopping()
                beginClose()
            }
            if consumer.isClosed || SteadyClock.now - (closingSince ?? 0) > Self.closeSeconds { break }
        }
        for worker in workers { worker.send(.exit) }
        for worker in workers { worker.join() }
        state.withLock { $0.hasStopped = true }
        log.stopped()
    }

    private func beginClose() {
        do {
            try consumer.beginClose()
        } catch {
            log.consumer(error)
        }
    }

    private func handle(_ event: ConsumerEvent) {
        switch event {
        case .none: break
        case .assigned(let partitions): take(partitions)
        case .revoked(let partitions, let isLost): release(partitions, isLost: isLost)
        case .statistics(let statistics): note(statistics)
        case .log(let line): log.client(line)
        case .error(let error):
            log.consumer(error)
            if error.isFatal { fail("the consumer is lost: \(error)") }
        }
    }

    private func fail(_ reason: String) {
        state.withLock { state in
            state.failure = state.failure ?? reason
            state.isStopping = true
        }
    }

    private func note(_ statistics: ConsumerStatistics) {
        for (partition, numbers) in statistics.partitions {
            guard let end = numbers.lastStableOffset ?? numbers.highWatermark, end >= 0 else { continue }
            board.setEnd(partition.topic, partition.partition, end)
        }
    }

    /// Starts fetching everything from the oldest record on, and makes a task for every shard.
    private func take(_ partitions: [TopicPartition]) {
        metrics.rebalances.add()
        let shards = Set(partitions.map(\.partition)).sorted()
        log.assigned(shards)
        let expected = shards.count * options.inputs.count
        guard partitions.count == expected else {
            return fail(
                "the group gave this instance different partitions of the input topics; all members must subscribe to the "
                    + "same topics with partition.assignment.strategy=range")
        }
        do throws(KafkaError) {
            try consumer.assign(partitions.map { PartitionOffset(topicPartition: $0, offset: nil) })
            for shard in shards { try adopt(shard) }
            state.withLock { $0.partitions = partitions }
        } catch {
            fail("the assignment could not be taken up: \(error)")
        }
    }

    private func adopt(_ shard: Int32) throws(KafkaError) {
        let worker = workers[Int(shard) % workers.count]
        var queues: [(InputKind, PartitionQueue)] = []
        for input in options.inputs {
            queues.append(
                (input.kind, try consumer.partitionQueue(TopicPartition(topic: input.topic, partition: shard))))
        }
        let broker = TransactionBroker(
            settings: options.clientSettings, transactionalID: "\(options.application)-\(shard)", consumer: consumer,
            topics: options.outputs)
        let lane = TransactionLane(broker: broker, name: "commit-\(shard)") { lane, event in
            worker.send(.lane(lane, event))
        }
        worker.send(.adopt(shard, queues, lane))
    }

    private func release(_ partitions: [TopicPartition], isLost: Bool) {
        let shards = Set(partitions.map(\.partition)).sorted()
        log.revoked(shards, isLost: isLost)
        metrics.rebalances.add()
        drain(shards, isLost: isLost)
        state.withLock { $0.partitions = nil }
        do {
            try consumer.unassign()
        } catch {
            log.consumer(error)
        }
    }

    private func drain(_ shards: [Int32], isLost: Bool) {
        let drained = ThreadSignal()
        for shard in shards {
            workers[Int(shard) % workers.count].send(.drain(shard, isLost: isLost) { drained.raise() })
        }
        let deadline = SteadyClock.now + Self.drainSeconds
        for _ in shards {
            guard drained.wait(seconds: max(0, deadline - SteadyClock.now)) else {
                log.consumer(timedOutDraining: shards)
                return
            }
        }
    }

    /// Takes the present assignment anew, for shards that stopped on a passing error.
    private func reassign() {
        guard let partitions = state.withLock({ $0.partitions }) else { return }
        drain(Set(partitions.map(\.partition)).sorted(), isLost: false)
        take(partitions)
    }
}

extension RuntimeLog {
    fileprivate func consumer(timedOutDraining shards: [Int32]) {
        logger.warning(
            "shards did not let go in time; what they had not committed is worked on again by their next owner",
            metadata: ["shards": "\(shards)"])
    }
}
