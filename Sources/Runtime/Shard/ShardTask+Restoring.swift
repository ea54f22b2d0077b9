import KafkaClient
import Scoring
import ShardEngine

/// A shard's state on its way back: the plan, and what has been asked of the lane.
struct Restoration {
    var recovery: Recovery
    var started: Double
    var firstOffset: Int64
    /// The entry that the snapshot it starts from was taken after.
    var snapshot: UInt64?
    var isReading = false
    /// What the group has committed, to be compared with the journal.
    var committed: [PartitionOffset]
}

/// Making a shard's state again: newest snapshot, then the journalled batches silently, to the journal's end.
extension ShardTask {
    /// More entries are asked for when fewer than this wait.
    private static let fewEntries = 1_000

    func begin(_ takeover: Takeover) {
        for skipped in takeover.skipped { context.log.snapshotSkipped(shard, skipped) }
        if let problem = takeover.storeProblem { context.log.snapshotFailed(shard, "\(problem)") }
        metrics.totals.snapshotsSkipped.add(takeover.skipped.count)
        let recovery: Recovery
        do throws(RecoveryError) {
            recovery = try Recovery(takeover, context.demands(of: shard))
        } catch {
            return stop("\(error)", retakeAfter: nil)
        }
        if let restored = takeover.restored {
            guard let kept = context.policies.find(restored.header) else {
                // It was found a moment ago, when the newest policy was another one.
                return stop("the snapshot's policy is not known any more", retakeAfter: ShardContext.retakeSeconds)
            }
            become(kept)
            engine = restored.take()
            context.log.snapshotLoaded(shard, sequence: restored.position.sequence, customers: engine.customerCount)
        } else {
            become(context.policies.newest)
            engine = ShardEngine(policy: active.policy)
        }
        merge = StreamMerge(
            sources.enumerated().map { index, source in
                InputStream(source.0, source.1, from: recovery.starts[index])
            })
        restoration = Restoration(
            recovery: recovery, started: context.steady(), firstOffset: takeover.firstJournalOffset,
            snapshot: takeover.restored?.position.sequence, committed: takeover.committed)
        status.stage = .restoring
        status.detail = ""
        let starts = sources.enumerated().map { index, source in
            PartitionOffset(topicPartition: source.1.topicPartition, offset: recovery.starts[index])
        }
        context.announce(shard, .ready(starts))
        publish()
    }

    func take(_ records: JournalRecords) {
        guard status.stage == .restoring, var restoration else { return }
        restoration.isReading = false
        do throws(RecoveryError) {
            try restoration.recovery.accept(records)
            self.restoration = restoration
        } catch {
            stop("\(error)", retakeAfter: nil)
        }
    }

    /// Replays one entry if its records are here; returns whether it did.
    func restoreStep() -> Bool {
        readAhead()
        guard let recovery = restoration?.recovery else { return false }
        guard let entry = recovery.current else {
            guard recovery.isComplete else { return false }
            finishRestoring(recovery)
            return true
        }
        do throws(RecoveryError) {
            guard try collect(entry) else { return false }
            if let kept = recovery.currentPolicy { follow(kept, entry) }
            try replay(entry)
        } catch {
            // A partition that ends early may only have lost its leader a moment ago.
            if case .inputTruncated = error {
                stop("\(error)", retakeAfter: ShardContext.retakeSeconds)
            } else {
                stop("\(error)", retakeAfter: nil)
            }
            return true
        }
        restoration?.recovery.advance()
        publish()
        return true
    }

    private func readAhead() {
        guard let recovery = restoration?.recovery, restoration?.isReading == false, recovery.waiting < Self.fewEntries,
            let next = recovery.nextRead
        else { return }
        restoration?.isReading = true
        lane.send(.readJournal(from: next.from, to: next.to))
    }

    /// Moves the entry's records into the batch; false while some are still to be fetched.
    private func collect(_ entry: JournalEntry) throws(RecoveryError) -> Bool {
        for range in entry.ranges {
            guard let stream = merge.streams.first(where: { $0.input == range.input }) else { continue }
            switch stream.move(upTo: range.to, to: &merge.batch) {
            case .reached: continue
            case .waiting: return false
            case .ended:
                throw .inputTruncated(topic: stream.topicPartition.topic, end: stream.nextOffset, worked: range.to)
            }
        }
        for range in entry.ranges {
            guard let stream = merge.streams.first(where: { $0.input == range.input }) else { continue }
            let found = stream.takeRange(endingAt: range.to)
            try Recovery.check(
                range, of: entry.sequence, topic: stream.topicPartition.topic, count: Int(found.count),
                digest: found.digest)
        }
        return true
    }

    private func replay(_ entry: JournalEntry) throws(RecoveryError) {
        let applied = merge.batch.count
        var refused: [RejectedEvent] = []
        if let tick = entry.tick {
            engine.advance(to: tick)
            _ = engine.fireDue(limit: Int(entry.deadlineLimit), into: &outputs)
        } else {
            engine.apply(
                &merge.batch, wallClock: entry.wallClock, deadlineLimit: Int(entry.deadlineLimit), into: &outputs,
                rejected: &refused)
        }
        if entry.retierLimit > 0 {
            engine.retier(atMost: Int(entry.retierLimit), wallClock: entry.wallClock, into: &outputs)
        }
        engine.tidy()
        defer {
            outputs.removeAll()
            merge.batch.removeAll()
        }
        count(applied - refused.count, refused.count)
        metrics.totals.replayedBatches.add()
        try Recovery.check(
            entry, clock: engine.clock, stateDigest: engine.digest, outputCount: outputs.outputs.count)
    }

    private func finishRestoring(_ recovery: Recovery) {
        guard let restoration else { return }
        do throws(RecoveryError) {
            try recovery.checkEnd(against: restoration.committed)
        } catch {
            return stop("\(error)", retakeAfter: nil)
        }
        let reached = recovery.reached
        compare(reached, restoration.committed)
        lastEntry = reached.last
        if let last = reached.last { context.witness.saw(last, of: shard) }
        committedEntry = reached.last.map { CommittedEntry(position: $0, offset: recovery.lastOffset) }
        for stream in merge.streams { status.committed[stream.topicPartition.topic] = stream.rangeStart }
        self.restoration = nil
        status.detail = ""
        isPolicyKept = recovery.isPolicyKept
        status.tierCounts = engine.tierCounts()
        status.stage = .live
        status.restoreProgress = 1
        lastCommit = context.steady()
        liveSince = lastCommit
        snapshots.start(at: lastCommit, replayed: recovery.replayed, after: restoration.snapshot)
        context.log.shardLive(
            shard, customers: engine.customerCount, batches: recovery.replayed,
            seconds: context.steady() - restoration.started)
        publish()
    }

    /// The journal decides; the group's offsets are for fencing and for lag tools.
    private func compare(_ reached: JournalChain, _ committed: [PartitionOffset]) {
        for (source, committed) in zip(sources, committed) {
            guard let journal = reached.positions[source.0], let group = committed.offset, journal != group
            else { continue }
            metrics.totals.offsetDisagreements.add()
            context.log.offsetsDisagree(shard, source.1.topicPartition, journal: journal, group: group)
        }
    }
}
