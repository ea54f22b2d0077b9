import ShardEngine
import Snapshots

/// Taking snapshots between batches, and one at the end.
extension ShardTask {
    enum LastSnapshot { case worked, waiting, finished }

    /// Begins, goes on with or publishes a snapshot, a bounded step; returns whether there was something to do.
    func snapshotStep() -> Bool {
        if snapshots.isDue(at: context.steady(), after: lastEntry?.sequence) {
            beginSnapshot()
            return true
        }
        if snapshots.canCapture {
            capturePortion()
            return true
        }
        publishSnapshotIfCommitted()
        return false
    }

    private func beginSnapshot() {
        guard let lastEntry, let snapshotLane, var identity = snapshotIdentity else { return }
        identity.policyHash = active.hash
        let positions = merge.streams.map { SnapshotPosition($0.input, $0.rangeStart) }
        let header = SnapshotHeader(
            identity: identity, journalSequence: lastEntry.sequence, journalDigest: lastEntry.digest,
            // Its own offset is known only once it is committed; reading begins a little earlier then.
            journalOffset: committedEntry?.offset ?? 0, positions: positions, mark: engine.beginCapture(),
            createdAt: context.clock.present().milliseconds, policyText: active.text)
        snapshots.begin(after: lastEntry.sequence)
        snapshotStarted = context.steady()
        snapshotLane.send(.begin(header))
    }

    private func capturePortion() {
        let isComplete = engine.capture(atMost: SnapshotSchedule.portionCustomers)
        if isComplete || engine.capturedBytes >= SnapshotSchedule.pieceBytes {
            snapshots.handedOver()
            snapshotLane?.send(.append(engine.takeCaptured()))
        }
        guard isComplete else { return }
        engine.endCapture()
        snapshots.finish()
        snapshotLane?.send(.finish)
    }

    private func publishSnapshotIfCommitted() {
        guard snapshots.mayPublish(committed: committedEntry?.position.sequence) else { return }
        snapshots.publish()
        snapshotLane?.send(.publish(keep: snapshots.keep))
    }

    package func receive(_ event: SnapshotWriter.Event) {
        let now = context.steady()
        switch event {
        case .wrotePortion: snapshots.wrotePortion()
        case .finished(let bytes):
            snapshots.finished()
            metrics.snapshotBytes.set(bytes)
            publishSnapshotIfCommitted()
        case .published:
            snapshots.published(at: now)
            metrics.totals.snapshots.add()
            metrics.snapshotSeconds.set(Double(context.clock.present().milliseconds) / 1000)
            context.log.snapshotPublished(
                shard, sequence: snapshots.published ?? 0, bytes: Int(metrics.snapshotBytes.value ?? 0),
                seconds: now - snapshotStarted)
        case .failed(let error):
            engine.endCapture()
            snapshots.failed(at: now)
            metrics.totals.snapshotFailures.add()
            context.log.snapshotFailed(shard, "\(error)")
            if isDraining { givesUpLastSnapshot = true }
        }
        if isDraining { _ = drainStep() }
    }

    func abandonSnapshot() {
        engine.endCapture()
        guard snapshots.stage != .resting else { return }
        snapshots.failed(at: context.steady())
        snapshotLane?.send(.discard)
    }

    /// The snapshot that a stopping process leaves behind, one step further.
    func lastSnapshotStep() -> LastSnapshot {
        guard snapshots.isEnabled, !givesUpLastSnapshot, let last = lastEntry?.sequence else { return .finished }
        if snapshots.stage == .resting {
            if snapshots.published == last { return .finished }
            beginSnapshot()
            return .worked
        }
        if snapshots.canCapture {
            capturePortion()
            return .worked
        }
        publishSnapshotIfCommitted()
        return .waiting
    }
}
