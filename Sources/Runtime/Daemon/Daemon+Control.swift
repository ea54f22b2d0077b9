import KafkaClient
import Scoring
import Snapshots

/// The control thread: the only one that polls the consumer's own queue and changes the assignment.
extension Daemon {
    private static let pollMilliseconds: Int32 = 100
    /// Shards have this long to commit and let go when partitions are revoked; the broker waits a session timeout.
    private static let drainSeconds = 20.0
    /// Leaving the group takes this long at most.
    private static let closeSeconds = 30.0

    func runControl() {
        var ownership = Ownership(inputTopics: options.inputs.count, shards: Int32(partitionCount))
        var closingSince: Double?
        var watch = PolicyWatch(path: options.policyPath, tellsAll: options.clock.isOfEvents)
        var shadowWatch = ShadowWatch(path: options.shadowPath, tellsAll: options.clock.isOfEvents)
        // Nothing is tried yet: the file is read at once.
        look(at: &shadowWatch, isAsked: true)
        while true {
            perform(handle(consumer.poll(timeoutMilliseconds: Self.pollMilliseconds), &ownership))
            let (isStopping, starts, retaking) = state.withLock { state in
                state.lastPoll = SteadyClock.now
                defer { (state.starts, state.retaking) = ([], []) }
                return (state.isStopping, state.starts, state.retaking)
            }
            for (shard, start) in starts { perform(ownership.announced(shard, start)) }
            for (shard, seconds) in retaking {
                ownership.wantsRetaking(shard, afterLive: seconds, at: SteadyClock.now)
            }
            if !isStopping { perform(ownership.tick(at: SteadyClock.now)) }
            state.withLock { $0.partitions = ownership.partitions }
            look(at: &watch, &shadowWatch)
            guard isStopping else { continue }
            if state.withLock({ $0.isConsumerLost }) {
                perform(ownership.revoked(isLost: true))
                break
            }
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

    private func look(at watch: inout PolicyWatch, _ shadowWatch: inout ShadowWatch) {
        let isAsked = state.withLock { state in
            defer { state.wantsPolicyRead = false }
            return state.wantsPolicyRead
        }
        switch watch.look(at: SteadyClock.now, isAsked: isAsked, current: policies.newest) {
        case .nothing: break
        case .changed(let policy):
            policies.offer(policy)
            log.policyOffered(policy)
        case .refused(let problem):
            metrics.totals.policiesRefused.add()
            log.policyRefused(problem)
        }
        look(at: &shadowWatch, isAsked: isAsked)
    }

    private func look(at watch: inout ShadowWatch, isAsked: Bool) {
        let found = watch.look(
            at: SteadyClock.now, isAsked: isAsked, live: policies.newest, shadow: policies.shadow)
        switch found {
        case .nothing: break
        case .changed(let policy):
            policies.offer(shadow: policy)
            log.shadowOffered(policy)
        case .gone:
            policies.offer(shadow: nil)
            log.shadowWithdrawn()
        case .refused(let problem):
            metrics.totals.shadowsRefused.add()
            log.shadowRefused(problem)
        }
    }

    private func beginClose() {
        do {
            try consumer.beginClose()
        } catch {
            log.consumer(error)
        }
    }

    private func handle(_ event: ConsumerEvent, _ ownership: inout Ownership) -> [Ownership.Action] {
        switch event {
        case .none: break
        case .assigned(let partitions):
            metrics.rebalances.add()
            log.assigned(Set(partitions.map(\.partition)).sorted())
            return ownership.assigned(partitions)
        case .revoked(let partitions, let isLost):
            metrics.rebalances.add()
            log.revoked(Set(partitions.map(\.partition)).sorted(), isLost: isLost)
            return ownership.revoked(isLost: isLost)
        case .statistics(let statistics): note(statistics)
        case .log(let line): log.client(line)
        case .error(let error):
            log.consumer(error)
            if error.isFatal {
                state.withLock { $0.isConsumerLost = true }
                let remedy =
                    error.isFenced
                    ? "; another process runs as `kafka.instance` \(options.instance ?? ""): give each a name of its own"
                    : ""
                fail("the consumer is lost: \(error)\(remedy)")
            }
        }
        return []
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

    private func perform(_ actions: [Ownership.Action]) {
        do throws(KafkaError) {
            for action in actions {
                switch action {
                case .adopt(let shards):
                    // What earlier owners here announced says nothing of the new ones.
                    state.withLock { state in
                        state.starts.removeAll { shards.contains($0.0) }
                        state.retaking.removeAll { shards.contains($0.0) }
                    }
                    for shard in shards { try adopt(shard) }
                case .drain(let shards, let isLost): drain(shards, isLost: isLost)
                case .assign(let starts, let going): try assign(starts, going: going)
                case .unassign: try consumer.unassign()
                case .refuse(let refusal): fail(explain(refusal))
                }
            }
        } catch {
            fail("the assignment could not be taken up: \(error)")
        }
    }

    private func explain(_ refusal: Ownership.Refusal) -> String {
        switch refusal {
        case .unevenTopics:
            "the group gave this instance different partitions of the input topics: either they have unequal partition counts "
                + "by now (see `tierd check`), or not all members subscribe to the same topics with "
                + "partition.assignment.strategy=range"
        case .newPartition(let partition):
            "the input topics have got a partition \(partition), the journal has \(partitionCount): producers send customers "
                + "to other partitions now than their history is in; stop all instances, and \(StartupError.partitionRemedy)"
        }
    }

    /// The assignment has taken effect when the call is back: what was fetched before is out of reach from then on, and each
    /// shard may read.
    private func assign(_ starts: [PartitionOffset], going: [Int32]) throws(KafkaError) {
        // It has been taken back, and the event that says so is on its way: the client would forget that it was lost.
        guard !consumer.isAssignmentLost else { return }
        let assignment = places.assignment(starts, going: going).sorted { $0.key < $1.key }
        try consumer.assign(assignment.flatMap(\.value))
        for (shard, offsets) in assignment { worker(of: shard).send(.reads(shard, from: offsets)) }
    }

    private func worker(of shard: Int32) -> Worker { workers[Int(shard) % workers.count] }

    private func adopt(_ shard: Int32) throws(KafkaError) {
        let worker = worker(of: shard)
        var sources: [(InputKind, PartitionQueue)] = []
        for input in options.inputs {
            sources.append(
                (input.kind, try consumer.partitionQueue(TopicPartition(topic: input.topic, partition: shard))))
        }
        let snapshots = snapshotPlace(shard)
        let broker = TransactionBroker(
            settings: options.clientSettings, application: options.application, shard: shard,
            inputs: sources.map(\.1.topicPartition), topics: options.outputs, consumer: consumer,
            restorer: snapshots?.restorer ?? .none)
        let lane = TransactionLane(broker: broker, name: "commit-\(shard)") { lane, event in
            worker.send(.lane(lane, event))
        }
        let writer = snapshots.map { place in
            SnapshotThread(name: "snapshot-\(shard)", opening: place.open) { thread, event in
                worker.send(.snapshot(thread, event))
            }
        }
        worker.send(
            .adopt(
                Worker.Adoption(
                    shard: shard, queues: sources, lane: lane, snapshots: writer, identity: snapshots?.identity)))
    }

    private func drain(_ shards: [Int32], isLost: Bool) {
        let isStopping = state.withLock { $0.isStopping }
        let drained = ThreadSignal()
        for shard in shards {
            worker(of: shard).send(
                .drain(shard, isLost: isLost, isStopping: isStopping) { drained.raise() })
        }
        let deadline = SteadyClock.now + Self.drainSeconds
        for _ in shards {
            guard drained.wait(seconds: max(0, deadline - SteadyClock.now)) else {
                log.consumer(timedOutDraining: shards)
                return
            }
        }
    }
}

extension RuntimeLog {
    fileprivate func consumer(timedOutDraining shards: [Int32]) {
        logger.warning(
            "shards did not let go in time; what they had not committed is worked on again by their next owner",
            metadata: ["shards": "\(shards)"])
    }
}
