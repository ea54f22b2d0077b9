/// What others see of a shard.
extension ShardTask {
    func publish() {
        status.clock = engine.clock
        status.policyHash = active.hash
        status.retierRemaining = engine.retiering?.remaining ?? 0
        status.shadow = shadow?.figures
        status.customers = engine.customerCount
        status.stateBytes = engine.allocatedBytes
        status.waitingSince = merge.waitingSince()
        status.commitWaiting = commitSince.map { context.steady() - $0 } ?? 0
        if let restoration {
            status.restoreProgress = restoration.recovery.progress(from: restoration.firstOffset)
        }
        context.board.set(status, by: claim)
        metrics.phase.set(status.stage.phase)
        metrics.customers.set(status.customers)
        metrics.stateBytes.set(status.stateBytes)
        metrics.commitWaiting.set(status.commitWaiting)
        metrics.policy.set([active.policy.name, String(active.policy.version), active.hash.text])
        metrics.retierRemaining.set(status.retierRemaining)
        metrics.shadow.set(status.shadow)
        if let shadow { metrics.shadowBytes.set(shadow.stateBytes) } else { metrics.shadowBytes.clear() }
        if let clock = status.clock { metrics.clockSeconds.set(Double(clock.milliseconds) / 1000) }
        publishLag()
    }

    private func publishLag() {
        let now = Double(context.clock.present().milliseconds)
        for (index, stream) in merge.streams.enumerated() {
            let topic = stream.topicPartition.topic
            if let lag = context.board.lag(topic, shard) { metrics.inputs[index].lagRecords.set(Int(lag)) }
            let waiting = status.waitingSince[topic].map { max(0, (now - Double($0)) / 1000) } ?? 0
            // What is applied and not committed has waited at least as long as its transaction.
            metrics.inputs[index].lagSeconds.set(max(waiting, status.commitWaiting))
        }
    }
}
