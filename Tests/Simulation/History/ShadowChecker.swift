import KafkaClient
import Runtime

/// Looks for lost, doubled and reordered records of a shadow policy: within a run of one shard each customer's numbers go
/// on one by one, and every record says of itself what its headers say. Beside what a run should have said, its records are
/// the first of that, without a gap: a run that may have lost some is over. Pure: history in, sentences out.
package enum ShadowChecker {
    private struct Line: Hashable {
        var run: String
        var customer: String
    }

    /// `partitions` is the number of shards.
    package static func check(_ history: OutputHistory, partitions: Int32) -> [String] {
        var last: [Line: Int64] = [:]
        var findings: [String] = []
        for record in history.records {
            guard let run = record.stored.record.header("tierd_shadow_run"), let number = record.sequence else {
                findings.append("a record of a shadow policy without its run or its number")
                continue
            }
            findings += contradictions(record, run, number, partitions)
            let line = Line(run: run, customer: record.customer)
            if let former = last.updateValue(number, forKey: line), number != former + 1 {
                findings.append("run \(run), \(record.customer): number \(number) follows \(former)")
            }
        }
        return findings
    }

    private static func contradictions(
        _ record: OutputRecord, _ run: String, _ number: Int64, _ partitions: Int32
    ) -> [String] {
        guard let fields = record.fields else { return ["run \(run): a value that is no JSON"] }
        var findings: [String] = []
        if fields["run"] as? String != run { findings.append("run \(run): the value names another") }
        if fields["customer_id"] as? String != record.customer {
            findings.append("run \(run): the key is not the customer")
        }
        if (fields["sequence"] as? Int).map(Int64.init) != number {
            findings.append("run \(run): the value counts otherwise")
        }
        let shard = InputScript.shard(of: record.customer, partitions: partitions)
        if !run.hasPrefix("\(shard)-") { findings.append("run \(run): \(record.customer) is of shard \(shard)") }
        if record.stored.record.header(EncodedBatch.header) != nil {
            findings.append("run \(run): a stamp of the journal")
        }
        return findings
    }

    // MARK: - Against an oracle

    /// `said` is what each run should have said, in order, and on; of those in `complete` nothing may be missing at the end.
    package static func compare(
        _ history: OutputHistory, with said: [String: [ShadowSaying]], complete: Set<String>,
        partition: (_ customer: String) -> TopicPartition
    ) -> [String] {
        var found: [String: [TopicPartition: ArraySlice<OutputRecord>]] = [:]
        for record in history.records {
            guard let run = record.stored.record.header("tierd_shadow_run") else { continue }
            found[run, default: [:]][record.partition, default: []].append(record)
        }
        return Set(found.keys).union(complete).sorted().compactMap { run in
            guard let said = said[run] else { return "run \(run): nobody began it" }
            let problem = difference(found[run] ?? [:], said, isComplete: complete.contains(run), partition)
            return problem.map { "run \(run): \($0)" }
        }
    }

    /// What is wrong with the records of one run, partition by partition; nil when nothing is.
    private static func difference(
        _ found: [TopicPartition: ArraySlice<OutputRecord>], _ said: [ShadowSaying], isComplete: Bool,
        _ partition: (String) -> TopicPartition
    ) -> String? {
        var left = found
        for (index, saying) in said.enumerated() {
            let place = partition(saying.customer)
            guard let record = left[place]?.popFirst() else {
                let later = left.values.reduce(0) { $0 + $1.count }
                if later == 0, !isComplete { return nil }
                return "number \(index + 1) of \(said.count) is missing, with \(later) there that were said later: "
                    + saying.value
            }
            guard record.customer == saying.customer, record.text == saying.value else {
                return
                    "number \(index + 1) of \(said.count) should be\n    \(saying.value)\n  but is\n    \(record.text)"
            }
        }
        return left.values.lazy.compactMap(\.first).first.map { "it never said\n    \($0.text)" }
    }
}

/// A record of a shadow run as it should be.
package struct ShadowSaying: Hashable, Sendable {
    package var customer: String
    package var value: String

    package init(customer: String, value: String) {
        self.customer = customer
        self.value = value
    }
}
