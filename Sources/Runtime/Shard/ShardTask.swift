import KafkaClient
import Scoring
import ShardEngine
import Snapshots
import Telemetry
import WireFormat

/// One shard at work on its worker's thread: fetches, merges, scores, encodes, and hands transactions to its lane.
///
///     fencing ─► restoring ─► live ─► draining ─► (gone)
///        ▲           │          │
///        └───────────┴──────────┴──► stopped (taken again after a while, or needs a person)
///
/// Everything that decides lies in the engine, the merge, the recovery, and the transaction and snapshot machines; this
/// type moves values between them.
package final class ShardTask {
    package let shard: Int32
    let context: ShardContext
    let lane: any ShardLane
    let sources: [(InputKind, any PartitionSource)]
    let metrics: ShardMetrics
    package internal(set) var status: ShardStatus
    let claim: StatusBoard.Claim
    /// Given up: nothing may be asked of it any more.
    package private(set) var isGone = false
    var merge = StreamMerge([])
    var engine: ShardEngine
    /// The policy that decides in this shard, and what writes its outputs.
    var active: KeptPolicy
    var encoder: OutputEncoder
    /// Whether the journal or a snapshot has its text already.
    var isPolicyKept = false
    var pace: RetieringPace
    /// A policy that is tried beside the live one; nil while none is.
    var shadow: ShadowRun?
    var outputs = OutputBuffer()
    /// What waits for the lane to become free; nil when nothing does.
    var pending: EncodedTransaction?
    /// When the transaction that is with the lane went there; nil when none is.
    var commitSince: Double?
    /// When the shard became live; nil before, and once it has stopped.
    var liveSince: Double?
    /// For how long it was live before it stopped.
    private var liveSeconds = 0.0
    var lastCommit = 0.0
    private var lastPublished = 0.0
    /// The last entry that was made, committed or not.
    var lastEntry: JournalPosition?
    /// The last entry that is known to be committed, and where it lies.
    var committedEntry: CommittedEntry?
    /// Whether what the client holds of the shard's partitions is this task's, rather than an earlier one's.
    var mayFetch = false
    var restoration: Restoration?
    var snapshots: SnapshotSchedule
    var acquisition = AcquisitionSchedule()
    /// Nil where no snapshots are taken.
    let snapshotLane: (any SnapshotLane)?
    let snapshotIdentity: SnapshotIdentity?
    var snapshotStarted = 0.0
    var givesUpLastSnapshot = false
    private var deadLetterBudget: DeadLetterBudget
    private var retakeAt: Double?
    private var drain: Drain?

    /// A committed journal entry.
    struct CommittedEntry {
        var position: JournalPosition
        /// Its offset in the journal's partition; nil when it is not known.
        var offset: Int64?
    }

    /// How a shard is being given back.
    private struct Drain {
        var isStopping: Bool
        /// Called once when nothing is left in flight.
        var done: @Sendable () -> Void
    }

    /// What a shard works with: where its records come from, and where its writing goes.
    package struct Surroundings {
        package var sources: [(InputKind, any PartitionSource)]
        package var lane: any ShardLane
        /// Nil where no snapshots are taken.
        package var snapshots: (lane: any SnapshotLane, identity: SnapshotIdentity)?

        package init(
            sources: [(InputKind, any PartitionSource)], lane: any ShardLane,
            snapshots: (lane: any SnapshotLane, identity: SnapshotIdentity)? = nil
        ) {
            self.sources = sources
            self.lane = lane
            self.snapshots = snapshots
        }
    }

    package init(_ shard: Int32, _ context: ShardContext, _ surroundings: Surroundings) {
        self.shard = shard
        self.context = context
        lane = surroundings.lane
        sources = surroundings.sources
        snapshotLane = surroundings.snapshots?.lane
        snapshotIdentity = surroundings.snapshots?.identity
        metrics = context.metrics.addShard(partition: shard)
        claim = context.board.claim(shard)
        status = ShardStatus(shard: shard)
        status.detail = context.board.lastStop(of: shard).map { "taken again after it stopped: \($0)" } ?? ""
        active = context.policies.newest
        encoder = context.encoder(active.policy)
        engine = ShardEngine(policy: active.policy)
        pace = RetieringPace(perSecond: context.retiersPerSecond)
        deadLetterBudget = DeadLetterBudget(perSecond: context.deadLettersPerSecond)
        snapshots = SnapshotSchedule(surroundings.snapshots == nil ? nil : context.snapshots)
        lane.send(.take)
        publish()
    }

    package var laneIdentity: ObjectIdentifier { ObjectIdentifier(lane) }
    package var snapshotIdentifier: ObjectIdentifier? { snapshotLane.map { ObjectIdentifier($0) } }

    // MARK: - Steps

    /// Does what there is to do now; returns whether there was anything.
    package func step(_ decoder: inout RecordDecoder) -> Bool {
        switch status.stage {
        case .fencing: return false
        case .stopped: return retakeIfDue()
        case .draining: return drainStep()
        case .restoring, .live: break
        }
        do throws(KafkaError) {
            let fetched = mayFetch ? try fetch(&decoder) : false
            let worked = status.stage == .live ? liveStep() : restoreStep()
            return fetched || worked
        } catch {
            stop("reading \(error)", retakeAfter: error.isOffsetOutOfRange ? nil : ShardContext.retakeSeconds)
            return true
        }
    }

    private func liveStep() -> Bool {
        let activated = canTakeMore && activateIfOffered()
        // Another currency has stopped it.
        guard status.stage == .live else { return true }
        let applied = canTakeMore ? applyBatch() : false
        let ticked = !applied && canTakeMore && merge.isIdle ? tick() || passControlRecords() : false
        let retiered = canTakeMore && retierPortion()
        let shadowed = canTakeMore && shadowStep()
        commitIfDue()
        let captured = snapshotStep()
        let surveyed = surveyStep()
        let worked = activated || applied || ticked || retiered || shadowed
        if worked || context.steady() - lastPublished >= ShardContext.publishSeconds {
            lastPublished = context.steady()
            publish()
        }
        if !worked { engine.tidy() }
        return worked || captured || surveyed
    }

    /// One transaction in flight and a bounded one behind it: more would only grow the queue.
    var canTakeMore: Bool {
        guard let pending else { return true }
        return pending.recordCount < context.batchRecords && pending.byteCount < ShardContext.transactionBytes
    }

    /// Merges what has come into a batch and applies it; returns whether there was anything.
    private func applyBatch() -> Bool {
        let rejections = merge.buildBatch(limit: context.batchRecords)
        guard merge.batch.count > 0 || !rejections.isEmpty else { return false }
        let started = context.steady()
        let wallClock = context.clock.present()
        var refused: [RejectedEvent] = []
        engine.apply(
            &merge.batch, wallClock: wallClock, deadlineLimit: ShardContext.deadlinesPerBatch, into: &outputs,
            rejected: &refused)
        applyToShadow(wallClock: wallClock)
        count(merge.batch.count - refused.count, rejections.count + refused.count)
        var letters: [DeadLetter] = []
        for rejection in rejections { reject(rejection.rejection, rejection.place, &letters) }
        for refusal in refused { reject(refusal.rejection, merge.places[refusal.index], &letters) }
        finishBatch(started, wallClock: wallClock, letters)
        return true
    }

    /// Moves an idle shard's clock when that fires something; returns whether it did.
    private func tick() -> Bool {
        guard let now = context.clock.tick(), engine.hasDue(at: now) else { return false }
        let started = context.steady()
        engine.advance(to: now)
        let fired = engine.fireDue(limit: ShardContext.deadlinesPerBatch, into: &outputs)
        status.deadlinesFired += Int64(fired)
        metrics.totals.deadlinesFired.add(fired)
        finishBatch(started, wallClock: context.clock.present(), tick: now)
        return true
    }

    /// Journals that the positions have passed control records when nothing else says so, or lag would stay above zero.
    private func passControlRecords() -> Bool {
        guard merge.hasMoved, pending == nil, !isCommitting, context.steady() - lastCommit >= context.commitSeconds
        else { return false }
        finishBatch(context.steady(), wallClock: context.clock.present())
        return true
    }

    /// Encodes what the batch gave, with its journal entry, behind what waits to be committed already.
    func finishBatch(
        _ started: Double, wallClock: EventTime, tick: EventTime? = nil, retierLimit: Int = 0,
        _ letters: [DeadLetter] = []
    ) {
        engine.tidy()
        countOutputs()
        var transaction = pending ?? EncodedTransaction()
        pending = nil
        var entry = JournalEntry(
            after: lastEntry, policyHash: active.hash, wallClock: wallClock, tick: tick,
            deadlineLimit: UInt32(ShardContext.deadlinesPerBatch), recordBytes: UInt32(context.recordBytes),
            ranges: merge.takeRanges(all: lastEntry == nil))
        entry.retierLimit = UInt32(retierLimit)
        if !isPolicyKept { entry.policy = .init(text: active.text, activation: context.activation) }
        isPolicyKept = true
        entry.clock = engine.clock
        entry.stateDigest = engine.digest
        lastEntry = transaction.append(entry, after: lastEntry, outputs, letters, &encoder)
        sayShadow(into: &transaction)
        transaction.inputCount += merge.batch.count
        transaction.offsets = merge.positions(CommittedPlace(sequence: entry.sequence).metadata)
        pending = transaction
        snapshots.count(merge.batch.count)
        metrics.totals.batches.add()
        metrics.totals.batchRecords.observe(merge.batch.count)
        metrics.totals.batchSeconds.observe(context.steady() - started)
        outputs.removeAll()
        merge.batch.removeAll()
    }

    /// In the order of `OutputTopics.all`, as the metrics' labels are.
    private func countOutputs() {
        for output in outputs.outputs {
            metrics.outputs[Int(output.destination.rawValue)].add()
            status.count(output)
        }
        status.outputs += Int64(outputs.outputs.count)
        for move in outputs.unheard.tierMoves { status.count(move) }
    }

    func count(_ applied: Int, _ rejected: Int) {
        status.eventsApplied += Int64(applied)
        status.rejected += Int64(rejected)
        for (index, stream) in merge.streams.enumerated() {
            metrics.inputs[index].topic.records.add(stream.fetched.records)
            metrics.inputs[index].topic.recordBytes.add(stream.fetched.bytes)
            stream.resetFetched()
        }
        for (index, count) in merge.counts.enumerated() { metrics.inputs[index].topic.eventsApplied.add(count) }
    }

    /// Counts a rejection and makes a dead letter of it, duplicates excepted: they are what at-least-once producers do.
    private func reject(_ rejection: Rejection, _ place: RecordPlace, _ letters: inout [DeadLetter]) {
        let reason = Rejection.Reason.allCases.firstIndex(of: rejection.reason) ?? 0
        metrics.inputs[place.stream].topic.rejects[reason].add()
        guard rejection.reason != .duplicate else { return }
        guard deadLetterBudget.take(at: context.steady()) else {
            metrics.totals.deadLettersSuppressed.add()
            return
        }
        guard let letter = merge.deadLetter(for: rejection, place) else { return }
        letters.append(letter.bounded(by: ShardContext.deadLetterBytes))
        metrics.totals.deadLetters.add()
        // The dead letters are the last of `OutputTopics.all`.
        metrics.outputs[OutputDestination.allCases.count].add()
    }

    // MARK: - Stopping by itself

    func stop(_ reason: String, retakeAfter seconds: Double?) {
        status.stage = .stopped
        status.detail = reason
        pending = nil
        restoration = nil
        endShadow("the shard has stopped")
        abandonSnapshot()
        retakeAt = seconds.map { context.steady() + $0 }
        liveSeconds = liveSince.map { context.steady() - $0 } ?? 0
        liveSince = nil
        context.log.shardStopped(shard, reason)
        context.announce(shard, .stopped)
        publish()
    }

    private func retakeIfDue() -> Bool {
        // The control thread would wait for what is in flight, and all other shards with it.
        guard let due = retakeAt, context.steady() >= due, !isCommitting else { return false }
        retakeAt = nil
        context.requestRetaking(shard, liveSeconds)
        return true
    }

    // MARK: - Giving back

    /// Commits what is in flight and waiting, then calls `done`; drops everything at once when the shard is lost already.
    /// When the process `isStopping`, a snapshot is left behind, so that the next start has nothing to replay.
    package func drain(isLost: Bool, isStopping: Bool, _ done: @escaping @Sendable () -> Void) {
        drain = Drain(isStopping: isStopping, done: done)
        endShadow("the shard is given back")
        if isLost {
            lane.cancel()
            pending = nil
        }
        let canCommit = status.stage == .live && !isLost
        if !canCommit {
            pending = nil
            drain?.isStopping = false
        }
        // A stopping process takes one more, of the last state.
        abandonSnapshot()
        status.stage = .draining
        publish()
        _ = drainStep()
    }

    /// Returns whether there was anything to do now.
    func drainStep() -> Bool {
        guard !isGone, !isCommitting else { return false }
        if pending != nil {
            commitIfDue()
            return true
        }
        if drain?.isStopping == true {
            switch lastSnapshotStep() {
            case .worked: return true
            case .waiting: return false
            case .finished: break
            }
        }
        finishDraining()
        return true
    }

    func finishDraining() {
        guard !isGone else { return }
        lane.cancel()
        lane.close()
        snapshotLane?.send(.close)
        context.board.remove(claim)
        context.metrics.removeShard(metrics)
        isGone = true
        drain?.done()
        drain = nil
    }

    package var isDraining: Bool { drain != nil }

    // MARK: - Looking in

    func report(on id: [UInt8]) -> ShardAnswer {
        guard status.stage == .live else { return .restoring }
        let now = context.clock.tick() ?? engine.clock ?? .earliest
        return engine.report(on: id, at: now).map { .found($0, active.policy) } ?? .unknown
    }
}
