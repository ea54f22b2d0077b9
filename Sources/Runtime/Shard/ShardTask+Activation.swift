import Scoring
import ShardEngine

/// Changing the policy of a running shard: at a batch of its own, then customer after customer at a stated pace.
extension ShardTask {
    /// Takes up the newest policy, if it is another one; returns whether a batch was made of it.
    func activateIfOffered() -> Bool {
        let newest = context.policies.newest
        guard newest.hash != active.hash else { return false }
        guard lastEntry != nil else {
            // Nothing has been decided yet: the first entry will name it.
            become(newest)
            engine = ShardEngine(policy: newest.policy)
            status.tierCounts = engine.tierCounts()
            publish()
            return false
        }
        guard newest.policy.currency == active.policy.currency else {
            stop(
                "the policy file counts in \(newest.policy.currency.text), all amounts so far are kept in "
                    + "\(active.policy.currency.text): go back to that currency, or choose a new `application`",
                retakeAfter: nil)
            return true
        }
        let tick = idleTick
        // What fell due in silence is decided by the rules that held then.
        if let tick, engine.hasDue(at: tick) { return false }
        let started = context.steady()
        if engine.isCapturing { abandonSnapshot() }
        engine.activate(newest.policy, context.activation, at: tick)
        become(newest)
        pace.reset()
        status.tierCounts = engine.tierCounts()
        if let tick { workOff(tick) }
        finishBatch(started, wallClock: context.clock.present(), tick: tick)
        metrics.totals.policiesActivated.add()
        context.log.policyActive(shard, newest, context.activation, customers: engine.customerCount)
        return true
    }

    /// Settles the next customers under the new policy when they are due; returns whether there were any.
    func retierPortion() -> Bool {
        guard engine.retiering != nil else { return false }
        let started = context.steady()
        let portion = pace.take(at: started)
        guard portion > 0 else { return false }
        let tick = idleTick
        if let tick { workOff(tick) }
        let present = context.clock.present()
        engine.retier(atMost: portion, wallClock: present, into: &outputs)
        finishBatch(started, wallClock: present, tick: tick, retierLimit: portion)
        guard engine.retiering == nil else { return true }
        // Suppressed changes were not counted.
        status.tierCounts = engine.tierCounts()
        context.log.retiered(shard)
        return true
    }

    /// An idle shard's decisions are dated by the wall.
    var idleTick: EventTime? { merge.isIdle ? context.clock.tick() : nil }

    /// What a tick does, whatever else its batch holds.
    private func workOff(_ tick: EventTime) {
        engine.advance(to: tick)
        let fired = engine.fireDue(limit: ShardContext.deadlinesPerBatch, into: &outputs)
        status.deadlinesFired += Int64(fired)
        metrics.totals.deadlinesFired.add(fired)
    }

    /// Follows a journalled entry that brings its policy's text.
    func follow(_ kept: KeptPolicy, _ entry: JournalEntry) {
        if entry.sequence == 0 {
            engine = ShardEngine(policy: kept.policy)
        } else if kept.hash != active.hash, let section = entry.policy {
            engine.activate(kept.policy, section.activation, at: entry.tick)
        }
        become(kept)
    }

    /// Outputs are written, and entries and snapshots stamped, by this policy from now on.
    func become(_ kept: KeptPolicy) {
        if kept.hash != active.hash { isPolicyKept = false }
        if kept.hash != active.hash { endShadow("the live policy is another") }
        active = kept
        encoder = context.encoder(kept.policy)
    }
}
