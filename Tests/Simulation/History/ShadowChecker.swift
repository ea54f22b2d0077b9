import Runtime

/// Looks for lost, doubled and reordered records of a shadow policy: within a run of one shard each customer's numbers go
/// on one by one, and every record says of itself what its headers say. Pure: history in, sentences out.
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
}
