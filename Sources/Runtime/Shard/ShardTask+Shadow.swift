import Scoring
import ShardEngine
import WireFormat

/// Trying a policy beside the live one. Nothing here touches the live engine, or what the journal says.
extension ShardTask {
    /// Begins, drives and ends the shadow run; returns whether there was something to do.
    func shadowStep() -> Bool {
        guard let run = shadow else { return beginShadow() }
        guard run.policy.hash == context.policies.shadow?.hash else {
            endShadow("another shadow policy is asked for, or none")
            return true
        }
        let now = context.steady()
        let wasSettled = run.isSettled
        let step = run.step(idleTick: idleTick, wallClock: context.clock.present(), at: now)
        if let step {
            tell(.stepped(step), of: run)
            handOverShadow(run)
        }
        if run.isSettled, !wasSettled { context.log.shadowSettled(shard, run) }
        let compared = run.compare(with: engine, at: now)
        return step != nil || compared
    }

    /// A run begins when a real change of policy could: something has been decided, and whatever fell due in silence is
    /// done. It also waits until every customer is settled under the live policy, so that it is compared with that one alone.
    private func beginShadow() -> Bool {
        guard context.triesShadows, let wanted = context.policies.shadow, wanted.hash != active.hash, let lastEntry,
            context.policies.newest.hash == active.hash, engine.retiering == nil,
            wanted.policy.currency == active.policy.currency
        else { return false }
        let tick = idleTick
        if let tick, engine.hasDue(at: tick) { return false }
        let started = context.steady()
        let id = ShadowRunID(shard: shard, after: lastEntry.sequence, startedAt: context.clock.present())
        let run = ShadowRun(id, of: wanted, beside: engine, context, at: tick)
        shadow = run
        metrics.totals.shadowRuns.add()
        tell(.began(wanted, tick: tick), of: run)
        context.log.shadowBegan(
            shard, run, customers: engine.customerCount, seconds: context.steady() - started)
        handOverShadow(run)
        return true
    }

    private func tell(_ event: ShadowNote.Event, of run: ShadowRun) {
        context.watchShadow?(ShadowNote(run: run.id, after: lastEntry?.sequence ?? run.id.after, event: event))
    }

    func endShadow(_ reason: String) {
        guard let run = shadow else { return }
        shadow = nil
        context.log.shadowEnded(shard, run, reason)
    }

    /// Gives the run the batch that the live engine has just applied; what it says of it goes with the batch.
    func applyToShadow(wallClock: EventTime) { shadow?.take(&merge.batch, wallClock: wallClock) }

    /// Adds what the run has said to a transaction.
    func sayShadow(into transaction: inout EncodedTransaction) {
        guard let run = shadow, run.hasSaid else {
            shadow?.dropUnsaid()
            return
        }
        var said = 0
        transaction.appendShadow(after: lastEntry) { said = run.say(beside: engine, into: &$0) }
        // Behind the topics that the journal vouches for, as in `OutputTopics.written`.
        metrics.outputs[OutputDestination.allCases.count + 1].add(said)
    }

    /// What is said in silence has no batch to go with: the journal is not to tell of it.
    private func handOverShadow(_ run: ShadowRun) {
        guard run.hasSaid else { return run.dropUnsaid() }
        var transaction = pending ?? EncodedTransaction()
        pending = nil
        sayShadow(into: &transaction)
        pending = transaction
    }

    /// Whether nobody can tell if the transaction got through: it had no entry for the journal to tell by.
    func isInDoubt(_ transaction: EncodedTransaction, _ report: CommitReport) -> Bool {
        transaction.batches.isEmpty && report.rebuilds > 0
    }

    /// After records that may be lost the run is over, and the next says all again.
    func noteShadowDoubt(_ transaction: EncodedTransaction, _ report: CommitReport) {
        guard isInDoubt(transaction, report) else { return }
        endShadow("it is not known whether its last records were committed")
        pending?.dropShadow()
        if pending?.batches.isEmpty == true { pending = nil }
    }
}
