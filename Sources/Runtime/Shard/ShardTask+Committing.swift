import KafkaClient
import Scoring

/// Handing transactions to the lane, and taking up what it reports.
extension ShardTask {
    /// Outputs are committed as soon as the lane is free; bare progress at a slower beat.
    func commitIfDue() {
        guard !isCommitting, let transaction = pending else { return }
        let now = context.steady()
        guard transaction.hasOutputs || now - lastCommit >= context.commitSeconds || status.stage == .draining else {
            return
        }
        pending = nil
        commitSince = now
        // The beat of the journal goes on as if nothing were tried.
        if !transaction.batches.isEmpty { lastCommit = now }
        lane.send(.commit(transaction))
    }

    package func receive(_ event: LaneMachine.Event) {
        guard !isGone else { return }
        switch event {
        case .taken(let takeover): begin(takeover)
        case .journal(let records): take(records)
        case .committed(let transaction, let report):
            commitSince = nil
            if status.stage != .stopped { status.detail = "" }
            note(transaction, report)
            noteShadowDoubt(transaction, report)
            publish()
            if status.stage == .draining { _ = drainStep() } else { commitIfDue() }
        case .failed(let failure):
            let wasCommitting = isCommitting
            commitSince = nil
            if status.stage == .draining { return finishDraining() }
            // Why it stopped before stands, and whether it is taken anew.
            guard status.stage != .stopped else {
                if wasCommitting { context.log.stoppedShardLost(shard, failure) }
                return
            }
            stop("\(failure)", retakeAfter: ShardContext.retakeSeconds)
        case .heldUp(let trouble):
            if status.stage != .stopped { status.detail = "\(trouble.error)" }
            context.log.shardHeldUp(shard, trouble)
            publish()
        }
    }

    /// Whether a transaction is with the lane.
    var isCommitting: Bool { commitSince != nil }

    private func note(_ transaction: EncodedTransaction, _ report: CommitReport) {
        for offset in transaction.offsets { status.committed[offset.topicPartition.topic] = offset.offset }
        if let position = transaction.lastPosition {
            context.witness.saw(position, of: shard)
            committedEntry = CommittedEntry(position: position, offset: report.journalOffset)
        }
        if !isInDoubt(transaction, report) { metrics.totals.committed.add() }
        metrics.totals.aborted.add(report.aborts)
        metrics.totals.inDoubt.add(report.rebuilds)
        metrics.totals.commitSeconds.observe(report.seconds)
    }
}
