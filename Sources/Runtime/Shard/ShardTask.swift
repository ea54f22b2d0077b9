import KafkaClient
import Scoring
import ShardEngine
import Telemetry
import WireFormat

/// One shard at work on its worker's thread: fetches, merges, scores, encodes, and hands transactions to its lane.
///
///     fencing ─► rebuilding ─► live ─► draining ─► (gone)
///        ▲           │           │
///        └───────────┴───────────┴──► stopped (error; taken again after a while)
///
/// Everything that decides lies in the engine, the merge and the transaction machine; this type moves values between them.
final class ShardTask {
    let shard: Int32
    private let context: ShardContext
    private let lane: TransactionLane
    private let queues: [(InputKind, PartitionQueue)]
    private(set) var status: ShardStatus
    /// Given up: nothing may be asked of it any more.
    private(set) var isGone = false
    private var merge: StreamMerge
    private let metrics: ShardMetrics
    private var engine: ShardEngine
    private var outputs = OutputBuffer()
    /// What waits for the lane to become free; nil when nothing does.
    private var pending: EncodedTransaction?
    private var isCommitting = false
    private var lastCommit = 0.0
    private var committedOffsets: [PartitionOffset] = []
    private var deadLetterBudget: DeadLetterBudget
    private var rebuild: Rebuild?
    private var retakeAt: Double?
    /// Called once when a drained shard has nothing left in flight.
    private var whenDrained: (@Sendable () -> Void)?

    /// The instant and the positions that a silent replay has to come to.
    private struct Rebuild {
        var clock: EventTime?
        var started: Double
    }

    init(_ shard: Int32, _ context: ShardContext, _ lane: TransactionLane, _ queues: [(InputKind, PartitionQueue)]) {
        self.shard = shard
        self.context = context
        self.lane = lane
        self.queues = queues
        metrics = context.metrics.addShard(partition: shard)
        status = ShardStatus(shard: shard)
        merge = StreamMerge([])
        engine = ShardEngine(policy: context.policy)
        deadLetterBudget = DeadLetterBudget(perSecond: context.deadLettersPerSecond)
        lane.send(.take(queues.map(\.1.topicPartition)))
    }

    var laneIdentity: ObjectIdentifier { ObjectIdentifier(lane) }

    // MARK: - Steps

    /// Does what there is to do now; returns whether there was anything.
    func step(_ decoder: inout RecordDecoder) -> Bool {
        switch status.stage {
        case .fencing: return false
        case .stopped: return retakeIfDue()
        case .draining: return false
        case .rebuilding, .live: break
        }
        do throws(KafkaError) {
            let fetched = try merge.fill(&decoder, maximum: context.batchRecords)
            let worked = status.stage == .live ? liveStep() : rebuildStep()
            return fetched || worked
        } catch {
            stop("reading \(error)", retakeAfter: ShardContext.retakeSeconds)
            return true
        }
    }

    private func liveStep() -> Bool {
        let applied = canTakeMore ? applyBatch() : false
        let ticked = !applied && canTakeMore && merge.isIdle ? tick() : false
        commitIfDue()
        if applied || ticked { publish() } else { engine.tidy() }
        return applied || ticked
    }

    /// One transaction in flight and a bounded one behind it: more would only grow the queue.
    private var canTakeMore: Bool {
        guard let pending else { return true }
        return pending.recordCount < context.batchRecords && pending.outputs.bytes.count < ShardContext.transactionBytes
    }

    /// Merges what has come into a batch and applies it; returns whether there was anything.
    private func applyBatch() -> Bool {
        let rejections = merge.buildBatch(limit: context.batchRecords)
        guard merge.batch.count > 0 || !rejections.isEmpty else { return false }
        let started = SteadyClock.now
        var refused: [RejectedEvent] = []
        engine.apply(
            &merge.batch, wallClock: context.clock.present(), deadlineLimit: ShardContext.deadlinesPerBatch,
            into: &outputs, rejected: &refused)
        count(merge.batch.count - refused.count, rejections.count + refused.count)
        for rejection in rejections { reject(rejection.rejection, rejection.place) }
        for refusal in refused { reject(refusal.rejection, merge.places[refusal.index]) }
        finishBatch(started)
        return true
    }

    /// Moves an idle shard's clock when that fires something; returns whether it did.
    private func tick() -> Bool {
        guard let now = context.clock.tick(), engine.hasDue(at: now) else { return false }
        let started = SteadyClock.now
        engine.advance(to: now)
        let fired = engine.fireDue(limit: ShardContext.deadlinesPerBatch, into: &outputs)
        status.deadlinesFired += Int64(fired)
        metrics.totals.deadlinesFired.add(fired)
        finishBatch(started)
        return true
    }

    private func finishBatch(_ started: Double) {
        engine.tidy()
        encodeOutputs()
        var transaction = pending ?? EncodedTransaction()
        transaction.inputCount += merge.batch.count
        transaction.offsets = merge.positions(ShardPosition(clock: engine.clock?.milliseconds))
        pending = transaction
        metrics.totals.batches.add()
        metrics.totals.batchRecords.observe(merge.batch.count)
        metrics.totals.batchSeconds.observe(SteadyClock.now - started)
        merge.batch.removeAll()
    }

    private func encodeOutputs() {
        guard !outputs.outputs.isEmpty else { return }
        countTiers()
        if status.stage == .live {
            var transaction = pending ?? EncodedTransaction()
            pending = nil
            for output in outputs.outputs { context.encoder.encode(output, in: outputs, into: &transaction.outputs) }
            pending = transaction
            status.outputs += Int64(outputs.outputs.count)
            countOutputs()
        }
        outputs.removeAll()
    }

    private func countTiers() {
        if status.tierCounts.isEmpty { status.tierCounts = Array(repeating: 0, count: context.policy.tiers.count) }
        for case .tierChange(let change) in outputs.outputs {
            status.tierCounts[change.to] += 1
            if let from = change.from { status.tierCounts[from] -= 1 }
        }
    }

    /// In the order of `OutputTopics.all`, as the metrics' labels are.
    private func countOutputs() {
        var tierChanges = 0
        for case .tierChange in outputs.outputs { tierChanges += 1 }
        metrics.outputs[0].add(tierChanges)
        metrics.outputs[1].add(outputs.outputs.count - tierChanges)
    }

    private func count(_ applied: Int, _ rejected: Int) {
        status.eventsApplied += Int64(applied)
        status.rejected += Int64(rejected)
        for (index, stream) in merge.streams.enumerated() {
            metrics.inputs[index].topic.records.add(stream.fetched.records)
            metrics.inputs[index].topic.recordBytes.add(stream.fetched.bytes)
            stream.resetFetched()
        }
        for (index, count) in merge.counts.enumerated() { metrics.inputs[index].topic.eventsApplied.add(count) }
    }

    /// Counts a rejection and sends a dead letter for it, duplicates excepted: they are what at-least-once producers do.
    private func reject(_ rejection: Rejection, _ place: RecordPlace) {
        let reason = Rejection.Reason.allCases.firstIndex(of: rejection.reason) ?? 0
        metrics.inputs[place.stream].topic.rejects[reason].add()
        guard rejection.reason != .duplicate, status.stage == .live else { return }
        guard deadLetterBudget.take(at: SteadyClock.now) else {
            metrics.totals.deadLettersSuppressed.add()
            return
        }
        guard let letter = merge.deadLetter(for: rejection, place) else { return }
        var transaction = pending ?? EncodedTransaction()
        pending = nil
        transaction.deadLetters.append(letter)
        pending = transaction
        metrics.totals.deadLetters.add()
        metrics.outputs[2].add()
    }

    // MARK: - Committing

    /// Outputs are committed as soon as the lane is free; bare progress at a slower beat.
    private func commitIfDue() {
        guard !isCommitting, let transaction = pending else { return }
        let now = SteadyClock.now
        guard transaction.hasOutputs || now - lastCommit >= context.commitSeconds || status.stage == .draining else {
            return
        }
        pending = nil
        isCommitting = true
        lastCommit = now
        lane.send(.commit(transaction))
    }

    /// Takes up what the lane reports.
    func receive(_ event: TransactionLane.Event) {
        switch event {
        case .taken(let offsets): begin(from: offsets)
        case .committed(let transaction, let report):
            isCommitting = false
            note(transaction.offsets)
            count(report)
            publish()
            if status.stage == .draining { continueDraining() } else { commitIfDue() }
        case .failed(let error):
            isCommitting = false
            if status.stage == .draining { return finishDraining() }
            stop(error.map { "committing: \($0)" } ?? "cancelled", retakeAfter: ShardContext.retakeSeconds)
        case .closed: break
        }
    }

    private func count(_ report: CommitReport) {
        metrics.totals.committed.add()
        metrics.totals.aborted.add(report.aborts)
        metrics.totals.inDoubt.add(report.rebuilds)
        metrics.totals.commitSeconds.observe(report.seconds)
    }

    private func note(_ offsets: [PartitionOffset]) {
        committedOffsets = offsets
        for offset in offsets { status.committed[offset.topicPartition.topic] = offset.offset }
    }

    // MARK: - Taking over

    private func begin(from offsets: [PartitionOffset]) {
        engine = ShardEngine(policy: context.policy)
        status.tierCounts = []
        note(offsets)
        merge = StreamMerge(
            queues.map { input, queue in
                let stream = InputStream(input, queue, from: 0)
                stream.barrier = offsets.first { $0.topicPartition == queue.topicPartition }?.offset ?? 0
                return stream
            })
        let clock = offsets.compactMap { ShardPosition(metadata: $0.metadata)?.clock }.max()
        rebuild = Rebuild(clock: clock.map(EventTime.init(milliseconds:)), started: SteadyClock.now)
        status.stage = .rebuilding
        status.detail = ""
        publish()
    }

    /// Replays silently: same batches of events, no outputs. Ends when every stream has come to what was committed.
    private func rebuildStep() -> Bool {
        let worked = applyBatch()
        // Nothing of a rebuild is committed: these positions are behind the committed ones.
        pending = nil
        if let stream = merge.truncated {
            stop(
                "\(stream.topicPartition) ends at offset \(stream.nextOffset), but \(stream.barrier ?? 0) had been worked on: the "
                    + "topic was truncated or recreated; restore it, or reset the group's offsets to start over",
                retakeAfter: nil)
            return true
        }
        if merge.hasReachedBarriers { finishRebuild() } else if worked { publish() }
        return worked
    }

    private func finishRebuild() {
        if let clock = rebuild?.clock {
            engine.advance(to: clock)
            while engine.fireDue(limit: ShardContext.deadlinesPerBatch, into: &outputs) > 0 { encodeOutputs() }
        }
        merge.liftBarriers()
        let seconds = SteadyClock.now - (rebuild?.started ?? 0)
        rebuild = nil
        status.stage = .live
        status.rebuildProgress = 1
        lastCommit = SteadyClock.now
        context.log.shardLive(shard, customers: engine.customerCount, seconds: seconds)
        publish()
    }

    private func stop(_ reason: String, retakeAfter seconds: Double?) {
        status.stage = .stopped
        status.detail = reason
        pending = nil
        retakeAt = seconds.map { SteadyClock.now + $0 }
        context.log.shardStopped(shard, reason)
        publish()
    }

    private func retakeIfDue() -> Bool {
        guard let due = retakeAt, SteadyClock.now >= due else { return false }
        retakeAt = nil
        context.requestReassignment(shard)
        return true
    }

    // MARK: - Giving up

    /// Commits what is in flight and waiting, then calls `done`; drops everything at once when the shard is lost already.
    func drain(isLost: Bool, _ done: @escaping @Sendable () -> Void) {
        whenDrained = done
        if isLost {
            lane.cancel()
            pending = nil
        }
        let canCommit = status.stage == .live && !isLost
        status.stage = .draining
        if !canCommit { pending = nil }
        publish()
        continueDraining()
    }

    private func continueDraining() {
        guard !isCommitting else { return }
        guard pending != nil else { return finishDraining() }
        commitIfDue()
    }

    private func finishDraining() {
        lane.cancel()
        lane.send(.close)
        context.board.remove(shard)
        context.metrics.removeShard(metrics)
        isGone = true
        whenDrained?()
        whenDrained = nil
    }

    // MARK: - Looking in

    func report(on id: [UInt8]) -> ShardAnswer {
        guard status.stage == .live else { return .restoring }
        let now = context.clock.tick() ?? engine.clock ?? .earliest
        return engine.report(on: id, at: now).map(ShardAnswer.found) ?? .unknown
    }

    private func publish() {
        status.clock = engine.clock
        status.customers = engine.customerCount
        status.stateBytes = engine.allocatedBytes
        status.waitingSince = merge.waitingSince()
        if status.stage == .rebuilding { status.rebuildProgress = merge.barrierProgress }
        context.board.set(status)
        metrics.phase.set(status.stage.phase)
        metrics.customers.set(status.customers)
        metrics.stateBytes.set(status.stateBytes)
        if let clock = status.clock { metrics.clockSeconds.set(Double(clock.milliseconds) / 1000) }
        publishLag()
    }

    private func publishLag() {
        let now = Double(WallClock.now.milliseconds)
        for (index, stream) in merge.streams.enumerated() {
            let topic = stream.topicPartition.topic
            if let lag = context.board.lag(topic, shard) { metrics.inputs[index].lagRecords.set(Int(lag)) }
            let waiting = status.waitingSince[topic].map { max(0, (now - Double($0)) / 1000) } ?? 0
            metrics.inputs[index].lagSeconds.set(waiting)
        }
    }
}
