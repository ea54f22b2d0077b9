import KafkaClient
import Runtime
import Scoring
import TestSupport

/// Judges a finished run by what a `read_committed` consumer sees and by the journal.
struct SimulationVerdict {
    private let run: SimulationRun
    private let cluster: SimulatedCluster
    private let plan: DaemonPlan
    private let history: OutputHistory

    private static let shown = 20

    init(_ run: SimulationRun) {
        self.run = run
        cluster = run.world.cluster
        plan = run.plan
        history = OutputHistory(cluster, topics: plan.decisionTopics)
    }

    /// `isComplete`: the run has come to its end, with all its input worked on.
    func findings(isComplete: Bool) throws -> [String] {
        var findings = HistoryChecker.check(
            history, timed: [plan.outputs.tierNotices, plan.outputs.customerProfiles])
        var expected: [OutputHistory.Line: [String]] = [:]
        var said: [String: EngineRun.Said] = [:]
        var shadowSaid: [String: [ShadowSaying]] = [:]
        for shard in 0..<plan.partitions {
            let entries = try run.journal(of: shard)
            run.count(entries: entries.count, ticks: entries.filter { $0.tick != nil }.count)
            findings += check(entries, shard, isComplete).map(HistoryFinding.journal)
            let oracle = JournalOracle(plan, shard: shard, cluster, entries)
            let shadows = ShadowOracle(plan, shard: shard, run.world.shadowNotes, encoder: oracle.encoder)
            expected.merge(try oracle.lines(shadows) { run.count(unheard: $0.unheard.count) }) { $0 + $1 }
            shadowSaid.merge(shadows.said) { $0 + $1 }
            if run.isJudgedNaively { said.merge(oracle.said(run.placed)) { left, _ in left } }
        }
        findings += HistoryChecker.compare(history, with: expected)
        let text = HistoryReport(cluster, run.world.ownership).text(findings) { customer in
            InputScript.shard(of: customer, partitions: plan.partitions)
        }
        return (findings.isEmpty ? [] : [text]) + deadLetterFindings() + (isComplete ? try offsetFindings() : [])
            + shadowFindings(shadowSaid).prefix(Self.shown)
            + (run.isJudgedNaively ? disagreements(said) : [])
    }

    // MARK: - The journal

    private func check(_ entries: [JournalEntry], _ shard: Int32, _ isComplete: Bool) -> [JournalFinding] {
        let topics = Dictionary(uniqueKeysWithValues: plan.inputs.map { ($0.kind, $0.topic) })
        let views = entries.map { entry in
            JournalView(
                sequence: entry.sequence, previousDigest: entry.previousDigest, digest: entry.digest,
                ranges: entry.ranges.map {
                    JournalView.Range(topic: topics[$0.input] ?? "", from: $0.from, to: $0.to, count: Int($0.count))
                }, outputCount: Int(entry.outputCount))
        }
        let logs = plan.inputPartitions(of: shard).map { ($0.topic, cluster.log($0)) }
        return JournalChecker(
            shard: shard, inputs: Dictionary(uniqueKeysWithValues: logs),
            outputs: stamps(of: shard, in: history.records)
        ).check(views, isComplete: isComplete)
    }

    /// How many records name each batch of a shard.
    private func stamps(of shard: Int32, in records: [OutputRecord]) -> [UInt64: Int] {
        var counts: [UInt64: Int] = [:]
        for record in records {
            let parts = (record.stored.record.header(EncodedBatch.header) ?? "").split(separator: "/")
            guard parts.count == 3, Int32(parts[0]) == shard, let sequence = UInt64(parts[1]) else { continue }
            counts[sequence, default: 0] += 1
        }
        return counts
    }

    /// Dead letters: as many as the journal says, each stamp once.
    private func deadLetterFindings() -> [String] {
        let letters = OutputHistory(cluster, topics: [plan.outputs.deadLetters]).records
        let stamps = letters.map { $0.stored.record.header(EncodedBatch.header) ?? "" }
        var wanted = 0
        for shard in 0..<plan.partitions {
            wanted += ((try? run.journal(of: shard)) ?? []).reduce(0) { $0 + Int($1.deadLetterCount) }
        }
        var findings: [String] = []
        if Set(stamps).count != stamps.count { findings.append("a dead letter was written twice") }
        if letters.count != wanted {
            findings.append("\(letters.count) dead letters, but the journal says \(wanted)")
        }
        return findings
    }

    /// The group's offsets, which lag is told by: those of the journal, once all is worked on.
    private func offsetFindings() throws -> [String] {
        try (0..<plan.partitions).flatMap { shard in
            let positions = try run.positions(of: shard)
            let committed = try cluster.committed(plan.inputPartitions(of: shard), of: plan.application).get()
            return zip(plan.inputs, committed).compactMap { input, found in
                found.offset ?? 0 == positions[input.kind] ?? 0
                    ? nil
                    : "the group's offset of \(found.topicPartition) is \(found.offset ?? 0), the journal's "
                        + "\(positions[input.kind] ?? 0)"
            }
        }
    }

    // MARK: - What was tried

    private func shadowFindings(_ said: [String: [ShadowSaying]]) -> [String] {
        let topic = DaemonPlan.shadowTopic
        let history = OutputHistory(cluster, topics: [topic])
        return ShadowChecker.check(history, partitions: plan.partitions)
            + ShadowChecker.compare(history, with: said, complete: run.lastShadowRuns) { customer in
                TopicPartition(topic: topic, partition: plan.outputPartition(of: Array(customer.utf8)))
            }
    }

    // MARK: - The naive scorer

    private func disagreements(_ said: [String: EngineRun.Said]) -> [String] {
        var actual: [OutputHistory.Line: [ChangeFacts]] = [:]
        for (line, records) in history.lines {
            actual[line] = records.compactMap { ChangeFacts(json: $0.stored.record.value ?? []) }
        }
        var findings: [String] = []
        for (customer, changes) in said.sorted(by: { $0.key < $1.key }) {
            let tiers = changes.tiers.map { ChangeFacts($0, plan.policy) }
            let churn = changes.churn.map { ChangeFacts($0, plan.policy) }
            for (topic, wanted) in [(plan.outputs.tierChanges, tiers), (plan.outputs.churnRisk, churn)] {
                let found = actual[OutputHistory.Line(customer: customer, topic: topic)] ?? []
                if let index = zip(found, wanted).enumerated().first(where: { $1.0 != $1.1 })?.offset {
                    findings.append("\(topic) of \(customer): \(found[index]), the naive scorer says \(wanted[index])")
                } else if found.count != wanted.count {
                    findings.append(
                        "\(topic) of \(customer): \(found.count) changes, the naive scorer says \(wanted.count)")
                }
            }
        }
        for line in actual.keys.sorted() where said[line.customer] == nil {
            findings.append("\(line): the naive scorer says nothing of this customer")
        }
        return Array(findings.prefix(Self.shown))
    }
}
